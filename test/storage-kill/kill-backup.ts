import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { updateAccount } from '../../src/db/accounts';
import { getBody, storeBody } from '../../src/db/bodies';
import { forgetNotice, getNotice } from '../../src/db/database-notice';
import type { Database } from '../../src/db/database';
import { deleteEmails } from '../../src/db/emails';
import { exportMail } from '../../src/db/export-mail';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { openMailFile } from '../../src/db/rescue';
import { finishRestore, prepareRestore } from '../../src/db/restore-mail';
import { bobsAccount, fillWithChanges, queueChanges } from '../support/damaged-mail';
import { present } from '../support/test-db';
import { buildProgram, type Program } from '../windows/build';
import { openWindow, WindowGone, type WindowProcess } from '../windows/open-window';
import type { DieAt } from './die-at';

export type Work = 'export' | 'restore';

/** The operation on the disk with which each begins. */
const begins: Record<Work, string> = { export: '^openSync .*\\.part-', restore: '^copyFile .*mail\\.db-next' };

/** What of a mail.db must be whole. Of the rest only the log differs: it tells what was done. */
const tables = ['accounts', 'mailboxes', 'emails', 'email_mailboxes', 'pending_changes', 'trusted_senders'];
const picture = (mail: Database): unknown[] =>
  tables.map((name) => mail.all(`SELECT * FROM ${name}`, [], (row) => row));

/** A mail database in use, an older backup of it, and what it is once that is restored. */
export interface BackupStage {
  readonly folder: string;
  readonly program: Program;
  readonly preload: string;
  readonly before: unknown[];
  readonly restored: unknown[];
  end(): void;
}

export async function openBackupStage(): Promise<BackupStage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-kill-backup-'));
  const program = await buildProgram(path.join(folder, 'program'));
  const preload = path.join(folder, 'die-at.cjs');
  const entryPoints = [path.join(import.meta.dirname, 'die-at.ts')];
  await build({ entryPoints, outfile: preload, bundle: true, platform: 'node', target: 'node20', format: 'cjs' });

  const [storage, trial] = [path.join(folder, 'storage'), path.join(folder, 'trial')];
  const db = await openMailDb(storage, { onChanged: () => undefined });
  const filled = fillWithChanges(db);
  queueChanges(db, filled, 0, 40);
  await exportMail(db.mail, path.join(folder, 'Mail.db'));
  // What was in the backup's queue has left; since then mail went, and the person did more.
  db.mail.run('DELETE FROM pending_changes');
  deleteEmails(db, filled.keys.slice(300));
  queueChanges(db, filled, 40, 70);
  updateAccount(db, { ...bobsAccount, name: 'Bob at work' });
  storeBody(db, present(filled.keys[0]), { text: 'kept', html: null, truncated: false, attachments: [] }, 1);
  const before = picture(db.mail);
  closeMailDb(db);

  cpSync(storage, trial, { recursive: true });
  await prepareRestore(path.join(trial, 'mail.db'), path.join(folder, 'Mail.db'), 'trial', {});
  await finishRestore(path.join(trial, 'mail.db'), {});
  const done = await openMailFile(path.join(trial, 'mail.db'), {});
  const restored = picture(done);
  done.close();
  assert.notDeepEqual(restored, before);
  return { folder, program, preload, before, restored, end: () => rmSync(folder, { recursive: true, maxRetries: 3 }) };
}

/** Where an engine is killed: at an operation of its work, or never. */
export type KillAt = Pick<DieAt, 'at' | 'inTheMiddle'>;

export interface Killed {
  /** False: the work was done before that operation came. */
  readonly died: boolean;
  /** How many operations it came to. */
  readonly operations: number;
  readonly outcome: 'before' | 'after';
}

/**
 * A real window with the real engine exports or restores and is killed at one operation on the disk. Throws unless what is
 * left is whole: the mail of before or of the backup, and under the export's name nothing or all of it.
 */
