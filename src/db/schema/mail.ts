import type { Migration } from '../database';

/** `application_id` of mail.db ("MPm1"): a database of another program is refused. */
export const mailApplicationId = 0x4d506d31;

/**
 * The first file: mail, checkpoints and the queue live together, because a checkpoint commits with the data it covers
 * (S4) and an action with what it shows (S1, S2). A released migration is never edited: add the next number.
 */
export const mailMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'accounts, mailboxes, emails, checkpoints, queue, sync log',
    sql: `
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  settings TEXT NOT NULL,                 -- JSON of AccountSettings; never a secret
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sync_state (
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  resource_type TEXT NOT NULL,
  state TEXT NOT NULL,                    -- JMAP state string, or a checkpoint as JSON
  synced_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, resource_type)
) WITHOUT ROWID;

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- our key (S3)
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  remote_id TEXT NOT NULL,                -- JMAP id, or IMAP path
  name TEXT NOT NULL,
  parent_remote_id TEXT,                  -- as the server says; may be missing or cyclic
  role TEXT,
  sort_order INTEGER NOT NULL,
  is_subscribed INTEGER NOT NULL,
  rights INTEGER NOT NULL,                -- bits, see mailboxes.ts
  server_total INTEGER NOT NULL,
  server_unread INTEGER NOT NULL,
  is_complete INTEGER NOT NULL DEFAULT 0, -- all its mail is here: our own counters tell the truth
  total INTEGER NOT NULL DEFAULT 0,       -- kept by the triggers below: rows shown
  unread INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, remote_id)
);

CREATE TABLE threads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  remote_id TEXT NOT NULL,
  UNIQUE (account_id, remote_id)
);

CREATE TABLE emails (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- our key (S3); never used twice, so that bodies.db can refer to it
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  remote_id TEXT,
  thread_id INTEGER NOT NULL REFERENCES threads(id),
  received_at INTEGER NOT NULL,           -- ms since 1970, the server's (S37)
  sent_at INTEGER,
  pending INTEGER NOT NULL DEFAULT 0,     -- 0 none, 1 a change waits, 2 a change was refused
  has_attachment INTEGER NOT NULL,
  flags INTEGER NOT NULL,                 -- shown: common keywords as bits, see keyword-columns.ts
  keywords TEXT NOT NULL,                 -- shown: the others, sorted, joined by spaces
  server_flags INTEGER NOT NULL,          -- the same as the server has them
  server_keywords TEXT NOT NULL,
  subject TEXT NOT NULL,
  addresses TEXT NOT NULL,                -- JSON of EmailAddresses without empty lists
  preview TEXT NOT NULL,
  size INTEGER NOT NULL,
  blob_id TEXT,
  message_id TEXT NOT NULL,               -- Message-IDs, joined by spaces
  in_reply_to TEXT NOT NULL,
  message_references TEXT NOT NULL,
  UNIQUE (account_id, remote_id)
);
CREATE INDEX emails_thread ON emails (thread_id);

-- A message in a mailbox: because the server has it there, because pending changes show it there, or both (S1).
CREATE TABLE email_mailboxes (
  email_id INTEGER NOT NULL REFERENCES emails(id) ON DELETE CASCADE,
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes(id) ON DELETE CASCADE,
  on_server INTEGER NOT NULL,
  shown INTEGER NOT NULL,
  uid INTEGER,                            -- IMAP
  received_at INTEGER NOT NULL,           -- copies for the lists
  thread_id INTEGER NOT NULL,
  PRIMARY KEY (email_id, mailbox_id)
) WITHOUT ROWID;
CREATE INDEX email_mailboxes_list ON email_mailboxes (mailbox_id, received_at, email_id, thread_id) WHERE shown = 1;
CREATE INDEX email_mailboxes_thread ON email_mailboxes (mailbox_id, thread_id, received_at, email_id) WHERE shown = 1;
CREATE UNIQUE INDEX email_mailboxes_uid ON email_mailboxes (mailbox_id, uid) WHERE uid IS NOT NULL;
CREATE INDEX email_mailboxes_mailbox ON email_mailboxes (mailbox_id) WHERE shown = 0;

-- The counters. Unread is neither $seen nor $draft: bits 1 and 8 of flags (keyword-columns.ts). Not a column of
-- email_mailboxes, so that reading a message writes one row less.
CREATE TRIGGER email_mailboxes_added AFTER INSERT ON email_mailboxes WHEN NEW.shown = 1 BEGIN
  UPDATE mailboxes SET total = total + 1,
    unread = unread + (SELECT flags & 9 = 0 FROM emails WHERE id = NEW.email_id) WHERE id = NEW.mailbox_id;
END;
CREATE TRIGGER email_mailboxes_removed AFTER DELETE ON email_mailboxes WHEN OLD.shown = 1 BEGIN
  UPDATE mailboxes SET total = total - 1,
    unread = unread - (SELECT flags & 9 = 0 FROM emails WHERE id = OLD.email_id) WHERE id = OLD.mailbox_id;
END;
CREATE TRIGGER email_mailboxes_changed AFTER UPDATE OF shown ON email_mailboxes WHEN OLD.shown <> NEW.shown BEGIN
  UPDATE mailboxes SET total = total + NEW.shown - OLD.shown,
    unread = unread + (NEW.shown - OLD.shown) * (SELECT flags & 9 = 0 FROM emails WHERE id = NEW.email_id)
    WHERE id = NEW.mailbox_id;
END;
CREATE TRIGGER emails_read AFTER UPDATE OF flags ON emails WHEN (OLD.flags & 9 = 0) <> (NEW.flags & 9 = 0) BEGIN
  UPDATE mailboxes SET unread = unread + (NEW.flags & 9 = 0) - (OLD.flags & 9 = 0)
    WHERE id IN (SELECT mailbox_id FROM email_mailboxes WHERE email_id = NEW.id AND shown = 1);
END;

CREATE TABLE pending_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  resource_type TEXT NOT NULL,            -- 'Email'
  resource_id TEXT NOT NULL,              -- our key of the message
  change_type TEXT NOT NULL,              -- 'keywords' | 'mailboxes' | 'destroy'
  payload TEXT NOT NULL,                  -- JSON of the intent
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  state TEXT NOT NULL DEFAULT 'queued',   -- 'queued' | 'sending' | 'failed'
  may_have_left INTEGER NOT NULL DEFAULT 0 -- it was under way once: the server may have taken it, whatever came back
);
CREATE INDEX pending_changes_resource ON pending_changes (resource_type, resource_id);

-- What was done, newest last, with what undoes it (S31).
CREATE TABLE undo_actions (
  id INTEGER PRIMARY KEY,                 -- rises: only the oldest are removed
  created_at INTEGER NOT NULL,
  action TEXT NOT NULL,                   -- JSON of the Action
  steps TEXT NOT NULL,                    -- JSON of UndoStep[]
  undone INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE sync_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT,                        -- stays when the account goes
  account_name TEXT,
  started_at INTEGER NOT NULL,
  duration INTEGER NOT NULL,              -- ms
  level TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL,
  details TEXT NOT NULL                   -- JSON: counts, bytes, error
);

-- Senders whose remote images the person allowed for always.
CREATE TABLE trusted_senders (email TEXT NOT NULL PRIMARY KEY, trusted_at INTEGER NOT NULL) WITHOUT ROWID;

-- identity: bodies.db belongs to this mail.db only (its keys are ours).
CREATE TABLE properties (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO properties VALUES ('identity', lower(hex(randomblob(16))));
`,
  },
  {
    version: 2,
    name: 'IMAP: messages by mailbox and UID, messages without a known place, thread keys',
    sql: `
-- What an IMAP server has: one row a UID. A message (emails) may stand in several mailboxes, and twice in one; where it
-- is shown (email_mailboxes) and its keywords follow from these rows.
CREATE TABLE imap_messages (
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes(id) ON DELETE CASCADE,
  uid INTEGER NOT NULL,
  email_id INTEGER NOT NULL REFERENCES emails(id) ON DELETE CASCADE,
  keywords TEXT NOT NULL,                 -- of this copy: sorted, joined by spaces
  PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE INDEX imap_messages_email ON imap_messages (email_id);

-- Messages that left a mailbox and may be found in another (S21), or that are known to be in mailbox_id, under a UID that
-- is not known yet (S20, S22). A message stays here until every mailbox had the chance to show it.
CREATE TABLE imap_unplaced (
  email_id INTEGER NOT NULL PRIMARY KEY REFERENCES emails(id) ON DELETE CASCADE,
  mailbox_id INTEGER REFERENCES mailboxes(id) ON DELETE SET NULL,
  identity INTEGER NOT NULL               -- hash of Message-ID, size and date: what a copy has in common
);
CREATE INDEX imap_unplaced_mailbox ON imap_unplaced (mailbox_id);
CREATE INDEX imap_unplaced_identity ON imap_unplaced (identity);

-- Threads where the server has none: hash of account, Message-ID and subject, for every Message-ID that a mail names.
CREATE TABLE imap_thread_keys (
  key INTEGER PRIMARY KEY,
  thread_id INTEGER NOT NULL
);
CREATE INDEX imap_thread_keys_thread ON imap_thread_keys (thread_id);
`,
  },
  {
    version: 3,
    name: 'UIDs stand in imap_messages alone',
    sql: `
DROP INDEX email_mailboxes_uid;
ALTER TABLE email_mailboxes DROP COLUMN uid;
`,
  },
  {
    version: 4,
    name: 'actions know which request they answered',
    sql: `
-- A window whose engine died before it answered asks the next engine: by these ids it finds what was done already.
ALTER TABLE undo_actions ADD COLUMN request_id TEXT;        -- of the action
ALTER TABLE undo_actions ADD COLUMN undo_request_id TEXT;   -- of what took it back
ALTER TABLE undo_actions ADD COLUMN kept INTEGER NOT NULL DEFAULT 0; -- messages of which it could not be taken back
`,
  },
  {
    version: 5,
    name: 'since when a message has no known place',
    sql: `
ALTER TABLE imap_unplaced ADD COLUMN since INTEGER NOT NULL DEFAULT 0; -- ms since 1970
UPDATE imap_unplaced SET since = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
`,
  },
  {
    version: 6,
    name: 'an undo says which messages were moved since',
    sql: `
ALTER TABLE undo_actions ADD COLUMN moved INTEGER NOT NULL DEFAULT 0; -- messages that a later move keeps where they are
`,
  },
  {
    version: 7,
    name: 'actions know the newest message that they are of',
    sql: `
ALTER TABLE undo_actions ADD COLUMN newest_email INTEGER NOT NULL DEFAULT 0; -- the highest key in steps
UPDATE undo_actions SET newest_email =
  coalesce((SELECT max(json_extract(value, '$.emailId')) FROM json_each(steps)), 0);
`,
  },
];
