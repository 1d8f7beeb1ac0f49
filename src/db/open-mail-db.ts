import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { adoptBodies } from './bodies';
import { ChangeCollector } from './change-collector';
import { openDatabase, type Database, type OpenOptions } from './database';
import { DatabaseError } from './database-error';
import { databaseSuffixes, finishSwap } from './file-swap';
import type { MailDb } from './mail-db';
import { requeueInterrupted } from './pending-changes';
import { openMailFile, rescueMailFile, type MailFileOptions } from './rescue';
import { bodiesApplicationId, bodiesMigrations } from './schema/bodies';
import { clearSuspicion, isProvenDamaged, isSuspect, suspect } from './suspicion';

export interface MailDbOptions extends Pick<OpenOptions, 'wasm' | 'guard'> {
  /** Something was noted as changed; see ChangeCollector. */
  readonly onChanged: () => void;
  /**
   * A damaged page was met while the databases were in use: abandon them at once and open them anew, which mends what
   * can be mended. May be called more than once.
   */
  readonly onDamaged?: () => void;
}

/**
 * Opens mail.db and bodies.db of a folder; the caller holds its lock. A damaged mail.db is set aside, and a new one made
 * with what only it had (rescue.ts). A foreign or newer one is refused (DatabaseError) and left as it is. bodies.db
 * holds only what can be fetched again: a damaged one is thrown away.
 */
export async function openMailDb(folder: string, options: MailDbOptions): Promise<MailDb> {
  const { onChanged, onDamaged, ...rest } = options;
  let isOpen = false;
  const met = (file: string) => (): void => {
    if (!isOpen) return; // what opens it sees to it
    isOpen = false;
    suspect(file);
    onDamaged?.();
  };
  const [mailFile, bodiesFile] = [join(folder, 'mail.db'), join(folder, 'bodies.db')];
  const mail = await openOrRescue(mailFile, { ...rest, onDamaged: met(mailFile) });
  let bodies: Database;
  try {
    bodies = await openBodies(bodiesFile, { ...rest, onDamaged: met(bodiesFile) });
  } catch (error) {
    mail.close();
    throw error;
  }
  const changes = new ChangeCollector(onChanged);
  mail.onCommit(() => changes.committed());
  const db: MailDb = { mail, bodies, changes };
  try {
    adoptBodies(db);
    requeueInterrupted(db);
  } catch (error) {
    abandonMailDb(db);
    // The first look did not see the damage; the next one will.
    if (isDamage(error)) suspect(mailFile);
    throw error;
  }
  isOpen = true;
  return db;
}

async function openOrRescue(file: string, options: MailFileOptions): Promise<Database> {
  finishSwap(file);
  const intact = await openIntact(file, options);
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
    if (isDamage(error)) return null;
    throw error;
  }
}

async function openBodies(file: string, options: MailFileOptions): Promise<Database> {
  const open = (): Promise<Database> =>
    openDatabase(file, { ...options, migrations: bodiesMigrations, applicationId: bodiesApplicationId });
  const discard = (): void => {
    for (const suffix of databaseSuffixes) rmSync(file + suffix, { force: true });
    clearSuspicion(file);
  };
  if (isSuspect(file)) discard();
  try {
    return await open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    discard();
    return await open();
  }
}

const isDamage = (error: unknown): boolean => error instanceof DatabaseError && error.reason === 'damaged';

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
