/**
 * 100 rows of the inbox as the list asks for them: threads folded, each with its counts, from the newest and from deep
 * down. The reference is the plainest SQL that gives 100 messages with the same columns, without threads, through the
 * same database. Half of the messages stand in the inbox; two make a thread on average, some have dozens.
 */
import { performance } from 'node:perf_hooks';
import type { Database } from '../../../src/db/database';
import { listMessages, threadMessages, type ListCursor } from '../../../src/db/message-lists';
import type { MailboxId } from '../../../src/model/ids';
import { percentile, rounded, type Bench } from '../bench';
import { mailFileOf, openMail, storesOver } from '../mail-database';

const sizes = [100_000, 350_000];
const rows = 100;
const samples = 200;
const warmUp = 20;

export const bench: Bench = {
  name: 'list-page',
  description: '100 rows of a mailbox at 100,000 and 350,000 messages: p50 in ms against the plainest SQL',
  async run({ cache, log }) {
    const results = [];
    for (const messages of sizes) {
      const mail = await openMail(await mailFileOf(cache, messages, log));
      results.push({ messages, ...measure(mail) });
      mail.close();
    }
    const largest = results.at(-1);
    if (largest === undefined) throw new Error('nothing was measured');
    const { newest } = largest;
    return { name: 'list-page', ...newest, unit: 'ms (p50)', sizes: results };
  },
};

function measure(mail: Database) {
  const db = storesOver(mail);
  const inbox = mail.get("SELECT id FROM mailboxes WHERE role = 'inbox'", [], (row) => row[0] as MailboxId);
  if (inbox === undefined) throw new Error('there is no inbox');
  const total = mail.get('SELECT total FROM mailboxes WHERE id = ?', [inbox], (row) => Number(row[0])) ?? 0;
  const deep = cursorAt(mail, inbox, Math.floor(total * 0.9));
  const page = (after: ListCursor | null) => () => {
    const count = listMessages(db, [inbox], after, rows).rows.length;
    if (count !== rows) throw new Error(`${count} rows`);
  };
  const [top] = listMessages(db, [inbox], null, rows).rows.toSorted((a, b) => b.count - a.count);
  if (top === undefined) throw new Error('the inbox is empty');
  const thread = () => threadMessages(db, top.threadId, inbox);
  return {
    newest: compare(page(null), () => plain(mail, inbox, null)),
    deep: compare(page(deep), () => plain(mail, inbox, deep)),
    /** The messages of the longest thread of the page, as it is unfolded. */
    thread: { ours: compare(thread, thread).ours, messages: top.count },
  };
}

/** In turns, so that what else the machine does falls on both. */
function compare(ours: () => unknown, reference: () => unknown) {
  const times = { ours: [] as number[], reference: [] as number[] };
  for (let sample = -warmUp; sample < samples; sample++) {
    for (const [side, work] of [['ours', ours] as const, ['reference', reference] as const]) {
      const start = performance.now();
      work();
      if (sample >= 0) times[side].push(performance.now() - start);
    }
  }
  const [mine, theirs] = [percentile(times.ours, 0.5), percentile(times.reference, 0.5)];
  return { ours: rounded(mine), reference: rounded(theirs), ratio: rounded(mine / theirs, 2) };
}

function plain(mail: Database, inbox: MailboxId, after: ListCursor | null): unknown[] {
  return mail.all(
    `SELECT e.id, e.thread_id, e.addresses, e.subject, e.preview, e.received_at, e.has_attachment, e.keywords
     FROM email_mailboxes m JOIN emails e ON e.id = m.email_id
     WHERE m.mailbox_id = ? AND m.shown = 1 AND (m.received_at, m.email_id) < (?, ?)
     ORDER BY m.received_at DESC, m.email_id DESC LIMIT ${rows}`,
    [inbox, after?.receivedAt ?? Number.MAX_SAFE_INTEGER, after?.emailId ?? 0],
    ([id, threadId, addresses, subject, preview, receivedAt, hasAttachment, keywords]) => ({
      id,
      threadId,
      addresses: JSON.parse(addresses as string) as unknown,
      subject,
      preview,
      receivedAt,
      hasAttachment,
      keywords,
    }),
  );
}

function cursorAt(mail: Database, inbox: MailboxId, position: number): ListCursor {
  const cursor = mail.get(
    `SELECT received_at, email_id FROM email_mailboxes WHERE mailbox_id = ? AND shown = 1
     ORDER BY received_at DESC, email_id DESC LIMIT 1 OFFSET ?`,
    [inbox, position],
    (row) => ({ receivedAt: Number(row[0]), emailId: Number(row[1]) }),
  );
  if (cursor === undefined) throw new Error(`the inbox has no row ${position}`);
  return cursor;
}
