import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../../src/db/database';
import { DatabaseError } from '../../../src/db/database-error';
import { deleteEmails } from '../../../src/db/emails';
import { exportMail } from '../../../src/db/export-mail';
import type { MailDb } from '../../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { openMailFile } from '../../../src/db/rescue';
import type { DiskGuard } from '../../../src/db/vfs/mount';
import type { EmailId } from '../../../src/model/ids';
import { fillWithChanges, queueChanges } from '../../support/damaged-mail';

let db: MailDb;
let folder: string;
let target: string;
let keys: readonly EmailId[];
let guard: DiskGuard;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  guard = () => undefined;
  db = await openMailDb(path.join(folder, 'storage'), {
    onChanged: () => undefined,
    guard: (operation, file) => guard(operation, file),
  });
  onTestFinished(() => closeMailDb(db));
  const filled = fillWithChanges(db);
  keys = filled.keys;
  db.mail.checkpoint();
  queueChanges(db, filled, 0, 50); // in the log only
  target = path.join(folder, 'Mail 2026-11-25.db');
});

const tables = [
  'accounts',
  'mailboxes',
  'emails',
  'email_mailboxes',
  'pending_changes',
  'trusted_senders',
  'properties',
];
const rows = (mail: Database): unknown[] => tables.map((name) => mail.all(`SELECT * FROM ${name}`, [], (row) => row));
const setting = (mail: Database, name: string): unknown => mail.get(`PRAGMA ${name}`, [], ([value]) => value);

describe('an export of the mail database', () => {
  it('holds every row, what is in the log too, packed, with the same pages and marks, and no log', async () => {
    deleteEmails(db, keys.slice(150));
    const size = await exportMail(db.mail, target);
    expect(readdirSync(folder).sort()).toEqual(['Mail 2026-11-25.db', 'storage']);
    const bytes = readFileSync(target);
    expect(bytes.length).toBe(size);
    expect([bytes.readUInt16BE(16), bytes.readUInt32BE(36)]).toEqual([2048, 0]); // page size, free pages
    const copy = await openMailFile(target, {});
    onTestFinished(() => copy.close());
    expect(rows(copy)).toEqual(rows(db.mail));
    expect(setting(copy, 'integrity_check')).toBe('ok');
    expect(setting(copy, 'journal_mode')).toBe('wal');
    expect(setting(copy, 'user_version')).toEqual(setting(db.mail, 'user_version'));
  });

  it('takes the place of an older one, and removes what an interrupted one left, but nothing of other names', async () => {
    const kept = ['Mail 2026-11-25.db', 'Mail 2026-11-25.db.part-2', `Mail.db.part-${'0'.repeat(24)}`];
    const left = ['', '-journal'].map((suffix) => `Mail 2026-11-25.db.part-${'0'.repeat(24)}${suffix}`);
    for (const name of [...kept, ...left]) writeFileSync(path.join(folder, name), 'half of one');
    expect(await exportMail(db.mail, target)).toBeGreaterThan(100_000);
    expect(readdirSync(folder).sort()).toEqual([...kept, 'storage'].sort());
  });

  it('takes no name once the lock is lost while the disk took its time, and leaves nothing of itself', async () => {
    writeFileSync(target, 'an older export');
    const exported = exportMail(db.mail, target);
    // All is written, and the thread is free for heartbeats while it is synced.
    expect(readFileSync(target, 'utf8')).toBe('an older export');
    const lost = new DatabaseError('locked', 'Another window has taken over the mail database.');
    guard = () => {
      throw lost;
    };
    await expect(exported).rejects.toMatchObject({ reason: 'locked', message: lost.message });
    expect(readdirSync(folder).sort()).toEqual(['Mail 2026-11-25.db', 'storage']);
    expect(readFileSync(target, 'utf8')).toBe('an older export');
    guard = () => undefined;
  });

  it('writes under a name of its own: two at once spoil nothing of each other', async () => {
    const asked = new Set<string>();
    guard = (operation, file) => {
      if (operation === 'open') asked.add(path.basename(file));
    };
    await Promise.all([exportMail(db.mail, target), exportMail(db.mail, target)]);
    const parts = [...asked].filter((name) => !name.endsWith('-journal'));
    expect(parts).toHaveLength(2);
    for (const name of parts) expect(name).toMatch(/^Mail 2026-11-25\.db\.part-[0-9a-f]{24}$/);
    expect(readdirSync(folder).sort()).toEqual(['Mail 2026-11-25.db', 'storage']);
  });

  it('leaves nothing of itself and the older one as it is when the disk is full, at any write', async () => {
    writeFileSync(target, 'an older export');
    let writes = 0;
    guard = (operation) => {
      if (operation === 'write') writes += 1;
    };
    await exportMail(db.mail, path.join(folder, 'count.db'));
    const before = readdirSync(folder);
    const all = writes;
    expect(all).toBeGreaterThan(50);
    for (let last = 0; last < all; last += Math.ceil(all / 12)) {
      writes = 0;
      guard = (operation) => {
        if (operation === 'write' && writes++ >= last) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      await expect(exportMail(db.mail, target)).rejects.toMatchObject({
        reason: 'full',
        message: `The disk is full: ${target} could not be written.`,
      });
      expect(readdirSync(folder)).toEqual(before);
      expect(readFileSync(target, 'utf8')).toBe('an older export');
    }
    guard = () => undefined;
    expect(setting(db.mail, 'integrity_check')).toBe('ok');
    db.mail.run("UPDATE accounts SET name = 'it goes on'");
  });

  it('says so where the folder cannot be written or is not there', async () => {
    const locked = mkdtempSync(path.join(tmpdir(), 'mailpane-locked-'));
    onTestFinished(() => rmSync(locked, { recursive: true }));
    chmodSync(locked, 0o500);
    for (const to of [
      path.join(folder, 'nowhere', 'a.db'),
      ...(process.getuid?.() === 0 ? [] : [path.join(locked, 'a.db')]),
    ]) {
      await expect(exportMail(db.mail, to)).rejects.toMatchObject({ reason: 'io' });
    }
  });

  it('never takes the name of what is in use', async () => {
    const before = readFileSync(path.join(folder, 'storage', 'mail.db'));
    for (const name of ['mail.db', 'bodies.db', 'mail.db-wal', 'mail.db-next', 'mail.db.lock.1']) {
      const own = path.join(folder, 'storage', name);
      await expect(exportMail(db.mail, own)).rejects.toThrow(/own name/);
    }
    expect(readFileSync(path.join(folder, 'storage', 'mail.db'))).toEqual(before);
  });

  it('asks the guard all the time, so that the lock has its heartbeats, and waits for the disk only outside SQLite', async () => {
    const asked: string[] = [];
    guard = (operation, file) => void asked.push(`${operation} ${path.basename(file)}`);
    await exportMail(db.mail, target);
    expect(asked.filter((line) => /^write Mail 2026-11-25\.db\.part-\w+$/.test(line)).length).toBeGreaterThan(50);
    expect(asked.filter((line) => line.startsWith('sync'))).toEqual([]);
    db.mail.run("UPDATE accounts SET name = 'it waits for the disk again'");
    expect(asked.filter((line) => line.startsWith('sync'))).not.toEqual([]);
  });
});
