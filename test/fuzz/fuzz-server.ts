import type { AccountSettings } from '../../src/model/account';
import type { ImapTuning } from '../../src/sync/imap/backend';
import type { ProxyTarget } from '../servers/fault-proxy';
import type { Oracle } from './oracle';
import type { Picture } from './picture';

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
  /** To one mailbox more. Null: a copy would be another message. */
  readonly addTo: ((subject: string, mailbox: string) => Promise<void>) | null;
  destroy(subject: string): Promise<void>;
  createMailbox(name: string): Promise<string>;
  /** Its id after that. */
  renameMailbox(id: string, name: string): Promise<string>;
  /** With the messages that are nowhere else. */
  destroyMailbox(id: string): Promise<void>;
}

/** Something odd on the server, `at` a place that the step drew. What it does to messages it tells the oracle. */
export type Mischief = (at: number, oracle: Oracle) => void | Promise<void>;

/** One protocol's server for the fuzz. It is started once, and has an empty account for each run. */
export interface FuzzServer {
  /** An empty account with a mailbox of each role, the same for the same `seed` (limits and tuning may follow from it). */
  reset(seed: number): Promise<void>;
  /** Valid after `reset`, until the next. */
  readonly target: ProxyTarget;
  readonly remote: RemoteClient;
  readonly password: string;
  /** How an IMAP client works in this run; JSON can say it. */
  readonly tuning?: ImapTuning;
  /** How an account reaches it by that port on this machine. */
  settings(port: number): AccountSettings;
  /** What this server itself can do wrong on cue, by number; it wears off by itself or by `heal`. */
  readonly mischief: readonly Mischief[];
  heal(): void;
  /** Whether it keeps messages that are moved into a mailbox that another client destroys at the same moment. */
  readonly keepsMovedIntoDestroyed: boolean;
  /** Whether each copy of a message has keywords of its own (IMAP). */
  readonly copiesHaveKeywords: boolean;
  /** Whether copies of a message have an id in common. */
  readonly knowsCopies: boolean;
  /** What an IMAP server can do and does not say so to our client in this run. Valid after `reset`, until the next. */
  readonly withheld: ReadonlySet<string>;
  stop(): Promise<void>;
}
