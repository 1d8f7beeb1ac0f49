import { highestModSeqOf, listOf, numberOf, pairsOf, textOf, textsOf, type ImapResponse } from './attributes';
import type { StatusMark } from './checkpoint';
import { atom, type Argument, type ArgumentToken, type Handlers, type ImapConnection } from './connection';
import { isRefusalOfOne } from './imap-error';
import { decodeName, normalPath } from './mailbox-path';
import { assignRoles, type Listed } from './roles';
import { unselect } from './select';
import type { ServerMailbox } from '../../model/mailbox';

/** A mailbox as the server lists it. */
export interface ListedMailbox {
  readonly mailbox: ServerMailbox;
  /** Only a node of the tree (\Noselect): it holds no mail. */
  readonly isNode: boolean;
  /** Null: it is a node, or may not be opened now. */
  readonly status: StatusMark | null;
  /** OBJECTID (RFC 8474). */
  readonly mailboxId: string | null;
}

export interface Listing {
  readonly mailboxes: readonly ListedMailbox[];
  /** Paths that the server listed, and then said that there is no such mailbox. */
  readonly absent: ReadonlySet<string>;
}

/** A name is one line of a tree. */
const longestName = 255;

/** They announce a list with everything, and refuse it. */
const withoutExtendedList = new WeakSet<ImapConnection>();

interface Entry extends Listed {
  readonly separator: string | null;
}

type Status = Omit<StatusMark, 'unseen'> & { readonly unseen: number | null; readonly mailboxId: string | null };

/**
 * All mailboxes with their STATUS: one command where the server has LIST-STATUS (RFC 5819), and then a cycle with
 * nothing new is just that (S25); else LIST and a STATUS each.
 */
export async function listMailboxes(connection: ImapConnection, signal: AbortSignal): Promise<Listing> {
  await unselect(connection, signal); // of the open one, STATUS may tell what this session saw last
  const entries = new Map<string, Entry>();
  const subscribed = new Set<string>();
  const statuses = new Map<string, Status>();
  const items = statusItems(connection);
  const handlers = {
    LIST: (response: ImapResponse) => {
      const entry = readEntry(response);
      if (entry === null) return;
      entries.set(entry.path, entry);
      if (entry.attributes.has('\\subscribed')) subscribed.add(entry.path);
    },
    STATUS: (response: ImapResponse) => readStatus(response, statuses),
    LSUB: (response: ImapResponse) => {
      const entry = readEntry(response);
      if (entry !== null) subscribed.add(entry.path);
    },
  };
  const has = (name: string): boolean => connection.capabilities.has(name);
  const special = has('SPECIAL-USE') ? [atom('SPECIAL-USE')] : [];
  const wanted = [atom('SUBSCRIBED'), ...special, atom('STATUS'), items];
  const extended = ['', '*', atom('RETURN'), wanted];
  let isDone = false;
  if (has('LIST-STATUS') && has('LIST-EXTENDED') && !withoutExtendedList.has(connection)) {
    isDone = await isTaken(connection, 'LIST', extended, handlers, signal);
    if (!isDone) withoutExtendedList.add(connection);
  }
  if (!isDone) {
    const list = has('XLIST') && !has('SPECIAL-USE') ? 'XLIST' : 'LIST';
    await connection.command(list, ['', '*'], { ...handlers, XLIST: handlers.LIST }, signal);
    const knowsSubscribed = await isTaken(connection, 'LSUB', ['', '*'], handlers, signal);
    if (!knowsSubscribed) for (const path of entries.keys()) subscribed.add(path);
  }
  // A server may leave out the STATUS of a mailbox; each such one is asked for.
  const absent = new Set<string>();
  for (const entry of entries.values()) {
    if (!isSelectable(entry) || statuses.has(entry.path)) continue;
    if (await askStatus(connection, entry.path, items, statuses, signal)) continue;
    // Without rights to it, it is shown and not read. Dovecot goes on listing once what was deleted a moment ago.
    if (!(await isListed(connection, entry.path, signal))) absent.add(entry.path);
  }
  for (const path of absent) entries.delete(path);
  const listed = [...entries.values()].filter((entry) => !isGhost(entry, [...entries.values()]));
  return { mailboxes: toListed(listed, subscribed, statuses, has('X-GM-EXT-1')), absent };
}

/** Whether the server has this mailbox, asked by its name: a list that lacks it may have been cut short. */
export async function isListed(connection: ImapConnection, path: string, signal: AbortSignal): Promise<boolean> {
  let found = false;
  const LIST = (response: ImapResponse): void => {
    const entry = readEntry(response);
    found ||= entry?.path === path && !entry.attributes.has('\\nonexistent');
  };
  await connection.command('LIST', ['', path], { LIST }, signal);
  return found;
}

function statusItems({ tier, capabilities }: ImapConnection): ArgumentToken[] {
  return [
    ...plainItems,
    ...(tier === 'none' ? [] : [atom('HIGHESTMODSEQ')]),
    ...(capabilities.has('OBJECTID') ? [atom('MAILBOXID')] : []),
  ];
}

/** Items that every server has (RFC 3501 §6.3.10). */
const plainItems = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN'].map(atom);

