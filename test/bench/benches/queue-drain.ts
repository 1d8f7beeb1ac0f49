/**
 * 1,000 queued flag changes on their way: requests (JMAP, Cyrus) or commands (IMAP, Dovecot) used, and the time from a full
 * queue until nothing waits, all durable, against the leanest batch by hand.
 *
 * The reference writes what has to cross the network and no more: as few `Email/set` as the server's limits allow, by bare
 * `fetch`; one `UID STORE … .SILENT` of a range over a bare socket, with CONDSTORE enabled as we have it. It keeps nothing. Both
 * sides take turns on messages of their own (ABAB…), set a keyword and take it away in turn, and the medians are compared.
 */
import { performance } from 'node:perf_hooks';
import { replayPending } from '../../../src/db/overlay';
import { countChanges, enqueueChange } from '../../../src/db/pending-changes';
import type { MailDb } from '../../../src/db/mail-db';
import type { AccountId, EmailId } from '../../../src/model/ids';
import type { Backend } from '../../../src/sync/backend';
import { drainOutbox } from '../../../src/sync/outbox';
import { startDovecot } from '../../servers/dovecot';
import { connectRawImap } from '../../servers/raw-imap';
import { connectJmap } from '../../servers/raw-jmap';
import { seedMaildir } from '../../servers/seed';
import { startSeededCyrus } from '../../servers/seeded-cyrus';
import { users } from '../../servers/users';
import { openImapAccount } from '../../support/imap-account';
import { never, openSyncedAccount } from '../../support/synced-account';
import { median, processorSeconds, rounded, type Bench } from '../bench';

const changes = 1_000;
const messages = 10_000;
const rounds = Number(process.env.BENCH_ROUNDS ?? 10);
const { email: user, password } = users.alice;

interface Local {
  readonly db: MailDb;
  readonly accountId: AccountId;
  readonly backend: Backend;
}

interface Side {
  readonly milliseconds: number[];
  processorSeconds: number;
  requests: number;
}

export const bench: Bench = {
  name: 'queue-drain',
  description: '1,000 queued flag changes: requests or commands, and time against a raw batch, on Cyrus and Dovecot',
  async run({ log }) {
    const jmap = await overJmap(log);
    const imap = await overImap(log);
    return {
      name: 'queue-drain',
      ours: jmap.ours,
      reference: jmap.reference,
      ratio: jmap.ratio,
      unit: 'ms (median)',
      jmap,
      imap,
    };
  },
};

async function overJmap(log: (line: string) => void): Promise<Result> {
  const server = await startSeededCyrus({ count: messages });
  const local = await openSyncedAccount({ url: server.jmapUrl, user, password });
  try {
    await local.syncAll();
    const raw = await connectJmap({ url: server.jmapUrl, user, password });
    const ids = local.db.mail.all('SELECT id, remote_id FROM emails ORDER BY id', [], (row) => ({
      id: row[0] as EmailId,
      remoteId: row[1] as string,
    }));
    const theirs = ids.slice(changes, 2 * changes).map(({ remoteId }) => remoteId);
    const { maxObjectsInSet = changes } = raw.session.capabilities['urn:ietf:params:jmap:core'] as {
      maxObjectsInSet?: number;
    };
    const batch = async (on: boolean): Promise<number> => {
      let requests = 0;
      for (let at = 0; at < theirs.length; at += maxObjectsInSet) {
        const page = theirs.slice(at, at + maxObjectsInSet);
        const patch = { 'keywords/bench': on ? true : null };
        const { updated } = await raw.call('Email/set', { update: Object.fromEntries(page.map((id) => [id, patch])) });
        if (Object.keys(updated ?? {}).length !== page.length) throw new Error('not all were updated');
        requests += 1;
      }
      return requests;
    };
    return await compare(
      'JMAP, Cyrus',
      local,
      ids.slice(0, changes).map(({ id }) => id),
      batch,
      log,
    );
  } finally {
    local.close();
    await server.stop();
  }
}

