import type { ServerEmail } from '../../model/email';
import type { MailboxId } from '../../model/ids';
import type { ServerUpdate } from '../../db/overlay';
import { readEmailItem, toServerEmail, type EmailItem } from './email-item';
import type { JmapContext } from './jmap-context';
import { resolveMailboxes } from './mailboxes';
import { missingPreviews } from './previews';

/** Reads the items of an `Email/get`, each id once; what is no message is left out with a warning. */
export function readEmailItems({ warn }: JmapContext, list: readonly unknown[]): EmailItem[] {
  const items = new Map<string, EmailItem>();
  let odd = 0;
  for (const candidate of list) {
    const item = readEmailItem(candidate);
    if (item === null) odd += 1;
    else items.set(item.id, item);
  }
  if (odd > 0) warn(`The server sent ${odd} messages without an id; they are left out.`);
  return [...items.values()];
}

/** Whole messages, ready to be stored. */
export async function toServerEmails(
  context: JmapContext,
  items: readonly EmailItem[],
  signal: AbortSignal,
): Promise<ServerEmail[]> {
  const keys = await resolveMailboxes(context, mailboxesOf(items), signal);
  const previews = await missingPreviews(context, items, signal);
  return items.map((item) => {
    const email = toServerEmail(item, keysOf(item.mailboxIds ?? [], keys));
    return { ...email, preview: previews.get(item.id) ?? email.preview };
  });
}

/** What changed of messages; parts that were not sent, or make no sense, are left as they are. */
export async function toUpdates(
  context: JmapContext,
  items: readonly EmailItem[],
  signal: AbortSignal,
): Promise<(ServerUpdate & { readonly remoteId: string })[]> {
  const keys = await resolveMailboxes(context, mailboxesOf(items), signal);
  return items.map(({ id, keywords, mailboxIds }) => ({
    remoteId: id,
    ...(keywords === null ? {} : { keywords }),
    ...(mailboxIds === null ? {} : { mailboxIds: keysOf(mailboxIds, keys) }),
  }));
}

function mailboxesOf(items: readonly EmailItem[]): Set<string> {
  return new Set(items.flatMap((item) => item.mailboxIds ?? []));
}

function keysOf(mailboxIds: readonly string[], keys: ReadonlyMap<string, MailboxId>): Set<MailboxId> {
  return new Set(mailboxIds.flatMap((id) => keys.get(id) ?? []));
}
