import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emailKey, storeEmails, updateEmails, deleteEmails } from '../../../src/db/emails';
import { deleteMailboxes, listMailboxes } from '../../../src/db/mailboxes';
import { getEmailDetails, listMessages } from '../../../src/db/message-lists';
import { acceptIntents, replayPending } from '../../../src/db/overlay';
import { deleteChanges, enqueueChange, setChangeState } from '../../../src/db/pending-changes';
import type { ChangeId, EmailId, MailboxId } from '../../../src/model/ids';
import type { EmailIntent } from '../../../src/model/pending-change';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../support/test-db';

const accountId = testAccount.id;
let test: TestDb;
let email: EmailId;
let inbox: MailboxId;
let archive: MailboxId;

beforeEach(async () => {
  test = await openTestDb();
  inbox = test.mailbox('inbox');
  archive = test.mailbox('archive');
  storeEmails(test.db, accountId, [serverEmail('M1', [inbox])]);
  email = present(emailKey(test.db, accountId, 'M1'));
});
afterEach(() => test.close());

const act = (intent: EmailIntent): ChangeId =>
  test.db.mail.transaction(() => {
    const id = enqueueChange(test.db, { accountId, emailId: email, intent }, 1);
    replayPending(test.db, [email]);
    return id;
  });
const moveToArchive = (): EmailIntent => ({ type: 'mailboxes', add: [archive], remove: [inbox] });
const shown = () => {
  const { keywords, mailboxIds, pending } = getEmailDetails(test.db, email) ?? {};
  return { keywords, mailboxIds, pending };
};
const counts = (id: MailboxId) => {
  const box = listMailboxes(test.db).find((candidate) => candidate.id === id);
  return [box?.total, box?.unread];
};
const listed = (id: MailboxId): number[] => listMessages(test.db, [id], null, 10).rows.map((row) => row.emailId);

