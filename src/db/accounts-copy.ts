import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { Account } from '../model/account';
import { accountSettings } from '../model/account-settings';
import type { AccountId } from '../model/ids';
import { DatabaseError } from './database-error';
import { databaseSuffixes } from './file-swap';
import type { DiskGuard } from './vfs/mount';
import { writeWhole } from './whole-file';

/**
 * The accounts lie on one page of mail.db, and nothing but the person could tell them again. So a file beside it holds them
 * too (no secret is in it), and is asked only where mail.db is damaged or gone. It is written before mail.db commits, and
 * put right whenever mail.db is opened: it is never older than what was answered, so a removed account does not rise
 * again, and no password goes to a server that the person has left.
 */
export interface AccountRow {
  readonly account: Account;
  readonly createdAt: number;
}

const copySchema = v.array(
  v.object({
    id: v.string(),
    name: v.string(),
    email: v.string(),
    settings: accountSettings,
    createdAt: v.number(),
  }),
);

/** Beside this mail.db. */
export const accountsCopyOf = (mailFile: string): string => join(dirname(mailFile), 'accounts.json');

/** Null: there is none that can be read. */
export function readAccountsCopy(mailFile: string): readonly AccountRow[] | null {
  try {
    const rows = v.parse(copySchema, JSON.parse(readFileSync(accountsCopyOf(mailFile), 'utf8')));
    return rows.map(({ createdAt, id, ...account }) => ({ account: { id: id as AccountId, ...account }, createdAt }));
  } catch {
    return null;
  }
}

/** Throws DatabaseError: then the copy is what it was. */
export function writeAccountsCopy(mailFile: string, rows: readonly AccountRow[], guard?: DiskGuard): void {
  const file = accountsCopyOf(mailFile);
  const text = toText(rows);
  try {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
    writeWhole(file, text, guard);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new DatabaseError('full', `The disk is full: ${file} could not be written.`, error);
    throw new DatabaseError('io', `The file ${file} could not be written.`, error);
  }
}

/** Whether accounts were here, and the database that had them is not: deleted, or cut off to nothing. */
export function isMailFileGone(mailFile: string): boolean {
  const isEmpty = (suffix: string): boolean =>
    (statSync(mailFile + suffix, { throwIfNoEntry: false })?.size ?? 0) === 0;
  return databaseSuffixes.every(isEmpty) && (readAccountsCopy(mailFile)?.length ?? 0) > 0;
}

const toText = (rows: readonly AccountRow[]): string =>
  JSON.stringify(
    rows.map(({ account, createdAt }) => ({ ...account, createdAt })),
    null,
    1,
  );
