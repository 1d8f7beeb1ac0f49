const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** Characters that are looked at: RFC 8621 §4.1.4 has 256, and some expressions below are slow on hostile text. */
const longest = 4_000;

/** A preview as one line of text. Some servers (Cyrus) give the raw HTML of an HTML-only mail. */
export function plainPreview(given: string): string {
  const preview = given.length > longest ? given.slice(0, longest).toWellFormed() : given;
  const text = /<\/?[a-z!][^>]*>/i.test(preview) ? stripTags(preview) : preview;
  return text.replaceAll(/(?:[\s\u200B-\u200D\u2060\uFEFF\u00AD]|\u034F)+/g, ' ').trim();
}

function stripTags(html: string): string {
  return html
    .replaceAll(/<(style|script|head|title)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replaceAll(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replaceAll(/<[^>]*(>|$)/g, ' ')
    .replaceAll(
      /&(#x?[0-9a-f]+|[a-z]+);/gi,
      (whole, name: string) => entities.get(name.toLowerCase()) ?? charOf(name) ?? whole,
    );
}

function charOf(reference: string): string | undefined {
  if (!reference.startsWith('#')) return undefined;
  const code = /^#x/i.test(reference) ? parseInt(reference.slice(2), 16) : parseInt(reference.slice(1), 10);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}
