/** A text part of a mail, decoded. */
export interface TextPiece {
  readonly type: string;
  readonly value: string;
  readonly truncated: boolean;
}

/** Several text parts, one after the other. */
export interface JoinedText {
  readonly value: string;
  readonly truncated: boolean;
}

const isType = (type: string) => (piece: TextPiece) => piece.type.toLowerCase() === type;
const anyTruncated = (pieces: readonly TextPiece[]): boolean => pieces.some(({ truncated }) => truncated);

/** What is shown as HTML; null: there is none. Plain parts among it (a mailing list's footer) are shown in their place. */
export function joinedHtml(pieces: readonly TextPiece[]): JoinedText | null {
  const isHtml = isType('text/html');
  if (!pieces.some(isHtml)) return null;
  const values = pieces.map((piece) => (isHtml(piece) ? piece.value : asHtml(piece.value)));
  return { value: values.join('<hr>'), truncated: anyTruncated(pieces) };
}

/** What is shown as plain text; null: there is none, or not all of it is (then the HTML is whole). */
export function joinedPlain(pieces: readonly TextPiece[], hasHtml: boolean): JoinedText | null {
  const plain = pieces.filter(isType('text/plain'));
  if (plain.length === 0 || (hasHtml && plain.length < pieces.length)) return null;
  return { value: plain.map(({ value }) => value).join('\n'), truncated: anyTruncated(plain) };
}

function asHtml(plain: string): string {
  const escaped = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<div style="white-space:pre-wrap">${escaped}</div>`;
}