export async function killAt(stage: BackupStage, work: Work, kill: KillAt): Promise<Killed> {
  const run = mkdtempSync(path.join(stage.folder, `${work}-`));
  const storage = path.join(run, 'storage');
  cpSync(path.join(stage.folder, 'storage'), storage, { recursive: true });
  const exported = path.join(run, 'Mail.db');
  const countFile = path.join(run, 'operations');
  const window = openDying(stage, storage, { from: begins[work], countFile, ...kill });
  try {
    const died = await ask(window, stage, work, exported);
    // Before it closes: what that takes is no part of the work.
    const operations = existsSync(countFile) ? Number(readFileSync(countFile, 'utf8')) : 0;
    if (died) assert.equal(await window.exited, 'SIGKILL');
    else await window.close();
    const outcome = await checkStorage(stage, storage);
    if (work === 'restore') {
      if (!died) assert.equal(outcome, 'after');
      return { died, operations, outcome };
    }
    assert.equal(outcome, 'before');
    const isThere = existsSync(exported);
    if (isThere) await checkExport(exported, stage.before);
    else assert.ok(died);
    await exportAgain(storage, exported, stage.before);
    assert.deepEqual(readdirSync(run).sort(), ['Mail.db', 'operations', 'storage']);
    return { died, operations, outcome: isThere ? 'after' : 'before' };
  } finally {
    await window.kill();
    rmSync(run, { recursive: true, maxRetries: 3 });
  }
}

/** A window that dies as its environment says. */
export function openDying({ program, preload }: BackupStage, folder: string, dieAt: DieAt): WindowProcess {
  const env = { ...process.env, MAILPANE_DIE_AT: JSON.stringify(dieAt) };
  return openWindow({ folder, program, secret: '', node: { execArgv: ['--require', preload], env } });
}

export const dieInRestore = (stage: BackupStage, kill: KillAt): DieAt => ({
  from: begins.restore,
  countFile: path.join(stage.folder, 'operations'),
  ...kill,
});

/** Whether the window was killed before it answered. */
async function ask(window: WindowProcess, { folder }: BackupStage, work: Work, exported: string): Promise<boolean> {
  try {
    if (work === 'export') await window.request('database/export', { file: exported });
    else await window.request('database/restore', { file: path.join(folder, 'Mail.db') });
    return false;
  } catch (error) {
    if (error instanceof WindowGone) return true;
    throw error;
  }
}

/** Opens what is left, as the next window does. Throws where it is neither of the two, whole. */
export async function checkStorage(stage: BackupStage, folder: string): Promise<'before' | 'after'> {
  const left = readdirSync(folder);
  // For a moment there is none, while the one that is to take its place, and the plan for it, are on the disk.
  if (!left.includes('mail.db')) assert.ok(left.includes('mail.db-swap') && left.includes('mail.db-next'), left.join());
  const db = await openMailDb(folder, { onChanged: () => undefined });
  try {
    const now = picture(db.mail);
    const isRestored = JSON.stringify(now) === JSON.stringify(stage.restored);
    assert.deepEqual(now, isRestored ? stage.restored : stage.before);
    for (const database of [db.mail, db.bodies])
      assert.equal(
        database.get('PRAGMA integrity_check', [], ([said]) => said),
        'ok',
      );
    const names = readdirSync(folder).filter((name) => /-(next|swap|draft|new|suspect)/.test(name));
    assert.deepEqual(names, []);
    const [firstKey] = db.mail.all('SELECT min(id) FROM emails', [], (row) => row[0]);
    assert.equal(getBody(db, firstKey as never)?.text, isRestored ? undefined : 'kept');
    const notice = getNotice(db);
    forgetNotice(db);
    assert.equal(notice?.what, isRestored ? 'restored' : undefined);
    if (notice !== null) await checkExport(notice.file, stage.before);
    return isRestored ? 'after' : 'before';
  } finally {
    closeMailDb(db);
  }
}

/** A database file that nobody has open. */
async function checkExport(file: string, expected: unknown[]): Promise<void> {
  const copy = await openMailFile(file, {});
  try {
    assert.deepEqual(picture(copy), expected);
    assert.equal(
      copy.get('PRAGMA integrity_check', [], ([said]) => said),
      'ok',
    );
  } finally {
    copy.close();
  }
}

/** What a killed one left behind does not stand in the way of the next. */
async function exportAgain(folder: string, file: string, expected: unknown[]): Promise<void> {
  const db = await openMailDb(folder, { onChanged: () => undefined });
  try {
    await exportMail(db.mail, file);
  } finally {
    closeMailDb(db);
  }
  await checkExport(file, expected);
}
