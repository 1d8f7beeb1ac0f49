import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../../src/db/database';
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
let part: string;
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
  part = `${target}.part`;
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
    const size = exportMail(db.mail, target, part);
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

  it('takes the place of an older one, and goes on after what an interrupted one left', () => {
    writeFileSync(target, 'an older export');
    writeFileSync(part, 'half of one');
    expect(exportMail(db.mail, target, part)).toBeGreaterThan(100_000);
    expect(existsSync(part)).toBe(false);
  });

  it('leaves nothing of itself and the older one as it is when the disk is full, at any write', () => {
    writeFileSync(target, 'an older export');
    let writes = 0;
    guard = (operation) => {
      if (operation === 'write') writes += 1;
    };
    exportMail(db.mail, path.join(folder, 'count.db'), path.join(folder, 'count.db.part'));
    const all = writes;
    expect(all).toBeGreaterThan(50);
    for (let last = 0; last < all; last += Math.ceil(all / 12)) {
      writes = 0;
      guard = (operation) => {
        if (operation === 'write' && writes++ >= last) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      expect(() => exportMail(db.mail, target, part)).toThrowError(
        expect.objectContaining({
          reason: 'full',
          message: `The disk is full: ${target} could not be written.`,
        }) as Error,
      );
      expect(existsSync(part)).toBe(false);
      expect(readFileSync(target, 'utf8')).toBe('an older export');
    }
    guard = () => undefined;
    expect(setting(db.mail, 'integrity_check')).toBe('ok');
    db.mail.run("UPDATE accounts SET name = 'it goes on'");
  });

  it('says so where the folder cannot be written or is not there', () => {
    const locked = mkdtempSync(path.join(tmpdir(), 'mailpane-locked-'));
    onTestFinished(() => rmSync(locked, { recursive: true }));
    chmodSync(locked, 0o500);
    for (const to of [
      path.join(folder, 'nowhere', 'a.db'),
      ...(process.getuid?.() === 0 ? [] : [path.join(locked, 'a.db')]),
    ]) {
      expect(() => exportMail(db.mail, to, `${to}.part`)).toThrowError(
        expect.objectContaining({ reason: 'io' }) as Error,
      );
    }
  });

  it('never takes the name of what is in use', () => {
    const before = readFileSync(path.join(folder, 'storage', 'mail.db'));
    for (const name of ['mail.db', 'bodies.db', 'mail.db-wal', 'mail.db-next', 'mail.db.lock.1']) {
      const own = path.join(folder, 'storage', name);
      expect(() => exportMail(db.mail, own, `${own}.part`)).toThrow(/own name/);
    }
    expect(readFileSync(path.join(folder, 'storage', 'mail.db'))).toEqual(before);
  });

  it('asks the guard all the time, so that the lock has its heartbeats', () => {
    const asked: string[] = [];
    guard = (operation, file) => void asked.push(`${operation} ${path.basename(file)}`);
    exportMail(db.mail, target, part);
    expect(asked.filter((line) => line === 'write Mail 2026-11-25.db.part').length).toBeGreaterThan(50);
  });
});