async function askStatus(
  connection: ImapConnection,
  path: string,
  items: readonly ArgumentToken[],
  statuses: Map<string, Status>,
  signal: AbortSignal,
): Promise<boolean> {
  const found = new Map<string, Status>();
  const handlers = { STATUS: (response: ImapResponse) => readStatus(response, found) };
  for (const wanted of items.length > plainItems.length ? [items, plainItems] : [items]) {
    if (!(await isTaken(connection, 'STATUS', [path, wanted], handlers, signal))) continue;
    // Whatever way the server writes the name this time.
    const status = found.get(path) ?? (found.size === 1 ? [...found.values()][0] : undefined);
    if (status !== undefined) statuses.set(path, status);
    return true;
  }
  return false;
}

/** Whether the server does it at all. That it cannot do it now is an error. */
async function isTaken(
  connection: ImapConnection,
  name: string,
  args: readonly Argument[],
  handlers: Handlers,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await connection.command(name, args, handlers, signal);
    return true;
  } catch (error) {
    if (!isRefusalOfOne(error)) throw error;
    if (error.reason === 'unavailable' && name !== 'STATUS') throw error;
    return false;
  }
}

function readEntry({ attributes = [] }: ImapResponse): Entry | null {
  const wire = textOf(attributes[2]);
  if (wire === null || wire === '') return null;
  const path = normalPath(wire);
  const told = textOf(attributes[1]);
  const separator = told === null || told === '' ? null : told;
  const parts = separator === null ? [path] : path.split(separator);
  const name = decodeName(parts.at(-1) ?? '') || decodeName(path);
  return {
    path,
    // As JMAP servers call it, so that nobody can tell which protocol an account speaks.
    name: path === 'INBOX' ? 'Inbox' : name.slice(0, longestName),
    separator,
    attributes: new Set(textsOf(attributes[0]).map((attribute) => attribute.toLowerCase())),
    // INBOX not counted: some servers put every mailbox below it.
    depth: parts.length - 1 - (parts.length > 1 && parts[0]?.toUpperCase() === 'INBOX' ? 1 : 0),
  };
}

/** RFC 8474 §7. After a rename Cyrus 3.6 sends whatever stands in its memory: that is none. */
function objectId(text: string | null): string | null {
  return text !== null && /^[\w-]{1,255}$/.test(text) ? text : null;
}

function readStatus({ attributes = [] }: ImapResponse, statuses: Map<string, Status>): void {
  const path = normalPath(textOf(attributes[0]) ?? '');
  const values = new Map<string, number | null>();
  let highestModSeq: string | null = null;
  let mailboxId: string | null = null;
  for (const [token, value] of pairsOf(listOf(attributes[1]) ?? [])) {
    const name = textOf(token)?.toUpperCase() ?? '';
    if (name === 'HIGHESTMODSEQ') highestModSeq = highestModSeqOf(value);
    else if (name === 'MAILBOXID') mailboxId = objectId(textsOf(value)[0] ?? textOf(value));
    else values.set(name, numberOf(value));
  }
  const uidValidity = values.get('UIDVALIDITY') ?? null;
  if (uidValidity === null) return;
  statuses.set(path, {
    messages: values.get('MESSAGES') ?? 0,
    unseen: values.get('UNSEEN') ?? null,
    uidNext: values.get('UIDNEXT') ?? null,
    uidValidity,
    highestModSeq,
    mailboxId,
  });
}

/** A subscription to a mailbox that is gone is listed too (RFC 5258 §3.1); one above others is a node. */
function isGhost({ path, attributes, separator }: Entry, all: readonly Entry[]): boolean {
  if (!attributes.has('\\nonexistent')) return false;
  return separator === null || !all.some((other) => other.path.startsWith(path + separator) && isSelectable(other));
}

const isSelectable = ({ attributes }: Listed): boolean =>
  !attributes.has('\\noselect') && !attributes.has('\\nonexistent');

const allRights = {
  mayReadItems: true,
  mayAddItems: true,
  mayRemoveItems: true,
  maySetSeen: true,
  maySetKeywords: true,
};
const noRights = {
  mayReadItems: false,
  mayAddItems: false,
  mayRemoveItems: false,
  maySetSeen: false,
  maySetKeywords: false,
};

function toListed(
  entries: readonly Entry[],
  subscribed: ReadonlySet<string>,
  statuses: ReadonlyMap<string, Status>,
  isGmail: boolean,
): ListedMailbox[] {
  const roles = assignRoles(entries);
  const hasArchive = [...roles.values()].includes('archive');
  return entries.map((entry): ListedMailbox => {
    const { path, name, separator } = entry;
    const { mailboxId, ...status } = statuses.get(path) ?? { mailboxId: null };
    const known = isSelectable(entry) && 'uidValidity' in status ? (status as StatusMark) : null;
    const at = separator === null ? -1 : path.lastIndexOf(separator);
    const role = roles.get(path) ?? null;
    return {
      mailbox: {
        remoteId: path,
        name,
        parentRemoteId: at > 0 ? normalPath(path.slice(0, at)) : null,
        // Gmail archives by leaving All Mail as the only place: it is the archive there.
        role: isGmail && role === 'all' && !hasArchive ? 'archive' : role,
        sortOrder: 0,
        isSubscribed: subscribed.has(path) || path === 'INBOX',
        rights: known === null ? noRights : allRights,
        totalEmails: known?.messages ?? 0,
        unreadEmails: known?.unseen ?? 0,
      },
      isNode: !isSelectable(entry),
      status: known,
      mailboxId,
    };
  });
}
