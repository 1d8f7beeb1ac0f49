import assert from 'node:assert/strict';
import type { Database } from '../../src/db/database';

/** What the writer writes and how one sees that it is whole. */
export const OPTIONS = {
  applicationId: 0x6b696c6c,
  migrations: [
    {
      version: 1,
      name: 'entries',
      sql: `
        CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL, touched INTEGER NOT NULL);
        CREATE INDEX entry_touched ON entry (touched);
        -- Written in the same transaction as each entry: shows half a transaction.
        CREATE TABLE total (entries INTEGER NOT NULL, highest INTEGER NOT NULL);
        INSERT INTO total VALUES (0, 0);`,
    },
  ],
};

/** Deterministic numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function checksum(data: Uint8Array): number {
  return data.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, data.length);
}

/** Adds an entry with data that follows from its number. */
export function addEntry(database: Database, id: number, size: number): void {
  const data = new Uint8Array(size).map((_, index) => (id * 31 + index * 7) & 0xff);
  database.run('INSERT INTO entry VALUES (?, ?, ?, 0)', [id, data, checksum(data)]);
  database.run('UPDATE total SET entries = entries + 1, highest = ?', [id]);
}

/**
 * Throws unless the file is sound and holds each entry up to the acknowledged one, whole. Entries beyond it may be
 * there: their commit was done but the writer was killed before it could say so. Returns the highest.
 */
export function verify(database: Database, acknowledged: number): number {
  const row = (sql: string): unknown => database.get(sql, [], (values) => values);
  assert.deepEqual(row('PRAGMA integrity_check'), ['ok'], 'integrity_check');
  const highest = database.get('SELECT highest FROM total', [], ([value]) => Number(value)) ?? 0;
  assert.deepEqual(row('SELECT entries, highest FROM total'), [highest, highest], 'entries of total');
  assert.deepEqual(row('SELECT count(*), coalesce(max(id), 0) FROM entry'), [highest, highest], 'entries');
  if (highest < acknowledged) throw new Error(`entry ${acknowledged} was acknowledged, but ${highest} is the last one`);
  const broken = database
    .all('SELECT id, data, sum FROM entry', [], ([id, data, sum]) => ({ id, ok: checksum(data as Uint8Array) === sum }))
    .filter(({ ok }) => !ok);
  assert.deepEqual(broken, [], 'broken entries');
  return highest;
}
