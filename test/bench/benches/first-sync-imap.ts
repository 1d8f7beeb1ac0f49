/**
 * The first sync of 10,000 messages from Dovecot into a fresh database file, from signing in until nothing is owed: rows,
 * threads, counters, attachments, previews, checkpoints, all durable. `BENCH_MESSAGES=100000 BENCH_ROUNDS=1` for more.
 *
 * The reference is a bare loop over imapflow's `fetch`, into memory, for what our lists end with: flags, date, size, the
 * same header fields, the structure, and the beginning of the text (one command, and one a place that the text stands
 * at; imapflow cannot ask for PREVIEW, as we do). Both sides take turns against one server (ABAB…), and the medians are
 * compared. In the end each side meets a mailbox that nobody has asked for before.
 */
import { ImapFlow, type FetchMessageObject, type FetchQueryObject, type MessageStructureObject } from 'imapflow';
import { performance } from 'node:perf_hooks';
import { listFields } from '../../../src/sync/imap/header-fields';
import { formatUidSet, pagesOf } from '../../../src/sync/imap/uid-set';
import { startDovecot } from '../../servers/dovecot';
import { seedMaildir } from '../../servers/seed';
import { users, type TestUser } from '../../servers/users';
import { median, processorSeconds, rounded, type Bench } from '../bench';
import { firstImapSync, type ImapSync } from '../first-imap-sync';

const messages = Number(process.env.BENCH_MESSAGES ?? 10_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const { alice, bob, carol } = users;

export const bench: Bench = {
  name: 'first-sync-imap',
  description: '10,000 messages from Dovecot into a fresh database, against a bare imapflow loop for the same items',
  async run({ log }) {
    const server = await startDovecot();
    try {
      for (const { email } of [alice, bob, carol]) await seedMaildir({ ...server.maildir(email), count: messages });
      await firstImapSync(server.imapPort, alice, messages); // caches are warm for both
      await fetchAll(server.imapPort, alice);
      const ours: ImapSync[] = [];
      const theirs: ImapSync[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await firstImapSync(server.imapPort, alice, messages));
        theirs.push(await fetchAll(server.imapPort, alice));
        log(`${line(ours.at(-1))}; bare ${line(theirs.at(-1))}`);
      }
      const cold = {
        ours: await firstImapSync(server.imapPort, bob, messages),
        reference: await fetchAll(server.imapPort, carol),
      };
      log(`the server's caches empty: ${line(cold.ours)}; bare ${line(cold.reference)}`);
      const of = (side: readonly ImapSync[], field: keyof ImapSync): number => median(side.map((sync) => sync[field]));
      const [seconds, reference] = [of(ours, 'seconds'), of(theirs, 'seconds')];
      return {
        name: 'first-sync-imap',
        ours: rounded(seconds),
        reference: rounded(reference),
        ratio: rounded(seconds / reference, 2),
        /** Of each pair of neighbours in time: what noise there is in the machine falls on both. */
        pairedRatio: rounded(median(ours.map((sync, round) => sync.seconds / (theirs[round]?.seconds ?? NaN))), 2),
        unit: 's (median)',
        first50Seconds: rounded(of(ours, 'first50Seconds')),
        /** Until all rows are here, without what needs a look into each message: attachments and previews. */
        rowsSeconds: rounded(of(ours, 'rowsSeconds')),
        referenceRowsSeconds: rounded(of(theirs, 'rowsSeconds')),
        /** Of our side of the connection, a round: what a busy machine hardly changes. */
        processorSeconds: rounded(of(ours, 'processorSeconds')),
        referenceProcessorSeconds: rounded(of(theirs, 'processorSeconds')),
        /** Nobody has asked the server for this mail before: it reads every file. */
        coldSeconds: rounded(cold.ours.seconds),
        coldFirst50Seconds: rounded(cold.ours.first50Seconds),
        coldRowsSeconds: rounded(cold.ours.rowsSeconds),
        coldReferenceSeconds: rounded(cold.reference.seconds),
        messages,
        rounds,
        requests: of(ours, 'requests'),
        bytesReceived: of(ours, 'bytesReceived'),
        referenceBytesReceived: of(theirs, 'bytesReceived'),
      };
    } finally {
      await server.stop();
    }
  },
};

function line(sync: ImapSync | undefined): string {
  if (sync === undefined) return '';
  const [all, rows, used] = [sync.seconds, sync.rowsSeconds, sync.processorSeconds].map((s) => rounded(s, 2));
  return `${all} s (rows alone ${rows} s, processor ${used} s)`;
}

/** The bare loop: for everything, and then, counted anew, for the rows alone. */
async function fetchAll(port: number, user: TestUser): Promise<ImapSync> {
  const all = await timed(port, user, async (client) => {
    const found = new Map<number, FetchMessageObject>();
    for await (const message of client.fetch('1:*', { ...rowItems, bodyStructure: true })) {
      found.set(message.uid, message);
    }
    const byPath = new Map<string, number[]>();
    for (const { uid, bodyStructure } of found.values()) {
      const path = bodyStructure === undefined ? undefined : textPath(bodyStructure);
      if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), uid]);
    }
    const previews = new Map<number, Buffer>();
    for (const [key, uids] of byPath) {
      // A server takes lines of a few kilobytes.
      for (const page of pagesOf(uids, 1000)) {
        const query: FetchQueryObject = { uid: true, bodyParts: [{ key, maxLength: previewOctets }] };
        for await (const { uid, bodyParts } of client.fetch(formatUidSet(page), query, { uid: true })) {
          const part = bodyParts?.get(key);
          if (part !== undefined) previews.set(uid, part);
        }
      }
    }
    return Math.min(found.size, previews.size);
  });
  const rows = await timed(port, user, async (client) => {
    const found: FetchMessageObject[] = [];
    for await (const message of client.fetch('1:*', rowItems)) found.push(message);
    return found.length;
  });
  return { ...all, rowsSeconds: rows.seconds };
}

/** As in src/sync/imap/details.ts. */
const previewOctets = 1024;
const rowItems: FetchQueryObject = {
  uid: true,
  flags: true,
  internalDate: true,
  size: true,
  headers: [...listFields],
};

function textPath(part: MessageStructureObject): string | undefined {
  const parts: MessageStructureObject[] = [];
  const collect = (one: MessageStructureObject): void => {
    parts.push(one);
    one.childNodes?.forEach(collect);
  };
  collect(part);
  const text = parts.find(({ type }) => type === 'text/plain') ?? parts.find(({ type }) => type === 'text/html');
  return text && (text.part ?? '1');
}

async function timed(
  port: number,
  { email, password }: TestUser,
  work: (client: ImapFlow) => Promise<number>,
): Promise<ImapSync> {
  const server = { host: '127.0.0.1', port, secure: false, doSTARTTLS: false, disableCompression: true } as const;
  const processor = processorSeconds();
  const start = performance.now();
  const client = new ImapFlow({ ...server, auth: { user: email, pass: password }, logger: false });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    const fetched = await work(client);
    const seconds = (performance.now() - start) / 1000;
    const used = processorSeconds() - processor;
    if (fetched !== messages) throw new Error(`${fetched} messages were fetched`);
    return {
      seconds,
      first50Seconds: NaN,
      rowsSeconds: NaN,
      processorSeconds: used,
      requests: NaN,
      bytesReceived: client.stats().received,
    };
  } finally {
    client.close();
  }
}
