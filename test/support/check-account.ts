import { expect } from 'vitest';
import { getBody, storeBody } from '../../src/db/bodies';
import { checkDatabase } from '../../src/db/check-database';
import type { MailDb } from '../../src/db/mail-db';
import type { FindingKind } from '../../src/model/findings';
import type { EmailId } from '../../src/model/ids';
import type { Backend } from '../../src/sync/backend';

const never = new AbortController().signal;

/** Kind → how many were found; with `left` those that could not be mended. */
export type Found = Partial<Record<FindingKind, number | { readonly found: number; readonly left: number }>>;

/** "Check and repair" of one account, as the engine does it: the database, then the server. */
export async function check(db: MailDb, backend: Backend): Promise<Found> {
  const database = await checkDatabase(db, true, never);
  const { findings } = await backend.check(() => undefined, never);
  const found: Found = {};
  for (const { kind, found: count, mended } of [...database, ...findings])
    found[kind] = mended === count ? count : { found: count, left: count - mended };
  return found;
}

/** Runs SQL that no code of ours would: foreign keys are not kept. */
export function damage({ mail }: MailDb, ...statements: readonly string[]): void {
  mail.run('PRAGMA foreign_keys = OFF');
  for (const statement of statements) mail.run(statement);
  mail.run('PRAGMA foreign_keys = ON');
}

/** Keeps a body for each of these messages; what is returned fails unless all are still here. */
export function keepBodies(db: MailDb, ids: readonly EmailId[]): () => void {
  for (const id of ids)
    storeBody(db, id, { text: `Body of ${id}`, html: null, truncated: false, attachments: [] }, Date.now());
  return () => {
    for (const id of ids) expect(getBody(db, id)?.text).toBe(`Body of ${id}`);
  };
}
