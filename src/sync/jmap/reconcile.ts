import { deleteEmails, remoteIds, storeEmails, updateEmails } from '../../db/emails';
import { markComplete } from '../../db/mailboxes';
import type { EmailId } from '../../model/ids';
import type { BackfillOptions } from '../backend';
import type { Call } from './client';
import { changingProperties, listProperties } from './email-item';
import { readEmailItems, toServerEmails, toUpdates } from './emails';
import { walkIds, type IdWalk } from './id-walk';
import type { JmapContext } from './jmap-context';
import { owe, owedWalk, settleWalk, type OwedWalk } from './owed-walk';
import { inFlight } from './in-flight';
import { getAnswer } from './schemas';

/** Whole messages in one request: an answer of about half a megabyte, written in one transaction. */
const fetchBatch = 500;
/** Messages of which only flags and mailboxes are compared. */
const refreshBatch = 4096;
/** Times that the ids are walked over again at once, because mail came or went meanwhile. */
const mostWalks = 3;
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
  private unseen = new Map<string, { readonly id: EmailId; readonly pending: boolean }>();
  private missing: string[] = [];
  private stale: string[] = [];
  private done = 0;

  constructor(
    private readonly context: JmapContext,
    readonly reason: OwedWalk['reason'],
  ) {}

  /** Goes on until all is done or `shouldYield`. Each page is committed by itself. */
  async run({ shouldYield, onProgress }: BackfillOptions, signal: AbortSignal): Promise<void> {
    const walk = this.walk ?? (await this.begin(signal));
    const report = (): void => onProgress(Math.min(this.done, walk.ids.size), walk.ids.size);
    report();
    await inFlight(this.concurrency, shouldYield, () => this.nextPage(signal), report);
    if (this.missing.length > 0 || this.stale.length > 0) return;
    await this.finish(walk, signal);
    this.walk = null;
  }

  /** Requests at a time: one is answered while another is written. */
  private get concurrency(): number {
    return Math.max(1, Math.min(2, this.context.client.limits.maxConcurrentRequests - 1));
  }

  private async begin(signal: AbortSignal): Promise<IdWalk> {
    const { db, accountId } = this.context;
    const here = remoteIds(db, accountId);
    let walk = await walkIds(this.context, signal);
    for (let walks = 1; walk.doubt !== null && walks < mostWalks; walks++) walk = await walkIds(this.context, signal);
    this.missing = [...walk.ids].filter((id) => !here.has(id));
    // What an interrupted first walk left here may have changed while nobody listened only if the state went stale.
    this.stale = this.reason === 'stale' ? [...walk.ids].filter((id) => here.has(id)) : [];
    this.unseen = new Map([...here].filter(([id]) => !walk.ids.has(id)));
    this.done = walk.ids.size - this.missing.length - this.stale.length;
    this.walk = walk;
    return walk;
  }

  /** Starts the next page; undefined: there is none. */
  private nextPage(signal: AbortSignal): Promise<() => Promise<void>> | undefined {
    const { maxObjectsInGet } = this.context.client.limits;
    const isMissing = this.missing.length > 0;
    const size = Math.min(isMissing ? fetchBatch : refreshBatch, maxObjectsInGet);
    const ids = (isMissing ? this.missing : this.stale).splice(0, size);
    if (ids.length === 0) return undefined;
    return this.load(ids, isMissing, signal);
  }

  /** Asks for a page; what is returned writes it. */
  private async load(ids: readonly string[], isMissing: boolean, signal: AbortSignal): Promise<() => Promise<void>> {
    const { client, db, accountId } = this.context;
    const properties = isMissing ? listProperties : changingProperties;
    const call: Call = { name: 'Email/get', args: { ids, properties }, id: 'e' };
    const answers = await client.request([call], signal);
    const items = readEmailItems(this.context, answers.read('e', getAnswer).list);
    return async () => {
      if (isMissing) {
        const emails = await toServerEmails(this.context, items, signal);
        storeEmails(db, accountId, emails);
      } else updateEmails(db, accountId, await toUpdates(this.context, items, signal));
      this.done += ids.length;
    };
  }

  private async finish({ doubt }: IdWalk, signal: AbortSignal): Promise<void> {
    const { db, accountId, warn } = this.context;
    const owed = owedWalk(db, accountId);
    if (doubt !== null && this.unseen.size > 0) {
      warn(`Nothing is deleted here, because the server's list of messages was not certainly complete: ${doubt}.`);
    }
    if (doubt !== null && (owed?.attempts ?? 0) + 1 < mostDoubts) {
      owe(db, accountId, owed?.reason ?? 'stale', (owed?.attempts ?? 0) + 1);
      return;
    }
    const gone = doubt === null ? await this.confirmGone(signal) : [];
    db.mail.transaction(() => {
      deleteEmails(db, gone);
      settleWalk(db, accountId);
      markComplete(db, accountId);
    });
  }

  /**
   * Asks once more for what the complete walk did not show. A message with a waiting change is left: what the server
   * answers to the change decides (S9).
   */
  private async confirmGone(signal: AbortSignal): Promise<EmailId[]> {
    const { client } = this.context;
    const candidates = [...this.unseen].filter(([, { pending }]) => !pending);
    const gone: EmailId[] = [];
    for (let at = 0; at < candidates.length; at += client.limits.maxObjectsInGet) {
      const page = new Map(candidates.slice(at, at + client.limits.maxObjectsInGet));
      const call: Call = { name: 'Email/get', args: { ids: [...page.keys()], properties: ['id'] }, id: 'e' };
      const answers = await client.request([call], signal);
      for (const id of answers.read('e', getAnswer).notFound ?? []) {
        const email = page.get(id);
        if (email !== undefined) gone.push(email.id);
      }
    }
    return gone;
  }
}