describe('S1: views show server state + pending intents', () => {
  it('shows an intent at once, in the list, the counters and the message', () => {
    act({ type: 'keywords', add: ['$seen'], remove: [] });
    act(moveToArchive());
    expect(shown()).toEqual({ keywords: ['$seen'], mailboxIds: [archive], pending: 'pending' });
    expect([listed(inbox), listed(archive)]).toEqual([[], [email]]);
    expect([counts(inbox), counts(archive)]).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it('keeps an intent when the server tells its own state meanwhile', () => {
    act({ type: 'keywords', add: ['$seen'], remove: [] });
    act(moveToArchive());
    updateEmails(test.db, accountId, [{ remoteId: 'M1', keywords: ['$flagged'], mailboxIds: new Set([inbox]) }]);
    expect(shown()).toEqual({ keywords: ['$flagged', '$seen'], mailboxIds: [archive], pending: 'pending' });
  });

  it('shows the server truth again at once when an intent is refused, and when it is discarded', () => {
    const seen = act({ type: 'keywords', add: ['$seen'], remove: [] });
    const move = act(moveToArchive());
    setChangeState(test.db, [move], 'failed', { lastError: 'No.', countAttempt: true });
    replayPending(test.db, [email]);
    expect(shown()).toEqual({ keywords: ['$seen'], mailboxIds: [inbox], pending: 'failed' });
    expect(getEmailDetails(test.db, email)?.refused).toEqual([
      { changeId: move, intent: moveToArchive(), reason: 'No.' },
    ]);
    deleteChanges(test.db, [seen, move]);
    replayPending(test.db, [email]);
    expect(shown()).toEqual({ keywords: [], mailboxIds: [inbox], pending: 'none' });
    expect([counts(inbox), counts(archive)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('makes an accepted intent part of the server state, whether or not the update came first', () => {
    const move = act(moveToArchive());
    updateEmails(test.db, accountId, [{ remoteId: 'M1', mailboxIds: new Set([archive]) }]);
    deleteChanges(test.db, [move]);
    acceptIntents(test.db, new Map([[email, [moveToArchive()]]]));
    expect(shown()).toEqual({ keywords: [], mailboxIds: [archive], pending: 'none' });
    updateEmails(test.db, accountId, [{ remoteId: 'M1', mailboxIds: new Set([inbox]) }]);
    expect(shown().mailboxIds).toEqual([inbox]);
  });

  it('takes each of several updates of one message in turn', () => {
    const both = [
      { remoteId: 'M1', keywords: ['$seen'] },
      { remoteId: 'M1', mailboxIds: new Set([archive]) },
    ];
    updateEmails(test.db, accountId, both);
    expect(shown()).toEqual({ keywords: ['$seen'], mailboxIds: [archive], pending: 'none' });
  });

  it('rebuilds more messages at once than are read at a time, and names those that differ', () => {
    const others = Array.from({ length: 2100 }, (_, index) => serverEmail(`many-${index}`, [inbox]));
    storeEmails(test.db, accountId, others);
    const ids = test.db.mail.all('SELECT id FROM emails ORDER BY id', [], (row) => row[0] as EmailId);
    const [first, last] = [present(ids[0]), present(ids.at(-1))];
    const intent = { type: 'keywords', add: ['$seen'], remove: [] } as const;
    for (const emailId of [first, last]) enqueueChange(test.db, { accountId, emailId, intent }, 1);
    expect(replayPending(test.db, ids)).toEqual([first, last]);
    expect(counts(inbox)).toEqual([2101, 2099]);
    expect(replayPending(test.db, ids)).toEqual([]);
  });

  it('hides a message that is to be destroyed, and shows it again if that is refused', () => {
    const destroy = act({ type: 'destroy' });
    expect([listed(inbox), counts(inbox)]).toEqual([[], [0, 0]]);
    setChangeState(test.db, [destroy], 'failed', { lastError: 'No.', countAttempt: true });
    replayPending(test.db, [email]);
    expect([listed(inbox), counts(inbox)]).toEqual([[email], [1, 1]]);
  });

  it('survives a mailbox that is deleted under a waiting move', () => {
    act(moveToArchive());
    deleteMailboxes(test.db, accountId, ['archive']);
    updateEmails(test.db, accountId, [{ remoteId: 'M1', keywords: ['$seen'] }]);
    expect(getEmailDetails(test.db, email)?.keywords).toEqual(['$seen']);
    expect(listMailboxes(test.db).map((box) => box.total)).toEqual([0, 0, 0]);
  });

  it('counts in a mailbox whose mail is not all here: the server counters, moved by what waits', () => {
    test.db.mail.run('UPDATE mailboxes SET is_complete = 0, server_total = 500, server_unread = 40 WHERE id = ?', [
      inbox,
    ]);
    act({ type: 'keywords', add: ['$seen'], remove: [] });
    expect(counts(inbox)).toEqual([500, 39]);
    act(moveToArchive());
    expect(counts(inbox)).toEqual([499, 39]);
  });

  it('lets a message go with everything of it when the server says that it is gone', () => {
    act(moveToArchive());
    deleteEmails(test.db, [email]);
    expect(getEmailDetails(test.db, email)).toBeNull();
    expect([counts(inbox), counts(archive)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('S3: a local message has its own key', () => {
  it('keeps its key over moves and keyword changes of the server', () => {
    updateEmails(test.db, accountId, [{ remoteId: 'M1', keywords: ['$seen'], mailboxIds: new Set([archive]) }]);
    storeEmails(test.db, accountId, [serverEmail('M1', [archive], { keywords: ['$seen'] })]);
    expect(emailKey(test.db, accountId, 'M1')).toBe(email);
  });
});

describe('message lists', () => {
  it('folds threads, pages by key, and walks to the neighbours', () => {
    const mails = Array.from({ length: 25 }, (_, i) =>
      serverEmail(`T${i}`, [inbox], {
        remoteThreadId: `t${i % 10}`,
        receivedAt: 10_000 + i,
        keywords: i === 24 ? ['$seen'] : [],
      }),
    );
    storeEmails(test.db, accountId, mails);
    const first = listMessages(test.db, [inbox], null, 4);
    const second = listMessages(test.db, [inbox], first.next, 100);
    const rows = [...first.rows, ...second.rows];
    expect(rows).toHaveLength(11); // ten threads and M1
    expect(new Set(rows.map((row) => row.threadId)).size).toBe(11);
    expect(first.rows[0]).toMatchObject({ subject: 'Subject of T24', count: 3, unread: 2 });
    expect(second.next).toBeNull();
    expect(rows.map((row) => row.receivedAt)).toEqual(rows.map((row) => row.receivedAt).sort((a, b) => b - a));
  });
});
