import type { RawImap } from '../servers/raw-imap';

/** A mailbox as a bare connection sees it. */
export interface ScannedMailbox {
  readonly path: string;
  readonly separator: string;
  /** It holds no mail: only others are below it. */
  readonly isNode: boolean;
  readonly isSubscribed: boolean;
}

/** One copy of a message in one mailbox. */
export interface ScannedCopy {
  readonly path: string;
  readonly uid: number;
  readonly subject: string;
  /** As keywords; of `\Deleted` see below. */
  readonly keywords: readonly string[];
  /** Still there, and shown by nobody. */
  readonly isDeleted: boolean;
  readonly messageId: string;
  /** Every Message-ID that its headers name, its own included. */
  readonly named: readonly string[];
  /** OBJECTID (RFC 8474); null: the server has no ids. */
  readonly emailId: string | null;
  readonly threadId: string | null;
}

export interface Scan {
  readonly mailboxes: readonly ScannedMailbox[];
  readonly copies: readonly ScannedCopy[];
}

/** All that an account holds, read anew. `hasIds`: the server has OBJECTID. */
export async function scan(raw: RawImap, hasIds: boolean): Promise<Scan> {
  const mailboxes = await listMailboxes(raw);
  const copies: ScannedCopy[] = [];
  for (const mailbox of mailboxes) if (!mailbox.isNode) copies.push(...(await readMailbox(raw, mailbox.path, hasIds)));
  return { mailboxes, copies };
}

async function listMailboxes(raw: RawImap): Promise<ScannedMailbox[]> {
  const subscribed = new Set((await raw.command('LSUB "" "*"')).flatMap((line) => parseList(line)?.path ?? []));
  const all = (await raw.command('LIST "" "*"')).flatMap((line) => parseList(line) ?? []);
  const isSelectable = ({ attributes }: { readonly attributes: string }): boolean =>
    !/\\no(select|nexistent)/i.test(attributes);
  return all.flatMap(({ path, separator, attributes }) => {
    const isNode = !isSelectable({ attributes });
    const hasChildren = all.some((other) => other.path.startsWith(path + separator) && isSelectable(other));
    // What is only left of a subscription is no mailbox.
    if (/\\nonexistent/i.test(attributes) && !hasChildren) return [];
    return { path, separator, isNode, isSubscribed: subscribed.has(path) || path === 'INBOX' };
  });
}

function parseList(line: string): { path: string; separator: string; attributes: string } | null {
  const match = /^\* (?:LIST|LSUB) \(([^)]*)\) "(.)" (?:"((?:[^"\\]|\\.)*)"|(\S+))$/i.exec(line);
  const path = match?.[3] ?? match?.[4];
  if (match === null || path === undefined) return null;
  const normal = path.toUpperCase() === 'INBOX' ? 'INBOX' : path;
  return { path: normal, separator: match[2] ?? '/', attributes: match[1] ?? '' };
}

async function readMailbox(raw: RawImap, path: string, hasIds: boolean): Promise<ScannedCopy[]> {
  const exists = (await raw.command(`EXAMINE "${path}"`)).flatMap((line) => /^\* (\d+) EXISTS/.exec(line)?.[1] ?? []);
  if (Number(exists.at(-1)) === 0) return [];
  const items = `UID FLAGS ${hasIds ? 'EMAILID THREADID ' : ''}BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID REFERENCES)]`;
  return (await raw.command(`FETCH 1:* (${items})`)).flatMap((response) => {
    const uid = /UID (\d+)/.exec(response)?.[1];
    const flags = (/FLAGS \(([^)]*)\)/.exec(response)?.[1] ?? '').toLowerCase().split(' ');
    const header = (name: string): string => new RegExp(`^${name}: (.*)\r$`, 'im').exec(response)?.[1] ?? '';
    if (uid === undefined) return []; // a flag that changed meanwhile
    const id = (name: string): string | null => new RegExp(`${name} \\(([^)]*)\\)`).exec(response)?.[1] ?? null;
    const messageId = header('Message-ID');
    return {
      path,
      uid: Number(uid),
      subject: header('Subject'),
      keywords: flags.flatMap((flag) => (flag.startsWith('\\') ? (keywordOf[flag] ?? []) : flag === '' ? [] : flag)),
      isDeleted: flags.includes('\\deleted'),
      messageId,
      named: [messageId, ...header('References').split(' ')].filter((one) => one !== ''),
      emailId: id('EMAILID'),
      threadId: id('THREADID'),
    };
  });
}

const keywordOf: Readonly<Record<string, string>> = { '\\seen': '$seen', '\\flagged': '$flagged' };
