import { setDetails, withoutDetails, type EmailDetail } from '../../db/imap-details';
import { countPlaces, placesIn, storeMessages, type ImapEmail } from '../../db/imap-messages';
import { completeMailbox } from '../../db/imap-mailboxes';
import { newRound } from '../../db/imap-unplaced';
import type { MailboxId } from '../../model/ids';
import { emptyReport, type BackfillOptions } from '../backend';
import { getCheckpoint, isComplete, isDetailed, setCheckpoint, type Checkpoint } from './checkpoint';
import type { ImapConnection } from './connection';
import { readDetails } from './details';
import { fetchList } from './fetch-list';
import { isRefusalOfOne } from './imap-error';
import type { ImapContext } from './imap-context';
import type { OpenableMailbox } from './mailboxes';
import { searchUids } from './search';
import { openMailbox } from './select';
import { syncMailbox } from './sync-mailbox';
import { formatUidSet } from './uid-set';

/**
 * Fetches what is not here yet: the rows of every mailbox, newest first, and then what costs a server more. Resumable:
 * each page is committed with the checkpoint that it reaches (S4, S14). Kept in memory while the account's loop does
 * something else: what is left of a mailbox, so that it is not searched for again.
 */
export class Backfill {
  private readonly left = new Map<MailboxId, { readonly uidValidity: number; readonly uids: number[] }>();

  constructor(private readonly context: ImapContext) {}

  async run(
    mailboxes: readonly OpenableMailbox[],
    { shouldYield, onProgress }: BackfillOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { db, warn } = this.context;
    const total = mailboxes.reduce((sum, { status }) => sum + status.messages, 0);
    const counts = new Map(mailboxes.map(({ id }) => [id, countPlaces(db, id)]));
    const progress = (mailbox?: OpenableMailbox): void => {
      if (mailbox !== undefined) counts.set(mailbox.id, countPlaces(db, mailbox.id));
      const done = [...counts.values()].reduce((sum, count) => sum + count, 0);
      onProgress(Math.min(done, total), total);
    };
    progress();
    const steps = [
      (mailbox: OpenableMailbox) => this.fillRows(mailbox, shouldYield, () => progress(mailbox), signal),
      (mailbox: OpenableMailbox) => this.fillDetails(mailbox, shouldYield, signal),
    ];
    for (const step of steps) {
      for (const mailbox of mailboxes) {
        try {
          await step(mailbox);
        } catch (error) {
          if (!isRefusalOfOne(error)) throw error;
          warn('A mailbox could not be read.', `${mailbox.path}: ${error.details}`);
        }
        if (shouldYield()) return;
      }
    }
  }

  private checkpoint(mailbox: OpenableMailbox): Checkpoint | null {
    return getCheckpoint(this.context.db, this.context.accountId, mailbox.id);
  }

  private async fillRows(
    mailbox: OpenableMailbox,
    shouldYield: () => boolean,
    onPage: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { work } = this.context;
    for (let known = this.checkpoint(mailbox); known === null || !isComplete(known); known = this.checkpoint(mailbox)) {
      if (shouldYield()) return;
      const fillPages = (connection: ImapConnection): Promise<boolean> =>
        this.fillPages(connection, mailbox, shouldYield, onPage, signal);
      const isReadable = await work.turn('backfill', fillPages, signal).catch((error: unknown) => {
        this.left.delete(mailbox.id); // a page may have been taken from it and not written
        throw error;
      });
      if (!isReadable) return;
    }
  }

