/** What stands behind the image addresses of one mail: which were allowed and loaded, and which are still asked for. */
export class RemoteImages {
  readonly #wanted = new Set<string>();

  /** `loaded`: URL → `data:` URL, or null where it could not be had. `inline`: Content-ID → `data:` URL. */
  constructor(
    private readonly loaded: ReadonlyMap<string, string | null>,
    private readonly inline: Readonly<Record<string, string>>,
  ) {}

  /** Every remote address in the mail, loaded or not, without doubles, in its order. */
  get urls(): readonly string[] {
    return [...this.#wanted];
  }

  /** A `data:` URL that may be shown, or null: nothing that the page itself would have to fetch ever comes out of here. */
  resolve(source: string): string | null {
    const url = source.trim();
    if (/^data:/i.test(url)) return isRasterData(url) ? url : null;
    if (/^cid:/i.test(url)) return this.#byContentId(url.slice(4));
    const remote = remoteUrl(url);
    if (remote === null) return null;
    this.#wanted.add(remote);
    const data = this.loaded.get(remote) ?? null;
    return data !== null && isRasterData(data) ? data : null;
  }

  isRemote(source: string): boolean {
    return remoteUrl(source.trim()) !== null;
  }

  #byContentId(cid: string): string | null {
    const data = this.inline[decode(cid)] ?? this.inline[cid];
    return data !== undefined && isRasterData(data) ? data : null;
  }
}

/** SVG is left out: it is a document, with styles and references of its own. */
function isRasterData(url: string): boolean {
  return /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon);base64,[a-z0-9+/=\s%]*$/i.test(url);
}

function remoteUrl(url: string): string | null {
  if (!/^(?:https?:)?\/\//i.test(url) || url.length > 4096) return null;
  const parsed = URL.parse(url.startsWith('//') ? `https:${url}` : url);
  return parsed === null || parsed.hostname === '' ? null : parsed.href;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