async function overImap(log: (line: string) => void): Promise<Result> {
  const server = await startDovecot();
  await seedMaildir({ ...server.maildir(user), count: messages });
  const local = await openImapAccount({ port: server.imapPort, user, password });
  try {
    await local.syncAll();
    const raw = await connectRawImap({ port: server.imapPort, user, password });
    await raw.command('ENABLE QRESYNC');
    await raw.command('SELECT INBOX');
    const ids = local.db.mail.all('SELECT email_id FROM imap_messages ORDER BY uid', [], (row) => row[0] as EmailId);
    const batch = async (on: boolean): Promise<number> => {
      await raw.command(`UID STORE ${changes + 1}:${2 * changes} ${on ? '+' : '-'}FLAGS.SILENT (bench)`);
      return 1;
    };
    return await compare('IMAP, Dovecot', local, ids.slice(0, changes), batch, log);
  } finally {
    local.close();
    await server.stop();
  }
}

interface Result {
  readonly ours: number;
  readonly reference: number;
  readonly ratio: number;
  readonly [more: string]: number;
}

async function compare(
  name: string,
  local: Local,
  ids: readonly EmailId[],
  batch: (on: boolean) => Promise<number>,
  log: (line: string) => void,
): Promise<Result> {
  const ours: Side = { milliseconds: [], processorSeconds: 0, requests: 0 };
  const theirs: Side = { milliseconds: [], processorSeconds: 0, requests: 0 };
  await measure(ours, () => drain(local, ids, true));
  await measure(theirs, () => batch(true));
  for (const side of [ours, theirs]) Object.assign(side, { milliseconds: [], processorSeconds: 0 }); // both are warm
  for (let round = 0; round < rounds; round++) {
    const on = round % 2 === 1;
    queue(local, ids, on);
    await measure(ours, () => drain(local, ids, null));
    await measure(theirs, () => batch(on));
    log(
      `${name}: ${rounded(ours.milliseconds.at(-1) ?? 0, 0)} ms; by hand ${rounded(theirs.milliseconds.at(-1) ?? 0, 0)} ms`,
    );
  }
  const [time, reference] = [median(ours.milliseconds), median(theirs.milliseconds)];
  const paired = ours.milliseconds.map((ms, round) => ms / (theirs.milliseconds[round] ?? NaN));
  return {
    ours: rounded(time, 1),
    reference: rounded(reference, 1),
    ratio: rounded(time / reference, 2),
    /** Of each pair of neighbours in time: what noise there is in the machine falls on both. */
    pairedRatio: rounded(median(paired), 2),
    requests: ours.requests,
    referenceRequests: theirs.requests,
    /** Of our side of the connection, a round: what a busy machine hardly changes. */
    processorSeconds: rounded(ours.processorSeconds / rounds),
    referenceProcessorSeconds: rounded(theirs.processorSeconds / rounds),
    changes: ids.length,
    rounds,
  };
}

async function measure(side: Side, work: () => Promise<number>): Promise<void> {
  const [start, processor] = [performance.now(), processorSeconds()];
  side.requests = await work();
  side.milliseconds.push(performance.now() - start);
  side.processorSeconds += processorSeconds() - processor;
}

function queue({ db, accountId }: Local, ids: readonly EmailId[], on: boolean): void {
  const keyword = ['bench'];
  const intent = { type: 'keywords', add: on ? keyword : [], remove: on ? [] : keyword } as const;
  db.mail.transaction(() => {
    for (const emailId of ids) enqueueChange(db, { accountId, emailId, intent }, Date.now());
    replayPending(db, ids);
  });
}

/** Requests or commands used. `first`: queued here, before the measuring. */
async function drain(local: Local, ids: readonly EmailId[], first: boolean | null): Promise<number> {
  if (first !== null) queue(local, ids, first);
  const { db, accountId, backend } = local;
  const before = backend.traffic.requests;
  const { sent } = await drainOutbox(db, backend, accountId, never);
  if (sent !== ids.length || countChanges(db).pending > 0) throw new Error(`${sent} changes were sent`);
  return backend.traffic.requests - before;
}
