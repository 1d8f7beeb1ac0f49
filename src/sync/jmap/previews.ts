import { plainPreview, previewOfText } from '../../mail/preview';
import { bodySchema, getBodies, parsed, texts, type Body } from './body-values';
import type { EmailItem } from './email-item';
import { getItems } from './get-items';
import type { JmapContext } from './jmap-context';

/** Octets of a text that are enough for a preview, head and styles of HTML included. */
const longestText = 2048;

/**
 * Previews of messages that came without one. Cyrus cuts at 256 octets: it sends none where that is inside of a
 * character, as in much of the mail that is not English, and of HTML often nothing but styles.
 */
export async function missingPreviews(
  context: JmapContext,
  items: readonly EmailItem[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const lacking = items.filter(({ fields }) => lacksPreview(fields.preview)).map(({ id }) => id);
  const bodies = await getBodies(
    lacking,
    ['textBody', 'htmlBody'],
    longestText,
    async (ids, { properties, ...args }) => {
      const { list } = await getItems(context, 'Email', ids, properties, signal, args);
      return list.flatMap((item) => parsed(bodySchema, item));
    },
  );
  return new Map([...bodies].map(([id, body]) => [id, previewOf(body)]));
}

function lacksPreview(preview: unknown): boolean {
  if (preview === undefined || preview === null) return true;
  return typeof preview === 'string' && preview.trim() !== '' && plainPreview(preview) === '';
}

function previewOf(body: Body): string {
  const plain = texts(body, body.textBody);
  const pieces = plain.length > 0 ? plain : texts(body, body.htmlBody);
  return previewOfText(pieces.map(({ value }) => value).join('\n'));
}
