import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { accountRows } from './accounts';
import { accountsCopyOf, isMailFileGone, writeAccountsCopy } from './accounts-copy';
import { adoptBodies } from './bodies';
import { ChangeCollector } from './change-collector';
import { openDatabase, type Database, type OpenOptions } from './database';
import { DatabaseError } from './database-error';
import { databaseSuffixes, finishSwap } from './file-swap';
import type { MailDb } from './mail-db';
import { requeueInterrupted } from './pending-changes';
import { openMailFile, rescueMailFile, type MailFileOptions } from './rescue';
import { bodiesApplicationId, bodiesMigrations } from './schema/bodies';
import { clearSuspicion, howDamaged, isProvenDamaged, isSuspect, suspect, type HowDamaged } from './suspicion';
import { logDatabase } from './sync-log';
import { removeDraft } from './whole-file';

export interface MailDbOptions extends Pick<OpenOptions, 'wasm' | 'guard'> {
  /** Something was noted as changed; see ChangeCollector. */
  readonly onChanged: () => void;
  /**
   * A damaged page was met while the databases were in use: abandon them at once and open them anew, which mends what
   * can be mended. Called once.
   */
  readonly onDamaged?: () => void;
}

/**
 * Opens mail.db and bodies.db of a folder; the caller holds its lock. A damaged mail.db is set aside, and a new one made
 * with what only it had (rescue.ts). A foreign or newer one is refused (DatabaseError) and left as it is. bodies.db
 * holds only what can be fetched again: a damaged one is thrown away, which the sync log says.
 */
export async function openMailDb(folder: string, options: MailDbOptions): Promise<MailDb> {
  for (let times = 1; ; times++) {
    try {
      return await openOnce(folder, options);
    } catch (error) {
      // The first look did not see the damage; the next one is closer, and the one after it believes what was met.
      if (howDamaged(error) === null || times === 3) throw error;
    }
  }
}

async function openOnce(folder: string, { onChanged, onDamaged, ...rest }: MailDbOptions): Promise<MailDb> {
  let isOpen = false;
  const met = (file: string): MailFileOptions => {
    let isMarked = false;
    const marking = (how: HowDamaged): void => {
      if (!isMarked) suspect(file, how);
      isMarked = true;
      if (isOpen) onDamaged?.();
      isOpen = false;
    };
    return { ...rest, onDamaged: marking };
  };
  const [mailFile, bodiesFile] = [join(folder, 'mail.db'), join(folder, 'bodies.db')];
  const mail = await openOrRescue(mailFile, met(mailFile));
  let bodies: OpenedBodies;
  try {
    bodies = await openBodies(bodiesFile, met(bodiesFile));
  } catch (error) {
    mail.close();
    throw error;
  }
  const changes = new ChangeCollector(onChanged);
  mail.onCommit(() => changes.committed());
  const copyAccounts: MailDb['copyAccounts'] = (rows) => writeAccountsCopy(mailFile, rows, rest.guard);
  const db: MailDb = { mail, bodies: bodies.database, changes, copyAccounts };
  try {
    removeDraft(accountsCopyOf(mailFile));
    mendAccountsCopy(db);
    adoptBodies(db);
    requeueInterrupted(db);
    if (bodies.isNewForDamaged) logNewBodies(db);
  } catch (error) {
    abandonMailDb(db);
    throw error;
  }
  isOpen = true;
  return db;
}

async function openOrRescue(file: string, options: MailFileOptions): Promise<Database> {
  finishSwap(file, options.guard);
  const intact = isMailFileGone(file) ? null : await openIntact(file, options);
  if (intact !== null) return intact;
  await rescueMailFile(file, options);
  clearSuspicion(file);
  return await openMailFile(file, options);
}

/** Null: it is damaged. */
async function openIntact(file: string, options: MailFileOptions): Promise<Database | null> {
  try {
    const mail = await openMailFile(file, options);
    if (!isProvenDamaged(file, mail)) return mail;
    mail.abandon();
    return null;
  } catch (error) {
    if (howDamaged(error) !== null) return null;
    throw error;
  }
}

/** It may be behind: the process was killed between the two writes, or a backup brought its own accounts. */
function mendAccountsCopy(db: MailDb): void {
  const rows = accountRows(db);
  try {
    db.copyAccounts(rows);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.reason === 'locked') throw error;
    // A full disk: mail is there all the same.
  }
}

function logNewBodies(db: MailDb): void {
  logDatabase(db, {
    message: 'The store of message texts was damaged and made anew. Texts are fetched again when they are opened.',
    details: {},
  });
}

interface OpenedBodies {
  readonly database: Database;
  readonly isNewForDamaged: boolean;
}

async function openBodies(file: string, options: MailFileOptions): Promise<OpenedBodies> {
  const open = (): Promise<Database> =>
    openDatabase(file, { ...options, migrations: bodiesMigrations, applicationId: bodiesApplicationId });
  const discard = (): void => {
    for (const suffix of databaseSuffixes) rmSync(file + suffix, { force: true });
    clearSuspicion(file);
  };
  const wasSuspect = isSuspect(file);
  if (wasSuspect) discard();
  try {
    return { database: await open(), isNewForDamaged: wasSuspect };
  } catch (error) {
    if (howDamaged(error) === null) throw error;
    discard();
    return { database: await open(), isNewForDamaged: true };
  }
}

/**
 * Carries the logs into the files and removes them. A frozen owner that wakes between asking its lock and writing still
 * has its log open: what it writes goes to a file that nobody reads any more.
 */
export async function endLogs(folder: string, options: Omit<MailDbOptions, 'onChanged'>): Promise<void> {
  closeMailDb(await openMailDb(folder, { ...options, onChanged: () => undefined }));
}

export function closeMailDb({ mail, bodies }: MailDb): void {
  bodies.close();
  mail.close();
}

/** Lets go of the files without another write: the lock is lost, or they are damaged. */
export function abandonMailDb({ mail, bodies }: MailDb): void {
  bodies.abandon();
  mail.abandon();
}
