import { expect } from 'vitest';
import { listMailboxes } from '../../src/db/mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { getEmailDetails } from '../../src/db/message-lists';
import { getServerState } from '../../src/db/overlay';
import type { AccountId, EmailId } from '../../src/model/ids';
import type { RawJmap, RawObject } from '../servers/raw-jmap';
import { allEmails, pages } from './all-emails';

/** Everything of an account that both sides have, in one form. */
interface Picture {
  mailboxes: Record<string, { name: string; parent: string | null; total: number; unread: number }>;
  emails: Record<string, { keywords: string[]; mailboxes: string[]; subject: string; receivedAt: number }>;
  /** Thread → messages. */
  threads: Record<string, string[]>;
}

/**
 * Fails unless the database holds what the server has: mailboxes with their counts, messages, keywords, mailboxIds,
 * threads. Reads the server by bare JMAP. With nothing queued, what is shown has to be that too.
 */
export async function compareWithServer(db: MailDb, accountId: AccountId, jmap: RawJmap): Promise<void> {
  const [server, local] = [await serverPicture(jmap), localPicture(db, accountId)];
  expect(local.mailboxes).toEqual(server.mailboxes);
  expect(Object.keys(local.emails).sort()).toEqual(Object.keys(server.emails).sort());
  expect(local.emails).toEqual(server.emails);
  expect(local.threads).toEqual(server.threads);
}

async function serverPicture(jmap: RawJmap): Promise<Picture> {
  const { list: mailboxes = [] } = await jmap.call('Mailbox/get', { ids: null });
  const emails = await allEmails(jmap);
  const threadIds = [...new Set(emails.map(({ threadId }) => threadId ?? ''))];
  const threads: RawObject[] = [];
  for (const ids of pages(threadIds)) threads.push(...((await jmap.call('Thread/get', { ids })).list ?? []));
  return {
    mailboxes: Object.fromEntries(
      mailboxes.map(({ id, name = '', parentId = null, totalEmails = 0, unreadEmails = 0 }) => [
        id,
        { name, parent: parentId, total: totalEmails, unread: unreadEmails },
      ]),
    ),
    emails: Object.fromEntries(
      emails.map(({ id, keywords = {}, mailboxIds = {}, subject, receivedAt }) => [
        id,
        {
          keywords: Object.keys(keywords).sort(),
          mailboxes: Object.keys(mailboxIds).sort(),
          subject: subject ?? '',
          receivedAt: Date.parse(String(receivedAt)),
        },
      ]),
    ),
    threads: Object.fromEntries(threads.map(({ id, emailIds = [] }) => [id, [...emailIds].sort()])),
  };
}

function localPicture(db: MailDb, accountId: AccountId): Picture {
  const mailboxes = db.mail.all(
    'SELECT id, remote_id, parent_remote_id FROM mailboxes WHERE account_id = ?',
    [accountId],
    (row) => ({ id: Number(row[0]), remoteId: String(row[1]), parent: row[2] as string | null }),
  );
  const remoteIdOf = new Map(mailboxes.map(({ id, remoteId }) => [id, remoteId]));
  const listed = new Map(listMailboxes(db).map((mailbox) => [Number(mailbox.id), mailbox]));
  const emails = db.mail.all(
    `SELECT e.id, e.remote_id, t.remote_id FROM emails e JOIN threads t ON t.id = e.thread_id WHERE e.account_id = ?`,
    [accountId],
    (row) => ({ id: Number(row[0]) as EmailId, remoteId: String(row[1]), thread: String(row[2]) }),
  );
  const threads: Record<string, string[]> = {};
  for (const { thread, remoteId } of emails) (threads[thread] ??= []).push(remoteId);
  for (const members of Object.values(threads)) members.sort();
  return {
    mailboxes: Object.fromEntries(
      mailboxes.map(({ id, remoteId, parent }) => {
        const { name = '', total = -1, unread = -1 } = listed.get(id) ?? {};
        return [remoteId, { name, parent, total, unread }];
      }),
    ),
    emails: Object.fromEntries(emails.map(({ id, remoteId }) => [remoteId, localEmail(db, id, remoteIdOf)])),
    threads,
  };
}

function localEmail(db: MailDb, id: EmailId, remoteIdOf: ReadonlyMap<number, string>): Picture['emails'][string] {
  const base = getServerState(db, id);
  const shown = getEmailDetails(db, id);
  if (base === undefined || shown === null) throw new Error(`message ${id} cannot be read`);
  const mailboxes = (ids: Iterable<number>): string[] => [...ids].map((at) => remoteIdOf.get(at) ?? 'none').sort();
  if (shown.pending === 'none') {
    expect(shown.keywords).toEqual(base.keywords);
    expect(mailboxes(shown.mailboxIds)).toEqual(mailboxes(base.mailboxIds));
  }
  const { subject, receivedAt } = shown;
  return { keywords: [...base.keywords], mailboxes: mailboxes(base.mailboxIds), subject, receivedAt };
}
