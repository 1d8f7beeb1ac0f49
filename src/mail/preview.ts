/** Names of U+00A0 to U+00FF, in order (HTML 4 §24.2). */
const latin1 = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml'
).split(' ');

/** Entities that mail writes text with; others stay as they are. */
const entities = new Map([
  ...latin1.map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['hellip', '…'],
  ['bull', '•'],
  ['euro', '€'],
  ['trade', '™'],
  ['zwnj', '\u200c'],
  ['zwj', '\u200d'],
]);

/** Characters that are looked at: RFC 8621 §4.1.4 has 256, and some expressions below are slow on hostile text. */
const longest = 4_000;

/** Characters of a preview (RFC 8621 §4.1.4). */
const previewLength = 256;

/** A preview of the beginning of a text or of HTML, which may be cut in the middle of a character. */
export function previewOfText(text: string): string {
  const whole = text.toWellFormed().replaceAll('\0', '').replaceAll('\ufffd', '');
  return plainPreview(whole).slice(0, previewLength).toWellFormed().replaceAll('\ufffd', '');
}

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
      /&(#x?[0-9a-f]+|[a-z]+[0-9]*);/gi,
      (whole, name: string) => entities.get(name) ?? entities.get(name.toLowerCase()) ?? charOf(name) ?? whole,
    );
}

function charOf(reference: string): string | undefined {
  if (!reference.startsWith('#')) return undefined;
  const code = /^#x/i.test(reference) ? parseInt(reference.slice(2), 16) : parseInt(reference.slice(1), 10);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}
