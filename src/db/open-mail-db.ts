import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { adoptBodies } from './bodies';
import { ChangeCollector } from './change-collector';
import { openDatabase, type Database, type OpenOptions } from './database';
import { DatabaseError } from './database-error';
import type { MailDb } from './mail-db';
import { requeueInterrupted } from './pending-changes';
import { bodiesApplicationId, bodiesMigrations } from './schema/bodies';
import { mailApplicationId, mailMigrations } from './schema/mail';

export interface MailDbOptions extends Pick<OpenOptions, 'wasm' | 'guard'> {
  /** Something was noted as changed; see ChangeCollector. */
  readonly onChanged: () => void;
}

/**
 * Opens mail.db and bodies.db of a folder; the caller holds its lock. A damaged, foreign or newer mail.db is refused
 * (DatabaseError) and left as it is. bodies.db holds only what can be fetched again: a damaged one is thrown away.
 */
export async function openMailDb(folder: string, options: MailDbOptions): Promise<MailDb> {
  const { onChanged, ...rest } = options;
  const mail = await openDatabase(join(folder, 'mail.db'), {
    ...rest,
    migrations: mailMigrations,
    applicationId: mailApplicationId,
  });
  let bodies: Database;
  try {
    bodies = await openBodies(join(folder, 'bodies.db'), rest);
  } catch (error) {
    mail.close();
    throw error;
  }
  const changes = new ChangeCollector(onChanged);
  mail.onCommit(() => changes.committed());
  const db: MailDb = { mail, bodies, changes };
  adoptBodies(db);
  requeueInterrupted(db);
  return db;
}

async function openBodies(file: string, options: Pick<OpenOptions, 'wasm' | 'guard'>): Promise<Database> {
  const open = (): Promise<Database> =>
    openDatabase(file, { ...options, migrations: bodiesMigrations, applicationId: bodiesApplicationId });
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.reason !== 'damaged') throw error;
    for (const suffix of ['', '-wal', '-journal']) rmSync(`${file}${suffix}`, { force: true });
    return await open();
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