  /** Until somebody else wants the connection. */
  private async fillPages(
    connection: ImapConnection,
    mailbox: OpenableMailbox,
    shouldYield: () => boolean,
    onPage: () => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { db, accountId, work, policy } = this.context;
    const first = this.checkpoint(mailbox);
    if (first === null) {
      const report = emptyReport();
      await syncMailbox({ context: this.context, connection, mailbox, round: newRound(), report, signal });
      onPage();
      return this.checkpoint(mailbox) !== null;
    }
    const selected = await openMailbox(connection, mailbox.path, signal);
    if (selected.uidValidity !== first.uidValidity) return false; // the next cycle sees to it (S20)
    const uids = await this.missing(connection, mailbox, first, signal);
    const read = async (page: readonly number[]): Promise<readonly ImapEmail[]> =>
      page.length === 0 ? [] : await fetchList(connection, { uids: formatUidSet(page) }, signal);
    const write = (page: readonly number[], emails: readonly ImapEmail[], isLast: boolean): void => {
      this.commit(isLast, () => {
        storeMessages(db, accountId, mailbox.id, emails, null);
        const checkpoint = this.checkpoint(mailbox) ?? first;
        const backfilledDownTo = isLast ? 1 : (page[0] ?? checkpoint.backfilledDownTo);
        setCheckpoint(db, accountId, mailbox.id, { ...checkpoint, backfilledDownTo });
        if (isLast) completeMailbox(db, mailbox.id);
      });
      onPage();
    };
    await eachPage(uids, policy.page, read, write, () => shouldYield() || work.hasWaiting('backfill'));
    return true;
  }

  /** What is back-filled can be had again; the last page takes all before it to the disk with it. */
  private commit(isLast: boolean, write: () => void): void {
    const { mail } = this.context.db;
    if (isLast) mail.transaction(write);
    else mail.transactionOfCopies(write);
  }

  private async missing(
    connection: ImapConnection,
    mailbox: OpenableMailbox,
    { uidValidity, backfilledDownTo }: Checkpoint,
    signal: AbortSignal,
  ): Promise<number[]> {
    const known = this.left.get(mailbox.id);
    if (known?.uidValidity === uidValidity && (known.uids.at(-1) ?? 0) < backfilledDownTo && known.uids.length > 0)
      return known.uids;
    const found = await searchUids(connection, `1:${backfilledDownTo - 1}`, signal);
    const uids = found.filter((uid) => uid < backfilledDownTo);
    this.left.set(mailbox.id, { uidValidity, uids });
    return uids;
  }

  private async fillDetails(mailbox: OpenableMailbox, shouldYield: () => boolean, signal: AbortSignal): Promise<void> {
    const { db, accountId, work, policy } = this.context;
    const start = this.checkpoint(mailbox);
    if (start === null || !isComplete(start) || isDetailed(start)) return;
    const { detailedDownTo, detailsOwedFrom: owed } = start;
    const uids = [
      ...[...placesIn(db, mailbox.id, 1).keys()].filter((uid) => uid < detailedDownTo),
      ...(owed === null ? [] : withoutDetails(db, mailbox.id, Math.max(owed, detailedDownTo))),
    ];
    const fillPages = async (connection: ImapConnection): Promise<boolean> => {
      const selected = await openMailbox(connection, mailbox.path, signal);
      const checkpoint = this.checkpoint(mailbox);
      if (checkpoint?.uidValidity !== selected.uidValidity) return false;
      const read = (page: readonly number[]) => readDetails(connection, page, signal);
      const write = (page: readonly number[], details: ReadonlyMap<number, EmailDetail>, isLast: boolean): void => {
        this.commit(isLast, () => {
          setDetails(db, mailbox.id, details);
          const reached = isLast ? 1 : Math.min(checkpoint.detailedDownTo, page[0] ?? 1);
          const detailsOwedFrom = isLast ? null : checkpoint.detailsOwedFrom;
          setCheckpoint(db, accountId, mailbox.id, { ...checkpoint, detailedDownTo: reached, detailsOwedFrom });
        });
      };
      await eachPage(uids, policy.detailPage, read, write, () => shouldYield() || work.hasWaiting('backfill'));
      return uids.length > 0;
    };
    while (!shouldYield() && (await work.turn('backfill', fillPages, signal)));
  }
}

/** Pages from the highest UID down, until none is left or `pause` says so. One is under way while another is written. */
async function eachPage<Found>(
  uids: number[],
  size: number,
  read: (page: readonly number[]) => Promise<Found>,
  write: (page: readonly number[], found: Found, isLast: boolean) => void,
  pause: () => boolean,
): Promise<void> {
  const load = () => {
    const page = uids.splice(-size);
    const found = read(page);
    found.catch(() => undefined); // awaited below
    return { page, found };
  };
  for (let current = load(); ;) {
    const found = await current.found;
    const isLast = uids.length === 0;
    const next = isLast || pause() ? null : load();
    write(current.page, found, isLast);
    if (next === null) return;
    current = next;
  }
}
