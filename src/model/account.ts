import type { AccountId } from './ids';

/** How to reach a JMAP account. Holds no secret: passwords and tokens are only in VS Code's SecretStorage. */
export interface JmapSettings {
  readonly protocol: 'jmap';
  /** Absolute URL of the session resource (RFC 8620 §2), https except on loopback. */
  readonly sessionUrl: string;
  readonly auth: 'basic' | 'bearer';
  /** For Basic: the user's name; unused for Bearer. */
  readonly username: string;
}

/** One mail server of an IMAP account. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` is required, never only tried; `none` is for loopback only. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** SHA-256 fingerprint of a certificate that the person accepted for this account, as TLS tools write it (AB:CD:…). */
  readonly pinnedCertificate: string | null;
}

/** How to reach an IMAP account. Holds no secret. */
export interface ImapSettings {
  readonly protocol: 'imap';
  readonly imap: MailServer;
  /** Null: mail is only read. */
  readonly smtp: MailServer | null;
  readonly username: string;
}

export type AccountSettings = JmapSettings | ImapSettings;

export interface Account {
  readonly id: AccountId;
  /** What the sidebar calls it. */
  readonly name: string;
  readonly email: string;
  readonly settings: AccountSettings;
}

/** What an account is doing, for the views. `message` is in a person's words. */
export type AccountStatus =
  | { readonly state: 'idle' | 'connecting' | 'syncing' }
  /** First sync or rebuild: how far it is. `total` is null while the server has not said. */
  | { readonly state: 'backfilling'; readonly done: number; readonly total: number | null }
  /** Comparing all that is here with the server (S39). */
  | { readonly state: 'checking'; readonly done: number; readonly total: number | null }
  | { readonly state: 'offline' | 'signed-out' | 'trouble'; readonly message: string; readonly details: string };
