import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { deleteChanges } from '../../../src/db/pending-changes';
import { noticeOf } from '../../../src/db/rescue';
import { readSaved, type Saved } from '../../../src/db/salvage/read-saved';
import type { ChangeId } from '../../../src/model/ids';
import {
  bobsAccount,
  counts,
  fillWithChanges,
  makeMailFolder,
  queueChanges,
  type MailFolder,
} from '../../support/damaged-mail';
import { randomFrom } from '../../storage-kill/workload';
import { testAccount } from '../../support/test-db';

const PAGE = 2048;
/** Of the changes, so many were committed to the log only. */
const inLog = 30;
const sentCount = 60;

let mail: MailFolder;
let good: Buffer;

beforeEach(async () => {
  let filled: ReturnType<typeof fillWithChanges>;
  mail = await makeMailFolder(
    (db) => {
      filled = fillWithChanges(db);
      queueChanges(db, filled, 0, counts.changes - inLog);
      // Sent long ago: their rows still lie in pages that are free now.
      const sent = Array.from({ length: sentCount }, (_, index) => (index + 31) as ChangeId);
      deleteChanges(db, sent);
    },
    (db) => queueChanges(db, filled, counts.changes - inLog, counts.changes),
  );
  good = mail.bytes();
});
afterEach(() => mail.remove());

const subjects = ({ changes }: Saved): (string | undefined)[] => changes.map(({ change }) => change.email?.subject);
const all = counts.changes - sentCount;

describe('what is saved from a damaged mail.db', () => {
  it('is all of it where nothing is damaged: accounts, senders, and what was not sent', () => {
    const saved = readSaved(mail.file, null);
    expect(saved.accounts.map(({ account }) => account)).toEqual([testAccount, bobsAccount]);
    expect(saved.senders).toEqual([{ email: 'newsletter@example.test', trustedAt: 1_700_000_000_000 }]);
    expect(saved.isDoubtful).toBe(false);
    expect(saved.changes).toHaveLength(all);
    expect(saved.changes[0]).toMatchObject({
      accountId: 'account-1',
      state: 'queued',
      change: {
        intent: { type: 'mailboxes', add: ['archive-account-1'], remove: ['inbox-account-1'] },
        email: { remoteId: 'M0', messageId: 'M0@example.test', size: 100, mailboxes: ['inbox-account-1'] },
      },
    });
    expect(subjects(saved).at(-1)).toBe(`Subject of M${2 * (counts.changes - 1)}`);
    expect(saved.keys.get('emails')).toBe(counts.messages);
  });

  it('is told of where a change does not say what it wanted: it is counted, and the others are saved', async () => {
    const broken = await makeMailFolder((db) => {
      queueChanges(db, fillWithChanges(db), 0, 9);
      for (const [id, payload] of [
        [2, '{"type":"keywords","add":['],
        [5, '{"type":"fly"}'],
      ])
        db.mail.run('UPDATE pending_changes SET payload = ? WHERE id = ?', [payload as string, id as number]);
      db.mail.run("UPDATE pending_changes SET resource_type = 'SavedEmail' WHERE id = 7"); // with a payload of the other kind
    });
    onTestFinished(() => broken.remove());
    const saved = readSaved(broken.file, null);
    expect(saved.changes.map(({ id }) => id)).toEqual([1, 3, 4, 6, 8, 9]);
    expect(saved.unreadable).toBe(3);
    expect(noticeOf('damaged', 'aside', saved)).toMatchObject({ changes: 6, unreadable: 3, orphans: 0 });
    expect(readSaved(mail.file, null).unreadable).toBe(0);
  });

  it('is that without the log where the log is gone', () => {
    rmSync(`${mail.file}-wal`);
    expect(readSaved(mail.file, null).changes).toHaveLength(all - inLog);
  });

  it('has what the log holds even where the header of the log is destroyed', () => {
    const log = readFileSync(`${mail.file}-wal`);
    log.fill(0xa5, 0, 32);
    writeFileSync(`${mail.file}-wal`, log);
    expect(readSaved(mail.file, null).changes).toHaveLength(all);
  });

  it('is what the log holds where the log is all that is left', () => {
    rmSync(mail.file);
    const saved = readSaved(mail.file, null);
    expect(saved.accounts).toEqual([]);
    expect(saved.orphans).toBeGreaterThanOrEqual(inLog);
  });

  it('is not believed to be unsent where the first page is destroyed, but is there', () => {
    mail.write(Buffer.from(good).fill(0, 0, PAGE));
    rmSync(`${mail.file}-wal`);
    const saved = readSaved(mail.file, null);
    expect(saved.isDoubtful).toBe(true);
    expect(saved.accounts).toHaveLength(2);
    expect(saved.changes.length).toBeGreaterThanOrEqual(all - inLog);
  });

  it('misses with any page that is destroyed just the rows of that page', () => {
    rmSync(`${mail.file}-wal`);
    const ids = new Set(readSaved(mail.file, null).changes.map(({ id }) => id));
    let missed = 0;
    let withoutAccount = 0;
    for (let page = 1; page <= good.length / PAGE; page++) {
      mail.write(Buffer.from(good).fill(0, (page - 1) * PAGE, page * PAGE));
      const saved = readSaved(mail.file, null);
      if (saved.accounts.length < 2) withoutAccount += 1;
      else missed += [...ids].filter((id) => !saved.changes.some((change) => change.id === id)).length;
      if (!saved.isDoubtful) expect(saved.changes.every(({ id }) => ids.has(id))).toBe(true);
    }
    expect(missed).toBe(ids.size);
    expect(withoutAccount).toBe(1);
  });

  it('reads to the end of a file that is cut short at any page', () => {
    rmSync(`${mail.file}-wal`);
    const ids = new Set(readSaved(mail.file, null).changes.map(({ id }) => id));
    let before = 0;
    for (let pages = 0; pages <= good.length / PAGE; pages++) {
      mail.write(good.subarray(0, pages * PAGE + 100));
      const { changes, isDoubtful } = readSaved(mail.file, null);
      const found = changes.filter(({ id }) => ids.has(id)).length;
      expect(found).toBeGreaterThanOrEqual(before);
      if (!isDoubtful) expect(found).toBe(changes.length);
      before = found;
    }
    expect(before).toBe(ids.size);
  });

  it('is read whatever bytes are flipped, and nothing is made up', () => {
    rmSync(`${mail.file}-wal`);
    const ids = new Set(readSaved(mail.file, null).changes.map(({ id }) => id));
    const random = randomFrom(7);
    for (let run = 0; run < 60; run++) {
      const bytes = Buffer.from(good);
      for (let flips = 0; flips < 1 + run * 4; flips++) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (run % 8));
      }
      mail.write(bytes);
      const saved = readSaved(mail.file, null);
      expect(saved.changes.length + saved.orphans).toBeLessThanOrEqual(counts.changes + 5);
      for (const { account } of saved.accounts) expect(['jmap', 'imap']).toContain(account.settings.protocol);
      if (!saved.isDoubtful) expect(saved.changes.filter(({ id }) => !ids.has(id)).length).toBeLessThan(5);
    }
  });
});
