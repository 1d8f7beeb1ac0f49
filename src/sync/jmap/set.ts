import * as v from 'valibot';
import { remoteMailboxId } from '../../db/mailboxes';
import type { EmailId, MailboxId } from '../../model/ids';
import type { ChangeOutcome, OutgoingChange, SendResult } from '../backend';
import { changeWords, refused } from '../change-words';
import { SyncError } from '../sync-error';
import type { Call } from './client';
import { getItems } from './get-items';
import { emailType, type JmapContext } from './jmap-context';
import { addable, setAnswer, whereabouts, type SetError } from './schemas';

/** Octets left free in a request for everything around the patches. */
const envelope = 2_000;

/** One change as it goes into `Email/set`; `patch` null: destroy. */
interface Item {
  readonly emailId: EmailId;
  readonly remoteId: string;
  readonly patch: Readonly<Record<string, true | null>> | null;
  /** The patch says more than what was asked for: a cycle has to look what came of it. */
  readonly saysMore?: boolean;
}

/**
 * Sends patches (S10), without `ifInState`: flags and moves commute. As few requests as the server's limits allow; each
 * message has its own outcome (S11, S29).
 */
export async function sendChanges(
  context: JmapContext,
  changes: readonly OutgoingChange[],
  signal: AbortSignal,
): Promise<SendResult> {
  const outcomes = new Map<EmailId, ChangeOutcome>();
  const items: Item[] = [];
  const shut = await shutTargets(context, changes, signal);
  const places = await placesNow(context, changes, signal);
  for (const change of changes) {
    const item = toItem(context, change, shut, places(change));
    if ('result' in item) outcomes.set(change.email.id, item);
    else items.push(item);
  }
  const steps: SendResult['checkpoint'][] = [];
  for (const page of pages(context, items)) {
    try {
      steps.push(await sendPage(context, page, outcomes, signal));
    } catch (error) {
      // What the pages before it have done is done: sent again, it would undo what somebody does meanwhile.
      if (steps.length === 0 || !(error instanceof SyncError)) throw error;
      return { outcomes, checkpoint: null, needsCycle: true, stop: error };
    }
  }
  const isAsked = steps.length > 0 && !items.some(({ saysMore }) => saysMore === true);
  const checkpoint = isAsked ? steps.reduce(chained) : null;
  return { outcomes, checkpoint, needsCycle: checkpoint === null };
}

/** Two contiguous steps are one; a gap means that something else changed in between (S11). */
function chained(first: SendResult['checkpoint'], second: SendResult['checkpoint']): SendResult['checkpoint'] {
  return first !== null && second !== null && first.to === second.from ? { ...first, to: second.to } : null;
}

/** Why nothing can be put into mailboxes that messages are to be in, by their ids on the server. */
type Shut = ReadonlyMap<string, string>;

/**
 * Asked for, because Cyrus takes a move into a mailbox that somebody else destroyed, says that it is done, and the message
 * is gone; and says so of a copy into one where we may not put anything (RFC 8621 §2, `mayAddItems`), and makes none.
 */
async function shutTargets(
  context: JmapContext,
  changes: readonly OutgoingChange[],
  signal: AbortSignal,
): Promise<Shut> {
  const targets = remoteIds(context, new Set(changes.flatMap(({ patch }) => patch.addMailboxes)));
  const { list, notFound } = await getItems(context, 'Mailbox', targets, ['id', 'myRights'], signal);
  const shut = new Map(notFound.map((id) => [id, changeWords.targetGone as string]));
  for (const item of list) {
    const parsed = v.safeParse(addable, item);
    if (parsed.success && !parsed.output.myRights.mayAddItems) shut.set(parsed.output.id, changeWords.forbidden);
  }
  return shut;
}

/** It leaves a mailbox for no other one. */
const onlyLeaves = ({ addMailboxes, removeMailboxes }: OutgoingChange['patch']): boolean =>
  addMailboxes.length === 0 && removeMailboxes.length > 0;

/**
 * Where messages stand (ids of the server) that are to be deleted for good, or to leave a mailbox for no other one: asked
 * for, because somebody may have moved them where we have not heard of it. `destroy` takes a message from wherever it is and
 * cannot be taken back, and Cyrus deletes what a patch leaves nowhere. What the server does not tell is as it was known.
 */
async function placesNow(
  context: JmapContext,
  changes: readonly OutgoingChange[],
  signal: AbortSignal,
): Promise<(change: OutgoingChange) => readonly string[]> {
  const asked = changes.filter(({ patch }) => patch.destroy || onlyLeaves(patch));
  const ids = asked.flatMap(({ email }) => email.remoteId ?? []);
  const { list } = await getItems(context, 'Email', ids, ['id', 'mailboxIds'], signal);
  const now = new Map(
    list.flatMap((item) => {
      const parsed = v.safeParse(whereabouts, item);
      return parsed.success ? [[parsed.output.id, Object.keys(parsed.output.mailboxIds)] as const] : [];
    }),
  );
  return ({ email }) => now.get(email.remoteId ?? '') ?? remoteIds(context, email.mailboxIds);
}

const remoteIds = ({ db }: JmapContext, ids: Iterable<MailboxId>): string[] =>
  [...ids].flatMap((id) => remoteMailboxId(db, id) ?? []);

