import type { AccountSummary, Overview } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import type { AccountId, MailboxId } from '../../model/ids';
import type { Mailbox } from '../../model/mailbox';
import type { Disposable } from '../disposable';
import { createRefresher } from '../refresher';

/** What the views know of accounts and mailboxes: one immutable picture, replaced as a whole. */
export interface DirectoryState {
  /** False until the engine answered for the first time. */
  readonly loaded: boolean;
  readonly overview: Overview;
  /** In display order, a parent before its children. */
  readonly mailboxes: readonly Mailbox[];
  readonly byId: ReadonlyMap<MailboxId, Mailbox>;
  readonly accounts: ReadonlyMap<AccountId, AccountSummary>;
}

/** One picture of accounts and mailboxes for all native views, so that a burst of changes costs one round of requests. */
export interface Directory extends Disposable {
  readonly state: DirectoryState;
  /** Called with the picture before and after, whenever something in it may differ. */
  onDidChange(listener: (now: DirectoryState, before: DirectoryState) => void): Disposable;
  /** Resolves when what is known to have changed has been read. */
  settled(): Promise<void>;
}

/** ms between two rounds of requests while changes pour in (a first sync): fast enough for the eye. */
const interval = 200;

const nothingYet: DirectoryState = {
  loaded: false,
  overview: { accounts: [], unread: 0, pending: 0, failed: 0 },
  mailboxes: [],
  byId: new Map(),
  accounts: new Map(),
};

export function createDirectory(client: MailClient, onError: (error: unknown) => void): Directory {
  const listeners = new Set<(now: DirectoryState, before: DirectoryState) => void>();
  let state = nothingYet;
  let stale = { overview: true, mailboxes: true };

  const refresher = createRefresher(interval, async (signal) => {
    const asked = stale;
    stale = { overview: false, mailboxes: false };
    try {
      const [overview, mailboxes] = await Promise.all([
        asked.overview ? client.request('overview', {}, signal) : state.overview,
        asked.mailboxes ? client.request('mailboxes/list', {}, signal) : state.mailboxes,
      ]);
      const before = state;
      state = picture(overview, mailboxes, before);
      for (const listener of [...listeners]) listener(state, before);
    } catch (error) {
      // Asked for again with the next change, or when an engine is there again.
      stale = { overview: stale.overview || asked.overview, mailboxes: stale.mailboxes || asked.mailboxes };
      if (!signal.aborted) onError(error);
    }
  });

  const subscriptions = [
    client.onChanged((changed) => {
      // The unread count of the overview is made of mailbox counts.
      const overview = changed.accounts || changed.mailboxes || changed.outbox || changed.status;
      const mailboxes = changed.accounts || changed.mailboxes;
      if (!overview) return;
      stale = { overview: true, mailboxes: stale.mailboxes || mailboxes };
      refresher.request();
    }),
    client.onState(({ state: engineState }) => {
      if (engineState === 'ready' && (stale.overview || stale.mailboxes)) refresher.request();
    }),
  ];
  refresher.request();

  return {
    get state() {
      return state;
    },
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    settled: () => refresher.settled(),
    dispose() {
      refresher.dispose();
      listeners.clear();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

function picture(overview: Overview, mailboxes: readonly Mailbox[], before: DirectoryState): DirectoryState {
  const sameMailboxes = mailboxes === before.mailboxes;
  return {
    loaded: true,
    overview,
    mailboxes,
    byId: sameMailboxes ? before.byId : new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox])),
    accounts: new Map(overview.accounts.map((summary) => [summary.account.id, summary])),
  };
}

/** The inboxes of all accounts, as "All Inboxes" shows them. */
export function inboxIds(state: DirectoryState): MailboxId[] {
  return state.mailboxes.filter(({ role }) => role === 'inbox').map(({ id }) => id);
}
