import { deleteEmails, emailKey, storeEmails, updateEmails } from '../../db/emails';
import { deleteMailboxes, updateServerCounts, upsertMailboxes } from '../../db/mailboxes';
import { advanceState, getState, setState } from '../../db/sync-state';
import { emptyReport, type CycleReport, type MutableReport } from '../backend';
import { SyncError } from '../sync-error';
import type { Answers, Call } from './client';
import { changingProperties, listProperties } from './email-item';
import { readEmailItems, toServerEmails, toUpdates } from './emails';
import { getItems, isTooMuch } from './get-items';
import { emailType, mailboxType, type JmapContext } from './jmap-context';
import { isWholeMailbox, readCounts } from './mailbox-item';
import { readMailboxes, rebuildMailboxes, startsComplete } from './mailboxes';
import { owe, owedWalk } from './owed-walk';
import { requestCalls } from './request-calls';
import { changesAnswer, getAnswer, type ChangesAnswer } from './schemas';

/** S7: changes asked for at once. */
const pageSize = 256;
/** Pages thrown away in one cycle because the outbox had advanced the state meanwhile (S11). */
const mostRestarts = 20;

/** What changed of a type since a state, and the objects of it as the server sent them. */
interface Page {
  readonly changes: ChangesAnswer;
  readonly created: readonly unknown[];
  readonly updated: readonly unknown[];
}

/** One cycle: both types in one request (S7), page after page until the server has no more. */
export async function syncChanges(context: JmapContext, signal: AbortSignal): Promise<CycleReport> {
  const { db, accountId } = context;
  const report = emptyReport();
  let restarts = 0;
  let more = { mailboxes: true, emails: true };
  while (more.mailboxes || more.emails) {
    const states = {
      mailboxes: getState(db, accountId, mailboxType) ?? '',
      emails: getState(db, accountId, emailType) ?? '',
    };
    const { answers, withItems } = await requestChanges(context, states, more, signal);
    const next = { mailboxes: false, emails: false };
    if (more.mailboxes) {
      const page = await readPage(context, answers, mailboxParts(states.mailboxes, withItems), signal);
      if (page === 'stale') await rebuildMailboxes(context, startsComplete(context), signal);
      else if (applyMailboxes(context, states.mailboxes, page, report)) next.mailboxes = page.changes.hasMoreChanges;
      else next.mailboxes = ++restarts <= mostRestarts;
    }
    if (more.emails) {
      const page = await readPage(context, answers, emailParts(states.emails, withItems), signal);
      if (page === 'stale') await startRebuild(context, signal);
      else if (await applyEmails(context, states.emails, page, report, signal))
        next.emails = page.changes.hasMoreChanges;
      else next.emails = ++restarts <= mostRestarts;
    }
    if (restarts > mostRestarts) throw new SyncError('unavailable', 'The mailbox changes faster than it can be read.');
    more = next;
  }
  return report;
}

/** `withItems`: the objects came along; false where all of it was too much for one answer. */
async function requestChanges(
  context: JmapContext,
  since: { readonly mailboxes: string; readonly emails: string },
  wanted: { readonly mailboxes: boolean; readonly emails: boolean },
  signal: AbortSignal,
): Promise<{ answers: Answers; withItems: boolean }> {
  const maxChanges = Math.min(pageSize, context.client.limits.maxObjectsInGet);
  const mailboxes = wanted.mailboxes ? mailboxCalls(since.mailboxes, maxChanges) : [];
  const emails = wanted.emails ? emailCalls(since.emails, maxChanges) : [];
  const all = [...mailboxes, ...emails];
  try {
    return { answers: await requestCalls(context, all, signal), withItems: true };
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    const changes = all.filter(({ name }) => name.endsWith('/changes'));
    return { answers: await requestCalls(context, changes, signal), withItems: false };
  }
}