/** The patch, or why it cannot be sent. `places`: where it stands, where that matters. */
function toItem(
  context: JmapContext,
  change: OutgoingChange,
  shut: Shut,
  places: readonly string[],
): Item | ChangeOutcome {
  const { email, patch } = change;
  if (email.remoteId === null) return refused('This message is not on the server yet.');
  const item = { emailId: email.id, remoteId: email.remoteId };
  if (patch.destroy) {
    const known = remoteIds(context, email.mailboxIds);
    return places.every((id) => known.includes(id)) ? { ...item, patch: null } : refused(changeWords.movedMeanwhile);
  }
  const added = remoteIds(context, patch.addMailboxes);
  if (added.length < patch.addMailboxes.length) return refused(changeWords.targetGone);
  const why = added.flatMap((id) => shut.get(id) ?? [])[0];
  if (why !== undefined) return refused(why);
  const removed = remoteIds(context, patch.removeMailboxes);
  // Said as well, because somebody may take it out of there between our question and this.
  const stays = onlyLeaves(patch) ? places.filter((id) => !removed.includes(id)).slice(0, 1) : [];
  // RFC 8621 §4.1.1: a message stands in at least one mailbox.
  if (onlyLeaves(patch) && stays.length === 0) return refused(changeWords.nowhere);
  const set: Record<string, true | null> = {};
  for (const keyword of patch.addKeywords) set[`keywords/${escapePointer(keyword)}`] = true;
  for (const keyword of patch.removeKeywords) set[`keywords/${escapePointer(keyword)}`] = null;
  for (const id of removed) set[`mailboxIds/${escapePointer(id)}`] = null;
  for (const id of [...added, ...stays]) set[`mailboxIds/${escapePointer(id)}`] = true;
  return { ...item, patch: set, saysMore: stays.length > 0 };
}

/** RFC 6901 §3. */
function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pages({ client }: JmapContext, items: readonly Item[]): Item[][] {
  const { maxObjectsInSet, maxSizeRequest } = client.limits;
  const result: Item[][] = [];
  let size = 0;
  for (const item of items) {
    const itemSize = Buffer.byteLength(JSON.stringify([item.remoteId, item.patch]));
    const page = result.at(-1);
    if (page === undefined || page.length >= maxObjectsInSet || size + itemSize > maxSizeRequest - envelope) {
      result.push([item]);
      size = itemSize;
    } else {
      page.push(item);
      size += itemSize;
    }
  }
  return result;
}

async function sendPage(
  { client }: JmapContext,
  page: readonly Item[],
  outcomes: Map<EmailId, ChangeOutcome>,
  signal: AbortSignal,
): Promise<SendResult['checkpoint']> {
  const update = Object.fromEntries(page.flatMap(({ remoteId, patch }) => (patch === null ? [] : [[remoteId, patch]])));
  const destroy = page.filter(({ patch }) => patch === null).map(({ remoteId }) => remoteId);
  const args = { ...(Object.keys(update).length > 0 ? { update } : {}), ...(destroy.length > 0 ? { destroy } : {}) };
  const call: Call = { name: 'Email/set', args, id: 's' };
  const answers = await client.request([call], signal);
  const answer = answers.read('s', setAnswer);
  const destroyed = new Set(answer.destroyed ?? []);
  for (const { emailId, remoteId, patch } of page) {
    const errors = (patch === null ? answer.notDestroyed : answer.notUpdated) ?? {};
    const error = Object.hasOwn(errors, remoteId) ? errors[remoteId] : undefined;
    const isDone = patch === null ? destroyed.has(remoteId) : Object.hasOwn(answer.updated ?? {}, remoteId);
    outcomes.set(emailId, isDone ? { result: 'done' } : outcomeOf(error));
  }
  const { oldState, newState } = answer;
  return oldState === null || newState === null ? null : { resourceType: emailType, from: oldState, to: newState };
}

/** Kinds of SetError (RFC 8620 §5.3, RFC 8621 §4.6) that pass by themselves. */
const passing = new Set(['rateLimit', 'serverUnavailable', 'serverFail', 'stateMismatch', 'willDestroy']);

const words: Readonly<Record<string, string>> = {
  forbidden: changeWords.forbidden,
  overQuota: changeWords.full,
  tooLarge: changeWords.tooLarge,
  tooManyKeywords: 'The message has too many labels.',
  tooManyMailboxes: 'The message is in too many mailboxes.',
  invalidPatch: 'The server did not understand this change.',
  invalidProperties: 'The server does not take this change: the mailbox may be gone.',
  blobNotFound: 'The message is damaged on the server.',
  singleton: 'This cannot be deleted.',
};

function outcomeOf(error: SetError | undefined): ChangeOutcome {
  if (error === undefined)
    return { result: 'transient', message: 'The server did not say what became of this change.' };
  if (error.type === 'notFound') return { result: 'gone' };
  const said =
    error.description === null || error.description === ''
      ? ''
      : ` The server says: ${error.description.slice(0, 300)}`;
  if (passing.has(error.type)) return { result: 'transient', message: `The server could not do it now.${said}` };
  return refused(`${words[error.type] ?? `The server refused this change (${error.type}).`}${said}`);
}
