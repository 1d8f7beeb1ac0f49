import { oneLine } from './text';

/**
 * Text of a mail as Markdown that shows exactly that text on one line: no emphasis, link, image, HTML, code or icon can come
 * out of it. Every ASCII sign becomes a character reference, which also stops bare addresses from turning into links.
 */
export function escapeMarkdown(text: string, length?: number): string {
  return oneLine(text, length).replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
