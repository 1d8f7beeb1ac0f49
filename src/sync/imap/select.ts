import { SyncError } from '../sync-error';
import {
  highestModSeqOf,
  listOf,
  numberOf,
  pairsOf,
  responseCode,
  textOf,
  textsOf,
  type ImapResponse,
} from './attributes';
import { atom, type Argument, type Handlers, type ImapConnection } from './connection';
import { CommandRefused } from './imap-error';
import { expandUidSet } from './uid-set';

/** A mailbox just opened. What it tells is of before anything is read from it (S4, S14). */
export interface Selected {
  readonly path: string;
  readonly exists: number;
  readonly uidValidity: number;
  /** Null: the server does not say, and new mail is found by looking. */
  readonly uidNext: number | null;
  /** Null: the mailbox keeps no mod-sequences. */
  readonly highestModSeq: string | null;
  /** Whether any keyword can be stored; else only those of `flags`. */
  readonly anyKeyword: boolean;
  /** PERMANENTFLAGS in lower case; null: the server did not say, so all. */
  readonly flags: ReadonlySet<string> | null;
  readonly isReadOnly: boolean;
  /** Since the given mod-sequence (RFC 7162 §3.2.5); null where that was not asked for, or cannot be trusted. */
  readonly changes: MailboxChanges | null;
}

export interface MailboxChanges {
  readonly vanished: ReadonlySet<number>;
  /** UID → flags as the server has them. */
  readonly flags: ReadonlyMap<number, readonly string[]>;
}

/** Opens a mailbox. `since`: ask for what changed (QRESYNC). Also when it is open already: then it is read anew. */
export async function selectMailbox(
  connection: ImapConnection,
  path: string,
  since: { readonly uidValidity: number; readonly modSeq: string } | null,
  signal: AbortSignal,
): Promise<Selected> {
  const nothing = {
    exists: 0,
    uidValidity: 0,
    uidNext: null as number | null,
    highestModSeq: null as string | null,
    flags: null as ReadonlySet<string> | null,
  };
  const told = { ...nothing };
  const vanished = new Set<number>();
  const changed = new Map<number, readonly string[]>();
  const handlers: Handlers = {
    EXISTS: ({ command }) => (told.exists = Number(command)),
    OK: (response) => {
      const code = responseCode(response);
      const [value] = code?.args ?? [];
      if (code?.name === 'UIDVALIDITY') told.uidValidity = numberOf(value) ?? 0;
      else if (code?.name === 'UIDNEXT') told.uidNext = numberOf(value);
      else if (code?.name === 'HIGHESTMODSEQ' && connection.tier !== 'none')
        told.highestModSeq = highestModSeqOf(value);
      else if (code?.name === 'PERMANENTFLAGS') told.flags = new Set(textsOf(value).map((flag) => flag.toLowerCase()));
      else if (code?.name === 'CLOSED') {
        // RFC 7162 §3.2.11: all before it was of the mailbox that was open until now. That one's next cycle hears it again.
        Object.assign(told, nothing);
        vanished.clear();
        changed.clear();
      }
    },
    VANISHED: (response) => addVanished(response, vanished),
    FETCH: (response) => addFlags(response, changed),
  };
  const parameters: Argument[] = [];
  if (since !== null) parameters.push([atom('QRESYNC'), [atom(String(since.uidValidity)), atom(since.modSeq)]]);
  else if (connection.tier === 'condstore') parameters.push([atom('CONDSTORE')]);
  connection.selected = null;
  const tagged = await connection.command('SELECT', [path, ...parameters], handlers, signal);
  if (told.uidValidity === 0) {
    const details = `${path}: SELECT without UIDVALIDITY`;
    throw new SyncError('protocol', 'The server opened a mailbox without saying whether its numbers are valid.', {
      details,
    });
  }
  const trusted = since !== null && since.uidValidity === told.uidValidity && told.highestModSeq !== null;
  connection.selected = {
    path,
    ...told,
    anyKeyword: told.flags === null || told.flags.has('\\*'),
    isReadOnly: responseCode(tagged)?.name === 'READ-ONLY',
    changes: trusted ? { vanished, flags: changed } : null,
  };
  return connection.selected;
}

/** Opens a mailbox, unless it is the one that is open: for work by UID, to which what came since does not matter. */
export async function openMailbox(connection: ImapConnection, path: string, signal: AbortSignal): Promise<Selected> {
  const { selected } = connection;
  return selected?.path === path ? selected : await selectMailbox(connection, path, null, signal);
}

/** The mailbox that was open is not there any more under its name, or its numbers mean other messages now (S20). */
export class MailboxReplaced extends Error {
  override readonly name = 'MailboxReplaced';
  readonly reason = 'replaced';
}

/**
 * Goes back to a mailbox that was open, for more work with the same numbers. Throws MailboxReplaced where those are void:
 * somebody may have made it anew meanwhile.
 */
export async function reopenMailbox(connection: ImapConnection, before: Selected, signal: AbortSignal): Promise<void> {
  const { uidValidity } = await selectMailbox(connection, before.path, null, signal).catch((error: unknown) => {
    throw error instanceof CommandRefused ? new MailboxReplaced(before.path, { cause: error }) : error;
  });
  if (uidValidity !== before.uidValidity) throw new MailboxReplaced(before.path);
}

/** S18: several VANISHED may come, with or without `(EARLIER)`. */
export function addVanished({ attributes = [] }: ImapResponse, vanished: Set<number>): void {
  const uids = expandUidSet(textOf(attributes.at(-1)) ?? '');
  if (uids === null) throw new SyncError('protocol', 'The server says that more mail is gone than there can be.');
  for (const uid of uids) vanished.add(uid);
}

/** Flags of a FETCH response that holds them with a UID; others say nothing that can be used. */
export function addFlags({ attributes = [] }: ImapResponse, changed: Map<number, readonly string[]>): void {
  let uid: number | null = null;
  let flags: string[] | null = null;
  for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
    const item = textOf(name)?.toUpperCase();
    if (item === 'UID') uid = numberOf(value);
    else if (item === 'FLAGS') flags = textsOf(value);
  }
  if (uid !== null && uid > 0 && flags !== null) changed.set(uid, flags);
}

/** Closes the selected mailbox without expunging it, so that its STATUS is what the others see. */
export async function unselect(connection: ImapConnection, signal: AbortSignal): Promise<void> {
  if (connection.selected === null) return;
  if (connection.capabilities.has('UNSELECT')) {
    connection.selected = null;
    await connection.command('UNSELECT', [], {}, signal);
  } else await connection.command('NOOP', [], {}, signal);
}
