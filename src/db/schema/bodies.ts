import type { Migration } from '../database';

/** `application_id` of bodies.db ("MPb1"). */
export const bodiesApplicationId = 0x4d506231;

/**
 * The second file: what can be fetched again. Large, evictable, and deleted without loss; so it is never part of a
 * transaction that must hold (two WAL files do not commit atomically).
 */
export const bodiesMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'bodies and attachments metadata',
    sql: `
CREATE TABLE properties (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE email_bodies (
  email_id INTEGER NOT NULL PRIMARY KEY,  -- emails.id of mail.db
  text TEXT,
  html TEXT,
  truncated INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL
);

CREATE TABLE attachments (
  email_id INTEGER NOT NULL REFERENCES email_bodies(email_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,              -- order in the mail
  part_id TEXT NOT NULL,
  blob_id TEXT,
  name TEXT,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  cid TEXT,
  inline INTEGER NOT NULL,
  PRIMARY KEY (email_id, position)
) WITHOUT ROWID;
`,
  },
];
