import type { EmailBody } from '../../model/email';
import { attachmentView } from './message-view';
import type { BodyView } from './protocol';

/** Characters of HTML that the page is given; more only when the person says "Show Anyway" (html-limits.ts). */
export const usualHtmlLength = 3_000_000;
export const forcedHtmlLength = 10_000_000;
/** What is left of HTML that is too long: enough to show its text. */
const excerptLength = 400_000;
const maxTextLength = 20_000_000;

export function bodyView(
  body: EmailBody,
  htmlLength: number,
  imagesAllowed: boolean,
  sender: string | null,
): Extract<BodyView, { state: 'ready' }> {
  const { html, text } = body;
  const htmlCut = html !== null && html.length > htmlLength;
  // Without HTML nothing shows the inline parts in their place: they are attachments like others.
  const attachments = body.attachments.filter(({ inline }) => !inline || html === null);
  return {
    state: 'ready',
    text: text === null ? null : text.slice(0, maxTextLength),
    html: htmlCut ? html.slice(0, excerptLength) : html,
    htmlCut,
    truncated: body.truncated || (text !== null && text.length > maxTextLength),
    attachments: attachments.map(attachmentView),
    hasInline: body.attachments.some(({ cid }) => cid !== null),
    imagesAllowed,
    trustableSender: sender,
  };
}
