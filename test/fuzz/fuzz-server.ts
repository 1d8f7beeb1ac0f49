import type { AccountSettings } from '../../src/model/account';
import type { ProxyTarget } from '../servers/fault-proxy';

/** Everything of an account that both sides have, in one form. Messages are known by their subjects, which are unique here. */
export interface Picture {
  /** By the server's id. */
  readonly mailboxes: Readonly<Record<string, PictureMailbox>>;
  readonly messages: Readonly<Record<string, PictureMessage>>;
}

export interface PictureMailbox {
  readonly name: string;
  readonly parent: string | null;
  readonly total: number;
  readonly unread: number;
}

export interface PictureMessage {
  readonly keywords: readonly string[];
  /** Server ids, sorted. */
  readonly mailboxes: readonly string[];
  /** Subjects of the whole thread, sorted, joined; the server may have no threads of its own. */
  readonly thread: string;
}

export interface NewMessage {
  readonly subject: string;
  /** The server's id of a mailbox. */
  readonly mailbox: string;
  readonly keywords: readonly string[];
  /** Subject of the message that it answers, whose thread it joins. */
  readonly answers: string | null;
  /** s since 1970. */
  readonly receivedAt: number;
}

/** A second client: what somebody else does to the account, past the proxy, behind the back of ours. */
export interface RemoteClient {
  picture(): Promise<Picture>;
  add(messages: readonly NewMessage[]): Promise<void>;
  setKeyword(subject: string, keyword: string, on: boolean): Promise<void>;
  /** To one mailbox and no other. */
  move(subject: string, to: string): Promise<void>;
  /** To one mailbox more; a server without such a thing moves. */
  addTo(subject: string, mailbox: string): Promise<void>;
  destroy(subject: string): Promise<void>;
  createMailbox(name: string): Promise<string>;
  renameMailbox(id: string, name: string): Promise<void>;
  /** With the messages that are nowhere else. */
  destroyMailbox(id: string): Promise<void>;
}

/**
 * One protocol's server for the fuzz: IMAP's would be another file like `jmap-server.ts`. It is started once, and emptied
 * for each run.
 */
export interface FuzzServer {
  /** An empty account with a mailbox of each role, the same for the same `seed` (limits may follow from it). */
  reset(seed: number): Promise<void>;
  /** Valid after `reset`, until the next. */
  readonly target: ProxyTarget;
  readonly remote: RemoteClient;
  readonly password: string;
  /** How an account reaches it by that port on this machine. */
  settings(port: number): AccountSettings;
  /** What this server itself can do wrong on cue, by number; it wears off by itself or by `heal`. */
  readonly mischief: readonly (() => void | Promise<void>)[];
  heal(): void;
  /** Whether it keeps messages that are moved into a mailbox that another client destroys at the same moment. */
  readonly keepsMovedIntoDestroyed: boolean;
  stop(): Promise<void>;
}
