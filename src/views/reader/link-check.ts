/**
 * What a link in a mail really is. Pure and without Node or DOM, because the page flags links with it before a click and
 * the host checks again after one: nothing that comes from the page is believed.
 */
import { hostToUnicode } from './punycode';

export type LinkWarning =
  /** The text reads like the address of another host. */
  | { readonly kind: 'other-host'; readonly textHost: string }
  /** `https://bank.example@evil.example/`: what stands before the @ is not the host. */
  | { readonly kind: 'userinfo' }
  /** The host has letters beyond ASCII, which may look like others. */
  | { readonly kind: 'international'; readonly unicodeHost: string }
  /** A bare IP address instead of a name. */
  | { readonly kind: 'ip-address' };

export type LinkCheck =
  | {
      readonly ok: true;
      readonly kind: 'web' | 'mail';
      /** To be opened, normalised by the URL parser: the host is in ASCII. */
      readonly url: string;
      /** Host (with its port) of a web link in ASCII, address of a mail link. */
      readonly target: string;
      readonly warnings: readonly LinkWarning[];
    }
  | { readonly ok: false; readonly reason: 'invalid' | 'scheme'; readonly scheme: string | null };

const maxLength = 8192;

/** `text` is what the link reads like; empty where it has no text (an image). */
export function checkLink(href: string, text: string): LinkCheck {
  const parsed = href.length <= maxLength ? parse(href.trim()) : null;
  if (parsed === null) return { ok: false, reason: 'invalid', scheme: null };
  if (parsed.protocol === 'mailto:') return checkMailto(parsed, text);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    return { ok: false, reason: 'scheme', scheme: parsed.protocol.slice(0, -1) };
  }
  const host = parsed.hostname.replace(/\.$/, '');
  const warnings: LinkWarning[] = [];
  const textHost = hostInText(text);
  if (textHost !== null && !isSameSite(textHost, host)) {
    warnings.push({ kind: 'other-host', textHost: hostToUnicode(textHost) });
  }
  if (parsed.username !== '' || parsed.password !== '') warnings.push({ kind: 'userinfo' });
  const unicodeHost = hostToUnicode(host);
  if (unicodeHost !== host) warnings.push({ kind: 'international', unicodeHost });
  if (/^\[|^\d+(?:\.\d+){3}$/.test(host)) warnings.push({ kind: 'ip-address' });
  return { ok: true, kind: 'web', url: parsed.href, target: parsed.host, warnings };
}

function checkMailto(url: URL, text: string): LinkCheck {
  const address = decode(url.pathname);
  const named = /[^\s<>"@:;,]+@([^\s<>"@:;,]+\.[^\s<>"@:;,]+)/.exec(text)?.[0];
  const warnings: LinkWarning[] =
    named !== undefined && named.toLowerCase() !== address.toLowerCase()
      ? [{ kind: 'other-host', textHost: named }]
      : [];
  return { ok: true, kind: 'mail', url: url.href, target: address, warnings };
}

function parse(href: string): URL | null {
  try {
    return new URL(href.startsWith('//') ? `https:${href}` : href);
  } catch {
    return null;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const invisible = /[\p{Cc}\p{Cf}]/gu;
/** A URL, or a bare name that ends in something like a top-level domain, at the start of the text or after a space. */
const urlLike =
  /(?:^|[\s([{<"'«„“])(?:(https?:\/\/[^\s<>"']+)|((?:[\p{L}\p{N}_-]+\.)+[\p{L}]{2,24})(?=$|[\s/:?#)\]}>"'».,!;]))/iu;
/** Endings that name files far more often than hosts: `README.md` as a link's text is no trick. */
const fileEndings =
  /\.(?:md|txt|py|rs|sh|js|ts|tsx|jsx|mjs|go|rb|java|json|yml|yaml|toml|html?|css|pdf|png|jpe?g|gif|zip|c|h|cc|cpp|pl|log|xml|csv|patch|diff|lock)$/i;

/** The host that a link's text claims to lead to, in ASCII; null where it names none. */
function hostInText(text: string): string | null {
  const match = urlLike.exec(text.slice(0, 500).replace(invisible, ''));
  if (match === null) return null;
  const [, full, bare] = match;
  if (full === undefined && (bare === undefined || fileEndings.test(bare))) return null;
  const host = parse(full ?? `https://${bare ?? ''}`)?.hostname.replace(/\.$/, '') ?? null;
  return host === '' ? null : host;
}

/** `www.example.org` and `example.org`, and a name with its own subdomains, are taken as one. */
function isSameSite(claimed: string, real: string): boolean {
  const bare = claimed.replace(/^www\./, '');
  return real === bare || real.endsWith(`.${bare}`) || claimed === real;
}
