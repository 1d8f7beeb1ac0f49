import { deleteEmails, emailKey, storeEmails, updateEmails } from '../../db/emails';
import { deleteMailboxes, updateServerCounts, upsertMailboxes } from '../../db/mailboxes';
import { advanceState, getState, setState } from '../../db/sync-state';
import type { CycleReport } from '../backend';
import { SyncError } from '../sync-error';
import { MethodError, type Answers, type Call } from './client';
import { changingProperties, listProperties } from './email-item';
import { readEmailItems, toServerEmails, toUpdates } from './emails';
import { emailType, mailboxType, reconcileType, type JmapContext } from './jmap-context';
import { isWholeMailbox, readCounts } from './mailbox-item';
import { readMailboxes, rebuildMailboxes, startsComplete } from './mailboxes';
import { owe } from './owed-walk';
import { changesAnswer, getAnswer, type ChangesAnswer } from './schemas';

/** S7: changes asked for at once. */
const pageSize = 256;
/** Pages thrown away in one cycle because the outbox had advanced the state meanwhile (S11). */
const mostRestarts = 20;

type MutableReport = { -readonly [Field in keyof CycleReport]: number };

/** One cycle: both types in one request (S7), page after page until the server has no more. */
export async function syncChanges(context: JmapContext, signal: AbortSignal): Promise<CycleReport> {
  const { client, db, accountId } = context;
  const report: MutableReport = { added: 0, changed: 0, removed: 0, mailboxes: 0 };
  let restarts = 0;
  let more = { mailboxes: true, emails: true };
  while (more.mailboxes || more.emails) {
    const states = {
      mailboxes: getState(db, accountId, mailboxType) ?? '',
      emails: getState(db, accountId, emailType) ?? '',
    };
    const answers = await requestChanges(context, states, more, signal);
    const next = { mailboxes: false, emails: false };
    if (more.mailboxes) {
      const changes = readChanges(answers, 'mc', states.mailboxes);
      if (changes === 'stale') await rebuildMailboxes(context, signal);
      else {
        if (applyMailboxes(context, states.mailboxes, changes, answers, report))
          next.mailboxes = changes.hasMoreChanges;
        else next.mailboxes = ++restarts <= mostRestarts;
      }
    }
    if (more.emails) {
      const changes = readChanges(answers, 'ec', states.emails);
      if (changes === 'stale') await startRebuild(context, signal);
      else {
        if (await applyEmails(context, states.emails, changes, answers, report, signal))
          next.emails = changes.hasMoreChanges;
        else next.emails = ++restarts <= mostRestarts;
      }
    }
    if (restarts > mostRestarts) throw new SyncError('unavailable', 'The mailbox changes faster than it can be read.');
    more = next;
  }
  return report;

  async function requestChanges(
    { client: { limits } }: JmapContext,
    since: { readonly mailboxes: string; readonly emails: string },
    wanted: { readonly mailboxes: boolean; readonly emails: boolean },
    abort: AbortSignal,
  ): Promise<Answers> {
    const mailboxes = wanted.mailboxes ? mailboxCalls(since.mailboxes) : [];
    const emails = wanted.emails ? emailCalls(since.emails, Math.min(pageSize, limits.maxObjectsInGet)) : [];
    const all = [...mailboxes, ...emails];
    if (all.length <= limits.maxCallsInRequest) return await client.request(all, abort);
    return joined(await client.request(mailboxes, abort), await client.request(emails, abort), mailboxes);
  }
}

function mailboxCalls(sinceState: string): Call[] {
  return [
    { name: 'Mailbox/changes', args: { sinceState }, id: 'mc' },
    { name: 'Mailbox/get', args: { '#ids': { resultOf: 'mc', name: 'Mailbox/changes', path: '/created' } }, id: 'mn' },
    {
      name: 'Mailbox/get',
      args: {
        '#ids': { resultOf: 'mc', name: 'Mailbox/changes', path: '/updated' },
        '#properties': { resultOf: 'mc', name: 'Mailbox/changes', path: '/updatedProperties' },
      },
      id: 'mu',
    },
  ];
}

function emailCalls(sinceState: string, maxChanges: number): Call[] {
  const from = (path: string) => ({ resultOf: 'ec', name: 'Email/changes', path });
  return [
    { name: 'Email/changes', args: { sinceState, maxChanges }, id: 'ec' },
    { name: 'Email/get', args: { '#ids': from('/created'), properties: listProperties }, id: 'en' },
    { name: 'Email/get', args: { '#ids': from('/updated'), properties: changingProperties }, id: 'eu' },
  ];
}

function joined(first: Answers, second: Answers, ofFirst: readonly Call[]): Answers {
  const answersOf = (id: string): Answers => (ofFirst.some((call) => call.id === id) ? first : second);
  return { read: (id, schema) => answersOf(id).read(id, schema), error: (id) => answersOf(id).error(id) };
}

