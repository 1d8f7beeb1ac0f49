import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccounts } from '../../src/db/accounts';
import { getNotice } from '../../src/db/database-notice';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { listChanges } from '../../src/db/pending-changes';
import { listSavedChanges } from '../../src/db/saved-changes';
import type { EmailId } from '../../src/model/ids';
import { createImapBackend } from '../../src/sync/imap/backend';
import { connectRawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { catchUp } from '../support/catch-up';
import { copyRunning, destroyPage, rootPage } from '../support/damaged-mail';
import { openImapAccount } from '../support/imap-account';
import { keywords, moved } from '../support/synced-account';
import { present } from '../support/test-db';
import { inconsistencies, localLines, serverLines } from './imap-compare';
import { suiteServers, type SuiteServer } from './imap-servers';

const { alice } = users;
/** One server that has an id for each message, and one where a message is known by what copies of it have in common. */
const servers = suiteServers.filter(({ name }) => /QRESYNC|OBJECTID/.test(name));

describe.each(servers)('S40: a damaged mail.db of an account on $name', (entry) => {
  let server: SuiteServer;
  const login = () => ({ port: server.imapPort, user: alice.email, password: alice.password });

  beforeAll(async () => {
    server = await entry.start();
    const raw = await connectRawImap(login());
    for (const box of ['Trash', 'Archive', 'Lists']) await raw.command(`CREATE "${box}"`).catch(() => []);
    await seedImap({ ...login(), count: 120 });
    // A copy of each of these in another mailbox: the same Message-ID, size and date.
    await raw.command('SELECT INBOX');
    await raw.command('COPY 1:10 Lists');
    await raw.logout();
  });
  afterAll(() => server.stop());

  it('is made anew, and what was not sent is sent to the very copies that it was meant for', async () => {
    const account = await openImapAccount({ ...login(), tuning: entry.tuning });
    await account.syncAll();
    const { db } = account;
    const inbox = account.mailbox('INBOX');
    const [lists, archive] = [account.mailbox('Lists'), account.mailbox('Archive')];
    const shownIn = (mailbox: number): EmailId[] =>
      db.mail.all(
        'SELECT email_id FROM email_mailboxes WHERE mailbox_id = ? ORDER BY received_at, email_id',
        [mailbox],
        (row) => row[0] as EmailId,
      );
    const inInbox = shownIn(inbox).filter((id) => !shownIn(lists).includes(id));
    for (const id of inInbox.slice(20, 50)) account.act(id, keywords(['$flagged']));
    for (const id of inInbox.slice(40, 60)) account.act(id, moved(inbox, archive));
    for (const id of shownIn(lists)) account.act(id, keywords(['$flagged']));
    const expected = localLines(db);
    const waiting = listChanges(db).length;

    const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-imap-rescue-'));
    const file = path.join(folder, 'mail.db');
    const root = rootPage(db, 'email_mailboxes');
    db.mail.checkpoint();
    copyRunning(path.join(account.folder, 'mail.db'), file);
    account.close();
    destroyPage(file, root);

    const mended = await openMailDb(folder, { onChanged: () => undefined });
    try {
      expect(getNotice(mended)).toMatchObject({ what: 'damaged', accounts: 1, changes: waiting, undecided: 0 });
      const restored = present(listAccounts(mended)[0]);
      const options = { account: restored, secret: alice.password, db: mended, warn: () => undefined };
      await catchUp(mended, restored.id, createImapBackend(options, entry.tuning));
      expect([listChanges(mended), listSavedChanges(mended)]).toEqual([[], []]);
      expect(localLines(mended)).toEqual(expected);
      expect(await serverLines(login())).toEqual(expected);
      expect(inconsistencies(mended)).toEqual([]);
    } finally {
      closeMailDb(mended);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
