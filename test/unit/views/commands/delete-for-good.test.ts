import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emailKey, storeEmails } from '../../../../src/db/emails';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { setServerBase } from '../../../../src/db/overlay';
import { listChanges } from '../../../../src/db/pending-changes';
import type { EmailId, MailboxId } from '../../../../src/model/ids';
import type { EmailIntent } from '../../../../src/model/pending-change';
import { SyncManager } from '../../../../src/sync/sync-manager';
import { chosenOf, threadNode, type Chosen } from '../../../../src/views/messages/message-nodes';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../../support/test-db';
import { engineActions, type EngineActions } from '../support/engine-actions';

let test: TestDb;
let sync: SyncManager;
let trash: MailboxId;
let junk: MailboxId;
let archive: MailboxId;
beforeEach(async () => {
  test = await openTestDb();
  sync = new SyncManager({ db: test.db, onCredentialsNeeded: () => undefined });
  [trash, junk, archive] = [test.mailbox('trash'), test.mailbox('junk'), test.mailbox('archive')];
});
afterEach(async () => {
  await sync.stop();
  test.close();
});

const stored = (remoteId: string, mailboxes: readonly MailboxId[], thread = remoteId): EmailId => {
  storeEmails(test.db, testAccount.id, [serverEmail(remoteId, mailboxes, { remoteThreadId: thread })]);
  return present(emailKey(test.db, testAccount.id, remoteId));
};
const open = (whileAsked?: () => void) => engineActions({ db: test.db, sync, cacheDir: test.folder }, whileAsked);
const intents = (emailId: EmailId): EmailIntent[] =>
  listChanges(test.db).flatMap((change) => (change.emailId === emailId ? [change.intent] : []));

/** The rows of a mailbox, chosen in its list. */
async function chosenIn({ request }: EngineActions, mailboxId: MailboxId): Promise<Chosen[]> {
  const source = { mailboxId };
  const { rows } = await request('messages/list', { source, limit: 100, after: null });
  return rows.map((row) => chosenOf(threadNode(row), row, source));
}
const inReader = (emailId: EmailId): Chosen => ({
  target: { emailId, mailboxId: null },
  message: {
    emailId,
    threadId: present(getEmailDetails(test.db, emailId)).threadId,
    mailboxId: null,
    source: 'inboxes',
  },
  listed: null,
});

describe('S9: delete in Trash or Junk', () => {
  it.each(['trash', 'junk'])(
    'takes a message that is in Archive too out of %s, and leaves it in Archive',
    async (role) => {
      const here = test.mailbox(role);
      const id = stored('both', [here, archive]);
      const opened = await open();
      await opened.actions.delete(await chosenIn(opened, here));
      expect(opened.asked[0]).toBe('delete 1?');
      expect(intents(id)).toEqual([{ type: 'mailboxes', add: [], remove: [here] }]);
      expect(getEmailDetails(test.db, id)?.mailboxIds).toEqual([archive]);
    },
  );

  it('destroys of a thread what is there only, from there', async () => {
    const [only, both] = [stored('only', [trash], 'thread'), stored('both', [trash, archive], 'thread')];
    const opened = await open();
    await opened.actions.delete(await chosenIn(opened, trash));
    expect(opened.asked[0]).toBe('delete 2?');
    expect(intents(only)).toEqual([{ type: 'destroy', from: [trash] }]);
    expect(intents(both)).toEqual([{ type: 'mailboxes', add: [], remove: [trash] }]);
  });

  it.each([
    ['moved to Archive', 'list', () => [archive]],
    ['moved to Archive', 'reader', () => [archive]],
    ['put into Archive too', 'reader', () => [trash, archive]],
  ])('leaves alone what was %s while the person was asked, chosen in the %s', async (_what, where, now) => {
    const id = stored('saved', [trash]);
    const opened = await open(() => setServerBase(test.db, [[id, { mailboxIds: new Set(now()) }]]));
    await opened.actions.delete(where === 'list' ? await chosenIn(opened, trash) : [inReader(id)]);
    expect(opened.asked[0]).toBe('delete 1?');
    expect(intents(id).filter(({ type }) => type === 'destroy')).toEqual([]);
    expect(getEmailDetails(test.db, id)?.mailboxIds).toEqual([archive]);
  });

  it('destroys what the reader shows from where it lies', async () => {
    const id = stored('one', [junk]);
    const opened = await open();
    await opened.actions.delete([inReader(id)]);
    expect(intents(id)).toEqual([{ type: 'destroy', from: [junk] }]);
  });
});
