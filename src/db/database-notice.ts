import * as v from 'valibot';
import type { MailDb } from './mail-db';
import { deleteProperty, getProperty, setProperty } from './properties';
import type { Database } from './database';

const noticeSchema = v.object({
  /**
   * `damaged`: the file was set aside and what could be read was saved; `missing`: there was none, but there were
   * accounts; `restored`: a backup took its place.
   */
  what: v.picklist(['damaged', 'missing', 'restored']),
  /** Where the old file is now; `missing`: where it was. */
  file: v.string(),
  accounts: v.number(),
  /** Unsent changes that were saved from the old file. */
  changes: v.number(),
  /** Changes that were read, but whose account was not. */
  orphans: v.number(),
  /** Changes of the old file that do not tell any more what they wanted. */
  unreadable: v.number(),
  /** Changes that wait for the person's word. */
  undecided: v.number(),
});

/** What became of the database that was here before, for the person to be told once. */
export type DatabaseNotice = v.InferOutput<typeof noticeSchema>;

const name = 'notice';

export function setNotice(mail: Database, notice: DatabaseNotice): void {
  setProperty(mail, name, JSON.stringify(notice));
}

export function forgetNotice({ mail }: MailDb): void {
  deleteProperty(mail, name);
}

/** Null where there is nothing to tell, or a window has told it. */
export function getNotice({ mail }: MailDb): DatabaseNotice | null {
  const stored = getProperty(mail, name);
  if (stored === undefined) return null;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), noticeSchema), stored);
  return parsed.success ? parsed.output : null;
}
