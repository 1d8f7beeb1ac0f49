import { setTimeout as sleep } from 'node:timers/promises';
import type { RawImap } from '../servers/raw-imap';
import type { NewMessage, RemoteClient } from './fuzz-server';
import { pictureOfScan } from './imap-picture';
import { scan, type ScannedCopy } from './imap-scan';

/** What somebody else does over a bare connection. A message is all copies of its subject. */
export interface ImapRemote extends RemoteClient {
  readonly raw: RawImap;
  copies(): Promise<readonly ScannedCopy[]>;
  /** All messages of a mailbox to another, by what their numbers become others. */
  moveAll(from: string, to: string): Promise<void>;
  /** `\Deleted`, without an expunge. */
  mark(copy: ScannedCopy, on: boolean): Promise<void>;
  /** The same octets once more. */
  addAgain(copy: ScannedCopy, mailbox: string): Promise<void>;
}

export function imapRemote(raw: RawImap, hasIds: boolean): ImapRemote {
  /** Every Message-ID of the thread that a message answers, oldest first, so that all name the first one. */
  const ancestors = new Map<string, readonly string[]>();
  const copiesOf = async (subject: string): Promise<readonly ScannedCopy[]> => {
    const { copies } = await scan(raw, hasIds);
    const found = copies.filter((copy) => copy.subject === subject);
    if (found.length === 0) throw new Error(`${subject} is gone`);
    return found;
  };
  /** Those that a client shows: not the ones marked `\\Deleted`. */
  const visibleOf = async (subject: string): Promise<readonly ScannedCopy[]> => {
    const found = (await copiesOf(subject)).filter(({ isDeleted }) => !isDeleted);
    if (found.length === 0) throw new Error(`${subject} is shown nowhere`);
    return found;
  };
  /** Fails where the copy went at the same moment: the server says OK then, and names none that it did it to. */
  const onCopy = async ({ path, uid, subject }: ScannedCopy, command: string): Promise<void> => {
    await raw.command(`SELECT "${path}"`);
    const answer = await raw.command(command.replace('#', String(uid)));
    const wasDone = answer.some((line) => /^\* (OK \[COPYUID|\d+ FETCH)/.test(line));
    if (!wasDone) throw new Error(`${subject} was gone from ${path}`);
  };
  const remove = async (copy: ScannedCopy): Promise<void> => {
    // Of what is marked already a server has nothing to tell.
    if (copy.isDeleted) await raw.command(`SELECT "${copy.path}"`);
    else await onCopy(copy, 'UID STORE # +FLAGS (\\Deleted)');
    await raw.command(`UID EXPUNGE ${copy.uid}`);
  };
  const append = async (mailbox: string, flags: readonly string[], receivedAt: number, message: Buffer) => {
    const time = imapTime(receivedAt);
    await raw.send([`APPEND "${mailbox}" (${flags.join(' ')}) "${time}" {${message.length}+}\r\n`, message]);
  };

  const self: ImapRemote = {
    raw,
    picture: async () => pictureOfScan(await scan(raw, hasIds)),
    copies: async () => (await scan(raw, hasIds)).copies,
    async add(messages) {
      for (const message of messages) {
        const named = message.answers === null ? [] : [...(ancestors.get(message.answers) ?? []), message.answers];
        ancestors.set(message.subject, named);
        const flags = message.keywords.map(flagOf);
        await append(message.mailbox, flags, message.receivedAt, rawMessage(message, named.map(messageIdOf)));
      }
    },
    async setKeyword(subject, keyword, on) {
      const copies = await visibleOf(subject);
      const command = `UID STORE # ${on ? '+' : '-'}FLAGS (${flagOf(keyword)})`;
      const failures: unknown[] = [];
      // Our client may be about to take one of them away: then it was done to the others.
      for (const copy of copies) await onCopy(copy, command).catch((error: unknown) => failures.push(error));
      if (failures.length === copies.length) throw new Error(`${subject} was gone`, { cause: failures[0] });
    },
    async move(subject, to) {
      const copies = await visibleOf(subject);
      const [stays, ...others] = [...copies].sort((a, b) => Number(b.path === to) - Number(a.path === to));
      if (stays === undefined) return;
      // Our client may have moved it from there to where it was looked for next: a message that was seen twice is one.
      await onCopy(stays, stays.path === to ? 'UID FETCH # (FLAGS)' : `UID MOVE # "${to}"`);
      for (const copy of others) await remove(copy);
    },
    addTo: hasIds
      ? async (subject, mailbox) => {
          const copies = await visibleOf(subject);
          const [first] = copies;
          if (first === undefined || copies.some(({ path }) => path === mailbox)) return;
          await raw.command(`SELECT "${first.path}"`);
          await raw.command(`UID COPY ${first.uid} "${mailbox}"`);
          // Our client may have moved it just before: then the server says OK, and has copied nothing.
          const wasCopied = (await copiesOf(subject)).some(({ path }) => path === mailbox);
          if (!wasCopied) throw new Error(`${subject} was gone from ${first.path}`);
        }
      : null,
    async destroy(subject) {
      // Our client may make a copy, or move one, between the look and the removal.
      let left = await copiesOf(subject);
      for (let looks = 0; left.length > 0; looks++) {
        if (looks === 20) throw new Error(`${subject} cannot be destroyed`);
        for (const copy of left) await remove(copy).catch(() => undefined);
        left = (await self.copies()).filter((copy) => copy.subject === subject);
      }
    },
    async createMailbox(name) {
      await raw.command(`CREATE "${name}"`);
      return name;
    },
    async renameMailbox(id, name) {
      await leave();
      const to = id.slice(0, id.lastIndexOf('/') + 1) + name;
      await raw.command(`RENAME "${id}" "${to}"`);
      return to;
    },
    async destroyMailbox(id) {
      await leave();
      const remove = (): Promise<unknown> => raw.command(`DELETE "${id}"`);
      // Cyrus keeps what it deletes under a name that ends with the second: none of one name goes twice in it.
      await remove().catch(async (error: unknown) => {
        if (!String(error).includes('already exists')) throw error;
        await sleep(1_050);
        await remove();
      });
    },
    async moveAll(from, to) {
      await leave();
      const move = async (): Promise<void> => {
        const lines = await raw.command(`SELECT "${from}"`);
        if (!lines.includes('* 0 EXISTS')) await raw.command(`UID MOVE 1:* "${to}"`);
      };
      // Our client may take something away in the same moment: Dovecot says so (EXPUNGEISSUED), and the rest is to go.
      // And for 10 s after its last use a process of Dovecot keeps what it knows of a mailbox, also of one that was
      // deleted and made anew under it.
      for (let left = 5; ; left--) {
        try {
          await move();
          return;
        } catch (error) {
          if (left === 0) throw error;
          await leave();
          await sleep(/deleted under us|SERVERBUG/.test(String(error)) ? 11_000 : 100);
        }
      }
    },
    mark: (copy, on) => onCopy(copy, `UID STORE # ${on ? '+' : '-'}FLAGS (\\Deleted)`),
    async addAgain({ path, uid, subject }, mailbox) {
      await raw.command(`EXAMINE "${path}"`);
      const [fetched = ''] = await raw.command(`UID FETCH ${uid} (INTERNALDATE BODY.PEEK[])`);
      const time = /INTERNALDATE "([^"]*)"/.exec(fetched)?.[1];
      const literal = /\{(\d+)\}\r\n/.exec(fetched);
      if (time === undefined || literal === null) throw new Error(`${subject} was gone from ${path}`);
      const start = literal.index + literal[0].length;
      const octets = Buffer.from(fetched.slice(start, start + Number(literal[1])), 'latin1');
      await raw.send([`APPEND "${mailbox}" () "${time}" {${octets.length}+}\r\n`, octets]);
    },
  };
  /** A server may end the connection whose open mailbox goes. */
  const leave = async (): Promise<void> => {
    await raw.command('UNSELECT').catch(() => undefined);
  };
  return self;
}

const flagOf = (keyword: string): string =>
  keyword === '$seen' ? '\\Seen' : keyword === '$flagged' ? '\\Flagged' : keyword;

const messageIdOf = (subject: string): string => `<${subject.replaceAll(/[^\w]+/g, '-')}@fuzz.example>`;

function rawMessage({ subject, receivedAt }: NewMessage, references: readonly string[]): Buffer {
  const headers = [
    'From: Sender <sender@elsewhere.example>',
    'To: alice@example.test',
    `Subject: ${subject}`,
    `Date: ${new Date(receivedAt * 1000).toUTCString()}`,
    `Message-ID: ${messageIdOf(subject)}`,
    ...(references.length === 0
      ? []
      : [`In-Reply-To: ${references.at(-1) ?? ''}`, `References: ${references.join(' ')}`]),
  ];
  return Buffer.from([...headers, '', `Text of ${subject}.`, ''].join('\r\n'));
}

/** RFC 9051 §9 `date-time`. */
function imapTime(seconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(seconds * 1000).toUTCString().split(' ');
  return `${day}-${month}-${year} ${time} +0000`;
}
