import { isMailFileGone, readAccountsCopy } from './accounts-copy';
import { carryOver } from './carry-over';
import { ChangeCollector } from './change-collector';
import { openDatabase, type Database, type OpenOptions } from './database';
import { setNotice, type DatabaseNotice } from './database-notice';
import type { MailDb } from './mail-db';
import { asideName, nextOf, removeNext, swapIn } from './file-swap';
import { readSaved, type Saved } from './salvage/read-saved';
import { mailApplicationId, mailMigrations } from './schema/mail';
import { logDatabase } from './sync-log';

export type MailFileOptions = Pick<OpenOptions, 'wasm' | 'guard' | 'onDamaged'>;

export function openMailFile(file: string, options: MailFileOptions): Promise<Database> {
  return openDatabase(file, { ...options, migrations: mailMigrations, applicationId: mailApplicationId });
}

/** The stores over mail.db alone, while it is made ready: nothing here touches a body, and opening it copies the accounts. */
export function overMailFile(mail: Database): MailDb {
  return { mail, bodies: mail, changes: new ChangeCollector(() => undefined), copyAccounts: () => undefined };
}

/**
 * A damaged, closed mail.db, or one that is gone: puts a new one in its place, with the accounts and unsent changes that
 * could be read. The damaged file is set aside, untouched. Nothing moves before the new one is whole, so after a kill it
 * starts over.
 */
export async function rescueMailFile(file: string, options: MailFileOptions): Promise<void> {
  const isGone = isMailFileGone(file);
  const saved = readSaved(file, readAccountsCopy(file), options.guard);
  const aside = asideName(file, 'damaged', new Date());
  removeNext(file);
  const next = await openMailFile(nextOf(file), options);
  try {
    const db = overMailFile(next);
    next.transaction(() => {
      carryOver(db, saved);
      tell(db, isGone ? noticeOf('missing', file, saved) : noticeOf('damaged', aside, saved));
    });
  } finally {
    next.close();
  }
  await swapIn(file, aside, options.guard);
}

export function noticeOf(what: DatabaseNotice['what'], file: string, saved: Saved): DatabaseNotice {
  const { accounts, changes, orphans, unreadable } = saved;
  const undecided = changes.filter(
    ({ state, change }) => state !== 'failed' && (saved.isDoubtful || change.email === null),
  );
  return {
    what,
    file,
    accounts: accounts.length,
    changes: changes.length,
    orphans,
    unreadable,
    undecided: undecided.length,
  };
}

/** Once to the person, by whichever window asks first; and for good in the sync log. */
export function tell(db: MailDb, notice: DatabaseNotice): void {
  setNotice(db.mail, notice);
  const { what, file, ...counts } = notice;
  logDatabase(db, { message: sentences[what], details: { ...counts, file } });
}

/** A path names a person: where the file is stands in the details. */
const sentences: Record<DatabaseNotice['what'], string> = {
  damaged: 'The mail database was damaged. It was set aside, and mail is fetched again.',
  missing: 'The mail database was not there any more. Mail is fetched again.',
  restored: 'A backup was restored. The database that it replaced was kept.',
};
