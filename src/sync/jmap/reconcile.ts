import { deleteEmails, emailKey, remoteIds, storeEmails, updateEmails } from '../../db/emails';
import { markComplete } from '../../db/mailboxes';
import { intentsOf } from '../../db/pending-changes';
import { getState } from '../../db/sync-state';
import type { Findings } from '../../model/findings';
import type { EmailId } from '../../model/ids';
import type { BackfillOptions } from '../backend';
import { syncChanges } from './changes';
import { changingProperties, checkedProperties, listProperties, type EmailItem } from './email-item';
import { readEmailItems, toServerEmails, toUpdates } from './emails';
import { getItems } from './get-items';
import { walkIds, type IdWalk } from './id-walk';
import { inFlight } from './in-flight';
import { emailType, type JmapContext } from './jmap-context';
import { compareItems } from './compare-items';
import { countAttempt, owedWalk, settleWalk, type OwedWalk } from './owed-walk';

/** Whole messages in one request: an answer of about half a megabyte, written in one transaction. */
const fetchBatch = 500;
/** Messages of which only flags and mailboxes are compared. */
const refreshBatch = 4096;
/** Pages under way: the server works on some of them while another is written. */
const pagesAtOnce = 3;
/** Times that the ids are walked over again at once, because mail came or went meanwhile. */
const mostWalks = 3;
/** Times that a check catches up with the server, so that news are not taken for damage. */
const mostCatchUps = 20;
/** Walks that ended in doubt before they are taken for what they are: then what was not seen is not deleted (S9). */
const mostDoubts = 3;

/**
 * First back-fill and rebuild in one (S8): walks over all ids, fetches what is not here, compares what is, and deletes
 * what the server certainly does not have any more. It needs no checkpoint of its own to go on after a crash: what is
 * here already is not fetched again. Kept in memory while the account's loop does something else in between; after an
 * error a new one begins.
 */
export class Reconciliation {
  private walk: IdWalk | null = null;
  /** What was here when the walk began, and not seen by it: deleted at the end, if that is certain. */
  private unseen = new Map<string, EmailId>();
  private missing: string[] = [];
  private stale: string[] = [];
  private done = 0;
  /** What the server said nothing of when it was asked: asked for once more, then left out. */
  private readonly unanswered = new Set<string>();
  /**
   * Stored here, though they may be newer than the checkpoint. Should they be destroyed before it catches up, the server
   * never tells of them: they came and went (RFC 8620 §5.2).
   */
  private readonly uncovered = new Set<string>();
  private catchUps = 0;

  /** `findings`: this is a check, which tells what it found (S39). */
  constructor(
    private readonly context: JmapContext,
    readonly owed: OwedWalk,
    private readonly findings: Findings | null = null,
  ) {}

  /** Goes on until all is done or `shouldYield`. Each page is committed by itself. */
  async run({ shouldYield, onProgress }: BackfillOptions, signal: AbortSignal): Promise<void> {
    const walk = this.walk ?? (await this.begin(signal));
    const report = (): void => onProgress(Math.min(this.done, walk.ids.size), walk.ids.size);
    report();
    do {
      await inFlight(this.concurrency, shouldYield, () => this.nextPage(signal), report);
      if (this.missing.length > 0 || this.stale.length > 0) return;
    } while (!(await this.finish(walk, signal)));
    this.walk = null;
  }

  /** Requests at a time; one is left for what a person does meanwhile. */
  private get concurrency(): number {
    return Math.max(1, Math.min(pagesAtOnce, this.context.client.limits.maxConcurrentRequests - 1));
  }

  private async begin(signal: AbortSignal): Promise<IdWalk> {
    const { db, accountId } = this.context;
    let walk = await walkIds(this.context, 'Email', signal);
    for (let walks = 1; walk.doubt !== null && walks < mostWalks; walks++) {
      walk = await walkIds(this.context, 'Email', signal);
    }
    const here = remoteIds(db, accountId);
    this.missing = [...walk.ids].filter((id) => !here.has(id));
    // What an interrupted first walk left here may have changed while nobody listened only if the state went stale.
    this.stale = this.owed.reason === 'stale' ? [...walk.ids].filter((id) => here.has(id)) : [];
    this.uncovered.clear(); // seen by this walk, or not; and a cycle has come in between
    this.unseen = new Map([...here].filter(([id]) => !walk.ids.has(id)));
    this.done = walk.ids.size - this.missing.length - this.stale.length;
    this.walk = walk;
    return walk;
  }

  /** Starts the next page; undefined: there is none. */
  private nextPage(signal: AbortSignal): Promise<() => Promise<void>> | undefined {
    const isMissing = this.missing.length > 0;
    const queue = isMissing ? this.missing : this.stale;
    const ids = queue.splice(
      0,
      Math.min(isMissing ? fetchBatch : refreshBatch, this.context.client.limits.maxObjectsInGet),
    );
    return ids.length === 0 ? undefined : this.load(ids, isMissing, signal);
  }

