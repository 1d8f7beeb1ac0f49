// Text of a mail, made fit for a line of VS Code's own interface. It may hold anything: megabytes, control characters,
// characters that turn the reading direction of what comes after them.

/** Of a label or a description: more is never on screen. In UTF-16 units. */
export const lineLength = 200;

// C0, C1 and line separators become a space; what overrides direction or is an interlinear or tag character goes.
const spaces = /[\s\p{Cc}\u2028\u2029]+/gu;
const directionControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const loneSurrogates = /\p{Surrogate}/gu;
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** One line without control characters, of at most `length` UTF-16 units, cut between characters with an ellipsis. */
export function oneLine(text: string, length: number = lineLength): string {
  // Cut before cleaning, so that a subject of 10 MB costs as little as another. Four times: cleaning only shortens.
  const whole = text.length <= length * 4;
  const clean = (whole ? text : text.slice(0, length * 4))
    .replace(directionControls, '')
    .replace(spaces, ' ')
    .replace(loneSurrogates, '\ufffd')
    .trim();
  if (whole && clean.length <= length) return clean;
  return `${withoutHalfCharacter(clean.slice(0, length - 1)).trimEnd()}…`;
}

/** Keeps a right-to-left text from turning around what stands beside it on the line (Unicode UAX #9, isolates). */
export function isolate(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

function withoutHalfCharacter(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return isHighSurrogate ? text.slice(0, -1) : text;
}
