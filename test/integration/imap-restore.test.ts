import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { getNotice } from '../../src/db/database-notice';
import { exportMail } from '../../src/db/export-mail';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { listChanges } from '../../src/db/pending-changes';
import { finishRestore, prepareRestore } from '../../src/db/restore-mail';
import { listSavedChanges } from '../../src/db/saved-changes';
import type { EmailId, MailboxId } from '../../src/model/ids';
import { createImapBackend } from '../../src/sync/imap/backend';
import { connectRawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { catchUp } from '../support/catch-up';
import { openImapAccount, type ImapAccount } from '../support/imap-account';
import { keywords, moved } from '../support/synced-account';
import { present } from '../support/test-db';
import { inconsistencies, localLines, serverLines } from './imap-compare';
import { suiteServers, type SuiteServer } from './imap-servers';

const { alice } = users;

describe.each(suiteServers)('S40: a restored backup of an account on $name', (entry) => {
  let server: SuiteServer;
  const login = () => ({ port: server.imapPort, user: alice.email, password: alice.password });

  beforeAll(async () => {
    server = await entry.start();
  });
  afterAll(() => server.stop());

  const messagesIn = ({ db }: ImapAccount, mailbox: MailboxId): EmailId[] =>
    db.mail.all(
      'SELECT email_id FROM email_mailboxes WHERE mailbox_id = ? AND shown = 1 ORDER BY received_at, email_id',
      [mailbox],
      (row) => row[0] as EmailId,
    );

  /**
   * Much happens after the backup: what waits in it is sent and taken back, the person does more, another client delivers,
   * flags, moves and expunges. `renumbers`: and a mailbox is made anew, so that no UID of the backup means anything (S20).
   */
  it.each([
    ['', false, 1],
    [', whose mailbox was numbered anew since', true, 2],
  ])(
    'is the server again after it caught up, and what waited in it waits for the person%s',
    async (_, renumbers, seed) => {
      const raw = await connectRawImap(login());
      for (const box of ['Trash', 'Archive', 'Lists']) await raw.command(`CREATE "${box}"`).catch(() => []);
      await seedImap({ ...login(), count: 60, seed });
      const account = await openImapAccount({ ...login(), tuning: entry.tuning });
      await account.syncAll();
      const { db, folder } = account;
      const [inbox, archive] = [account.mailbox('INBOX'), account.mailbox('Archive')];
      const ids = messagesIn(account, inbox);
      const id = (index: number): EmailId => present(ids[index]);

      // They wait in the backup.
      account.act(id(0), keywords(['$flagged']));
      account.act(id(1), moved(inbox, archive));
      const exported = mkdtempSync(path.join(tmpdir(), 'mailpane-imap-backup-'));
      onTestFinished(() => rmSync(exported, { recursive: true, force: true }));
      const backup = path.join(exported, 'Mail.db');
      await exportMail(db.mail, backup);

      // Since then they were sent, and taken back.
      await account.drain();
      await account.syncAll();
      account.act(id(0), keywords([], ['$flagged']));
      account.act(id(1), moved(archive, inbox));
      account.act(id(2), keywords(['$seen']));
      await account.drain();
      await account.syncAll();
      // Others were there too.
      await raw.command('SELECT INBOX');
      await raw.command('STORE 10:15 +FLAGS (\\Flagged)');
      await raw.command('COPY 20:22 Lists');
      await raw.command('STORE 20:25 +FLAGS (\\Deleted)');
      await raw.command('EXPUNGE');
      if (renumbers) {
        await raw.command('SELECT Lists');
        await raw.command('COPY 1:* Archive');
        await raw.command('UNSELECT').catch(() => []);
        await raw.command('DELETE Lists');
        await raw.command('CREATE Lists');
        await raw.command('SELECT Archive');
        await raw.command('COPY 1:* Lists');
      }
      await raw.logout();
      await seedImap({ ...login(), count: 10, seed: seed + 7 });
      await account.syncAll();
      // This has not been sent when the backup is restored.
      account.act(id(5), keywords(['$answered']));
      account.act(present(messagesIn(account, inbox).at(-1)), keywords(['$flagged'])); // the backup does not have it
      const expected = localLines(db);

      account.backend.dispose();
      await prepareRestore(path.join(folder, 'mail.db'), backup, 'request-1', {});
      closeMailDb(db);
      await finishRestore(path.join(folder, 'mail.db'), {});
      const restored = await openMailDb(folder, { onChanged: () => undefined });
      onTestFinished(() => {
        closeMailDb(restored);
        rmSync(folder, { recursive: true, force: true });
      });
      expect(getNotice(restored)).toMatchObject({ what: 'restored', accounts: 1, changes: 2, undecided: 0 });
      const options = { account: account.account, secret: alice.password, db: restored, warn: () => undefined };
      await catchUp(restored, account.accountId, createImapBackend(options, entry.tuning));

      expect(await serverLines(login())).toEqual(expected);
      expect(localLines(restored)).toEqual(expected);
      expect(inconsistencies(restored)).toEqual([]);
      expect(listSavedChanges(restored)).toEqual([]);
      const why = 'From the backup: it may have been sent since. Retry sends it now.';
      expect(listChanges(restored)).toMatchObject([
        { state: 'failed', lastError: why, intent: { type: 'keywords', add: ['$flagged'] } },
        { state: 'failed', lastError: why, intent: { type: 'mailboxes', add: [archive], remove: [inbox] } },
      ]);
    },
  );
});
