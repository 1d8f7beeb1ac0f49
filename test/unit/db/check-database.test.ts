import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDatabase } from '../../../src/db/check-database';
import { storeEmails } from '../../../src/db/emails';
import { insertAccount } from '../../../src/db/accounts';
import { mailboxKeys, upsertMailboxes } from '../../../src/db/mailboxes';
import { abandonMailDb, closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { PAGE_SIZE } from '../../../src/db/open-file';
import { openTestDb, present, serverEmail, serverMailbox, testAccount } from '../../support/test-db';

const never = new AbortController().signal;

describe('checking a database by itself (S39)', () => {
  it('finds nothing in one that is well, and writes nothing', async () => {
    const test = await openTestDb();
    onTestFinished(() => test.close());
    const { db } = test;
    storeEmails(
      db,
      testAccount.id,
      Array.from({ length: 50 }, (_, n) => serverEmail(`m${n}`, [test.mailbox(n % 3 === 0 ? 'archive' : 'inbox')])),
    );
    const { bytesWritten } = db.mail.stats;
    expect(await checkDatabase(db, true, never)).toEqual([]);
    expect(db.mail.stats.bytesWritten).toBe(bytesWritten);
  });

  it('ends where it is cancelled', async () => {
    const test = await openTestDb();
    onTestFinished(() => test.close());
    await expect(checkDatabase(test.db, true, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('takes a damaged page for what it is, although no list needed it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-check-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const first = await openMailDb(folder, { onChanged: () => undefined });
    insertAccount(first, testAccount, 1);
    upsertMailboxes(first, testAccount.id, [serverMailbox('inbox', 'inbox')], true);
    const inbox = present(mailboxKeys(first, testAccount.id).get('inbox'));
    const emails = Array.from({ length: 400 }, (_, n) =>
      serverEmail(`m${n}`, [inbox], { preview: `unlike-${n} `.repeat(9) }),
    );
    storeEmails(first, testAccount.id, emails);
    closeMailDb(first);

    const file = path.join(folder, 'mail.db');
    const octets = readFileSync(file);
    const at = Math.floor(octets.indexOf('unlike-200 ') / PAGE_SIZE) * PAGE_SIZE;
    octets.fill(0xff, at + 8, at + 40); // where the page says where its rows are
    writeFileSync(file, octets);

    let damaged = 0;
    const db = await openMailDb(folder, { onChanged: () => undefined, onDamaged: () => (damaged += 1) });
    await expect(checkDatabase(db, true, never)).rejects.toMatchObject({ reason: 'damaged' });
    expect(damaged).toBeGreaterThan(0);
    abandonMailDb(db);

    // The next one to open it goes by what was met, and mends it.
    const mended = await openMailDb(folder, { onChanged: () => undefined });
    onTestFinished(() => closeMailDb(mended));
    expect(await checkDatabase(mended, true, never)).toEqual([]);
    expect(mended.mail.get('SELECT count(*) FROM emails', [], (row) => row[0])).toBe(0);
  });
});