/** Errors that say: these changes cannot be had from that state. Cyrus says `invalidArguments` of one that it never gave. */
const staleErrors = new Set(['cannotCalculateChanges', 'invalidArguments']);

/** S8: also "more" without getting any further means that the changes cannot be had. */
function readChanges(answers: Answers, id: string, sinceState: string): ChangesAnswer | 'stale' {
  const error = answers.error(id);
  if (error instanceof MethodError && staleErrors.has(error.type)) return 'stale';
  const changes = answers.read(id, changesAnswer);
  return changes.hasMoreChanges && changes.newState === sinceState ? 'stale' : changes;
}

/** False: the state moved meanwhile, nothing was applied. */
function applyMailboxes(
  context: JmapContext,
  from: string,
  changes: ChangesAnswer,
  answers: Answers,
  report: MutableReport,
): boolean {
  const { db, accountId } = context;
  if (isEmpty(changes) && changes.newState === from) return true;
  const updated = answers.read('mu', getAnswer).list;
  const whole = readMailboxes(context, [...answers.read('mn', getAnswer).list, ...updated.filter(isWholeMailbox)]);
  const counts = updated.filter((item) => !isWholeMailbox(item)).flatMap((item) => readCounts(item) ?? []);
  const gone = new Set(changes.destroyed);
  return db.mail.transaction(() => {
    if (!advanceState(db, accountId, mailboxType, { from, to: changes.newState }, Date.now())) return false;
    upsertMailboxes(
      db,
      accountId,
      whole.filter((mailbox) => !gone.has(mailbox.remoteId)),
      startsComplete(context),
    );
    updateServerCounts(db, accountId, counts);
    deleteMailboxes(db, accountId, changes.destroyed);
    report.mailboxes += whole.length + changes.destroyed.length;
    return true;
  });
}

/** False: the outbox advanced the state meanwhile (S11); what was read may be older than what is here. */
async function applyEmails(
  context: JmapContext,
  from: string,
  changes: ChangesAnswer,
  answers: Answers,
  report: MutableReport,
  signal: AbortSignal,
): Promise<boolean> {
  const { db, accountId } = context;
  if (isEmpty(changes) && changes.newState === from) return true;
  const gone = new Set(changes.destroyed);
  const alive = (item: { readonly id: string }): boolean => !gone.has(item.id);
  const created = readEmailItems(context, answers.read('en', getAnswer).list).filter(alive);
  const updated = readEmailItems(context, answers.read('eu', getAnswer).list).filter(alive);
  const known = updated.filter((item) => emailKey(db, accountId, item.id) !== undefined);
  // Changed, but not here: the walk that is owed will bring it. If none is owed it should be here, so it is fetched.
  const isWalkOwed = getState(db, accountId, reconcileType) !== null;
  const missing = isWalkOwed ? [] : updated.filter((item) => !known.includes(item)).map((item) => item.id);
  const fetched = missing.length === 0 ? [] : await fetchEmails(context, missing, signal);
  const emails = await toServerEmails(context, [...created, ...fetched], signal);
  const updates = await toUpdates(context, known, signal);
  return db.mail.transaction(() => {
    if (!advanceState(db, accountId, emailType, { from, to: changes.newState }, Date.now())) return false;
    const added = storeEmails(db, accountId, emails);
    updateEmails(db, accountId, updates);
    const removed = changes.destroyed.flatMap((id) => emailKey(db, accountId, id) ?? []);
    deleteEmails(db, removed);
    report.added += added;
    report.changed += updates.length + emails.length - added;
    report.removed += removed.length;
    return true;
  });
}

async function fetchEmails(context: JmapContext, ids: readonly string[], signal: AbortSignal) {
  const call: Call = { name: 'Email/get', args: { ids, properties: listProperties }, id: 'e' };
  const answers = await context.client.request([call], signal);
  return readEmailItems(context, answers.read('e', getAnswer).list);
}

/** S8: goes on from the state of now, and owes a comparison of all that was before it. Nothing is deleted here. */
async function startRebuild({ client, db, accountId, warn }: JmapContext, signal: AbortSignal): Promise<void> {
  const answers = await client.request([{ name: 'Email/get', args: { ids: [] }, id: 'e' }], signal);
  const { state } = answers.read('e', getAnswer);
  db.mail.transaction(() => {
    setState(db, accountId, emailType, state, Date.now());
    owe(db, accountId, 'stale');
  });
  warn('The server could not say what changed since the last time: all messages are compared with it.');
}

function isEmpty(changes: ChangesAnswer): boolean {
  return changes.created.length + changes.updated.length + changes.destroyed.length === 0;
}