function mailboxCalls(sinceState: string, maxChanges: number): Call[] {
  return [
    { name: 'Mailbox/changes', args: { sinceState, maxChanges }, id: 'mc' },
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

/** Where the parts of a page stand among the answers. */
interface Parts {
  readonly type: 'Mailbox' | 'Email';
  readonly since: string;
  readonly ids: { readonly changes: string; readonly created: string; readonly updated: string };
  readonly properties: { readonly created: readonly string[] | null; readonly updated: readonly string[] | null };
  readonly withItems: boolean;
}

const mailboxParts = (since: string, withItems: boolean): Parts => ({
  type: 'Mailbox',
  since,
  ids: { changes: 'mc', created: 'mn', updated: 'mu' },
  properties: { created: null, updated: null },
  withItems,
});

const emailParts = (since: string, withItems: boolean): Parts => ({
  type: 'Email',
  since,
  ids: { changes: 'ec', created: 'en', updated: 'eu' },
  properties: { created: listProperties, updated: changingProperties },
  withItems,
});

/** Errors that say: these changes cannot be had from that state. Cyrus says `invalidArguments` of one that it never gave. */
const staleErrors = new Set(['cannotCalculateChanges', 'invalidArguments']);
/** Errors of a `…/get` that concern how it was asked: its ids are known by then, and can be asked for plainly. */
const askingErrors = new Set(['requestTooLarge', 'invalidResultReference', 'invalidArguments']);

/** S8: also "more" without getting any further means that the changes cannot be had. */
async function readPage(
  context: JmapContext,
  answers: Answers,
  { type, since, ids, properties, withItems }: Parts,
  signal: AbortSignal,
): Promise<Page | 'stale'> {
  const error = answers.error(ids.changes);
  if (error !== null && staleErrors.has(error.type)) return 'stale';
  const changes = answers.read(ids.changes, changesAnswer);
  if (changes.hasMoreChanges && changes.newState === since) return 'stale';
  return { changes, created: await itemsOf('created'), updated: await itemsOf('updated') };

  async function itemsOf(part: 'created' | 'updated'): Promise<readonly unknown[]> {
    if (changes[part].length === 0) return [];
    const failed = withItems ? answers.error(ids[part]) : null;
    if (withItems && (failed === null || !askingErrors.has(failed.type)))
      return answers.read(ids[part], getAnswer).list;
    return (await getItems(context, type, changes[part], properties[part], signal)).list;
  }
}

/** False: the state moved meanwhile, nothing was applied. */
function applyMailboxes(
  context: JmapContext,
  from: string,
  { changes, created, updated }: Page,
  report: MutableReport,
): boolean {
  const { db, accountId } = context;
  if (isEmpty(changes) && changes.newState === from) return true;
  const whole = readMailboxes(context, [...created, ...updated.filter(isWholeMailbox)]);
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
  page: Page,
  report: MutableReport,
  signal: AbortSignal,
): Promise<boolean> {
  const { db, accountId } = context;
  const { changes } = page;
  if (isEmpty(changes) && changes.newState === from) return true;
  const gone = new Set(changes.destroyed);
  const alive = (item: { readonly id: string }): boolean => !gone.has(item.id);
  const created = readEmailItems(context, page.created).filter(alive);
  const updated = readEmailItems(context, page.updated).filter(alive);
  const known = updated.filter((item) => emailKey(db, accountId, item.id) !== undefined);
  // Changed, but not here: the walk that is owed will bring it. If none is owed it should be here, so it is fetched.
  const missing = owedWalk(db, accountId) === null ? updated.filter((item) => !known.includes(item)) : [];
  const ids = missing.map((item) => item.id);
  const fetched = readEmailItems(context, (await getItems(context, 'Email', ids, listProperties, signal)).list);
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

/** S8: goes on from the state of now, and owes a comparison of all that was before it. Nothing is deleted here. */
async function startRebuild(context: JmapContext, signal: AbortSignal): Promise<void> {
  await restartFromNow(context, signal);
  context.warn('The server could not say what changed since the last time: all messages are compared with it.');
}

/** The state of now as checkpoint, and all messages to be compared (S8). */
export async function restartFromNow({ client, db, accountId }: JmapContext, signal: AbortSignal): Promise<void> {
  const answers = await client.request([{ name: 'Email/get', args: { ids: [] }, id: 'e' }], signal);
  const { state } = answers.read('e', getAnswer);
  db.mail.transaction(() => {
    setState(db, accountId, emailType, state, Date.now());
    owe(db, accountId, 'stale');
  });
}

function isEmpty(changes: ChangesAnswer): boolean {
  return changes.created.length + changes.updated.length + changes.destroyed.length === 0;
}