  /** Asks for a page; what is returned writes it. */
  private async load(ids: readonly string[], isMissing: boolean, signal: AbortSignal): Promise<() => Promise<void>> {
    const { context } = this;
    const { db, accountId } = context;
    const queue = isMissing ? this.missing : this.stale;
    const state = getState(db, accountId, emailType);
    const { list, notFound, states } = await getItems(
      context,
      'Email',
      ids,
      isMissing ? listProperties : this.findings === null ? changingProperties : checkedProperties,
      signal,
    );
    const items = readEmailItems(context, list);
    return async () => {
      const emails = isMissing ? await toServerEmails(context, items, signal) : [];
      const updates = isMissing ? [] : await toUpdates(context, items, signal);
      signal.throwIfAborted();
      // The outbox advanced the state meanwhile: what was read may be older than what is here (S11).
      if (getState(db, accountId, emailType) !== state) return void queue.push(...ids);
      const isOfCheckpoint = [...states].every((one) => one === state);
      if (!isOfCheckpoint && (await this.takeNews(signal))) return void queue.push(...ids);
      if (isMissing) {
        const added = storeEmails(db, accountId, emails);
        if (isOfCheckpoint) this.findings?.add('emails-missing', added);
        else for (const { id } of items) this.uncovered.add(id);
      } else if (this.findings === null) updateEmails(db, accountId, updates);
      else compareItems(db, accountId, updates, items, this.findings);
      const again = this.askAgain(ids, items, notFound);
      queue.push(...again);
      this.done += ids.length - again.length;
    };
  }

  /** Before a check compares: what changed since the checkpoint is no damage. False: no check, or there is no end of it. */
  private async takeNews(signal: AbortSignal): Promise<boolean> {
    if (this.findings === null || ++this.catchUps > mostCatchUps) return false;
    await syncChanges(this.context, signal);
    return true;
  }

  /** What went between the checkpoint and the walk is not seen by it either. */
  private async forgetNews(signal: AbortSignal): Promise<void> {
    await syncChanges(this.context, signal);
    const { db, accountId } = this.context;
    for (const id of this.unseen.keys()) if (emailKey(db, accountId, id) === undefined) this.unseen.delete(id);
  }

  /** The ids that were neither sent nor said to be gone, the first time. */
  private askAgain(ids: readonly string[], items: readonly EmailItem[], notFound: readonly string[]): string[] {
    if (items.length + notFound.length >= ids.length) return [];
    const answered = new Set([...items.map((item) => item.id), ...notFound]);
    const silent = ids.filter((id) => !answered.has(id));
    const again = silent.filter((id) => !this.unanswered.has(id));
    for (const id of again) this.unanswered.add(id);
    const leftOut = silent.length - again.length;
    if (leftOut > 0) this.context.warn(`The server lists ${leftOut} messages that it does not hand out.`);
    return again;
  }

  /** False: there is more to compare. */
  private async finish({ doubt }: IdWalk, signal: AbortSignal): Promise<boolean> {
    const { db, accountId, warn } = this.context;
    if (this.findings !== null) await this.forgetNews(signal);
    const owed = owedWalk(db, accountId) ?? this.owed;
    if (owed.number !== this.owed.number) return true; // the news that were taken meanwhile owe another walk
    if (doubt !== null && this.unseen.size > 0) {
      warn(`Nothing is deleted here, because the server's list of messages was not certainly complete: ${doubt}.`);
    }
    if (doubt !== null) this.findings?.add('list-in-doubt', 1, 0);
    if (doubt !== null && owed.attempts + 1 < mostDoubts) {
      countAttempt(db, accountId, owed);
      return true;
    }
    if (!(await this.catchUp(signal))) return true;
    const gone = await this.confirmGone(signal);
    if (this.stale.length > 0) return false;
    db.mail.transaction(() => {
      if (doubt === null) {
        // Asked now, not when the walk began: an action may have come in between.
        const wanted = intentsOf(db, gone);
        const unwanted = gone.filter((id) => (wanted.get(id)?.intents.length ?? 0) === 0);
        deleteEmails(db, unwanted);
        this.findings?.add('emails-extra', gone.length, unwanted.length);
        // Should the change be taken back before it is sent, then only another walk finds that the message is gone.
        if (unwanted.length < gone.length) return;
      }
      settleWalk(db, accountId);
      markComplete(db, accountId);
    });
    return true;
  }

  /** Has the checkpoint catch up with what is newer, which is then asked for once more. False: all is owed anew. */
  private async catchUp(signal: AbortSignal): Promise<boolean> {
    if (this.uncovered.size === 0) return true;
    const { db, accountId } = this.context;
    await syncChanges(this.context, signal);
    for (const id of this.uncovered) {
      const key = emailKey(db, accountId, id);
      if (key !== undefined) this.unseen.set(id, key);
    }
    this.uncovered.clear();
    return owedWalk(db, accountId)?.number === this.owed.number;
  }

  /**
   * Asks once more for what the complete walk did not show; what the server has nevertheless is compared like the rest. A
   * message with a waiting change is left: what the server answers to the change decides (S9).
   */
  private async confirmGone(signal: AbortSignal): Promise<EmailId[]> {
    const { notFound } = await getItems(this.context, 'Email', [...this.unseen.keys()], ['id'], signal);
    const gone = new Set(notFound);
    this.stale = [...this.unseen.keys()].filter((id) => !gone.has(id));
    for (const id of this.stale) this.unseen.delete(id);
    return notFound.flatMap((id) => this.unseen.get(id) ?? []);
  }
}
