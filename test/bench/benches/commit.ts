/**
 * The price of an action: marking one message read or unread, which is one durable transaction of the product's own
 * functions (the intent into `pending_changes`, the message shown so, the counters of its mailbox, what undoes it). Every message is
 * used once, at random over the whole database, against native SQLite with the same settings, in turns in one run.
 *
 * `bytesWritten` is all that one action cost the disk, its share of the checkpoints included.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Database } from '../../../src/db/database';
import { shownEmail } from '../../../src/db/shown-emails';
import { applyAction } from '../../../src/engine/apply-action';
import type { EmailId } from '../../../src/model/ids';
import { randomFrom } from '../../storage-kill/workload';
import { percentile, rounded, type Bench, type BenchOptions } from '../bench';
import { openNative } from '../better-sqlite3';
import { mailFile, openMail, storesOver } from '../mail-database';

const MEGABYTES = [15, 500];
const ACTIONS = 2000;
/** How many actions one side does before it is the other's turn. */
const TURN = 50;
const WARM_UP = 100;

export const bench: Bench = {
  name: 'commit',
  description: 'an action is one durable transaction: p50 in ms against native SQLite, and bytes written',
  async run(options) {
    const sizes = [];
    for (const megabytes of MEGABYTES) sizes.push(await measure(megabytes, options));
    const largest = sizes.at(-1);
    if (!largest) throw new Error('nothing was measured');
    const { ours, reference, ratio } = largest;
    return { name: 'commit', ours, reference, ratio, unit: 'ms (p50)', bytesWritten: largest.bytesWritten, sizes };
  },
};

async function measure(megabytes: number, { cache, log }: BenchOptions) {
  const source = await mailFile(cache, megabytes * 1e6, log);
  const file = join(cache, 'commit-ours.db');
  const nativeFile = join(cache, 'commit-reference.db');
  for (const copy of [file, nativeFile]) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
    copyFileSync(source, copy);
  }
  const mail = await openMail(file);
  const native = openNative(nativeFile, cache, log);
  try {
    return { megabytes, ...compare(mail, native) };
  } finally {
    native?.close();
    mail.close();
    for (const copy of [file, nativeFile]) rmSync(copy);
  }
}

function compare(mail: Database, native: Database | undefined) {
  const emails = shuffledEmails(mail, WARM_UP + ACTIONS);
  const warmUp = emails.splice(0, WARM_UP);
  act(mail, warmUp);
  if (native) act(native, warmUp);
  mail.checkpoint();
  native?.checkpoint();

  const before = mail.stats;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let start = 0; start < emails.length; start += TURN) {
    const turn = emails.slice(start, start + TURN);
    ours.push(...act(mail, turn));
    if (native) theirs.push(...act(native, turn));
  }
  mail.checkpoint();
  const after = mail.stats;

  const p50 = percentile(ours, 0.5);
  const reference = native ? percentile(theirs, 0.5) : null;
  return {
    ours: rounded(p50),
    reference: reference === null ? null : rounded(reference),
    ratio: reference === null ? null : rounded(p50 / reference, 2),
    p99: rounded(percentile(ours, 0.99)),
    referenceP99: native ? rounded(percentile(theirs, 0.99)) : null,
    bytesWritten: Math.round((after.bytesWritten - before.bytesWritten) / emails.length),
    syncs: rounded((after.syncs - before.syncs) / emails.length, 2),
    actions: emails.length,
  };
}

/** The milliseconds of each action. */
function act(mail: Database, emailIds: readonly EmailId[]): number[] {
  const db = storesOver(mail);
  return emailIds.map((emailId) => {
    const seen = shownEmail(db, emailId)?.keywords.includes('$seen') === true;
    const start = performance.now();
    applyAction(db, { type: 'keyword', keyword: '$seen', on: !seen }, [{ emailId, mailboxId: null }], {
      now: Date.now(),
      remember: true,
    });
    return performance.now() - start;
  });
}

function shuffledEmails(mail: Database, count: number): EmailId[] {
  const highest = mail.get('SELECT max(id) FROM emails', [], ([id]) => Number(id)) ?? 0;
  const random = randomFrom(2);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, highest)) chosen.add(1 + Math.floor(random() * highest));
  return [...chosen] as EmailId[];
}
