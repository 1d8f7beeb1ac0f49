import { getState } from '../../db/sync-state';
import type { Backend, BackendOptions, Traffic } from '../backend';
import { SyncError } from '../sync-error';
import { fetchBody } from './body';
import { syncChanges } from './changes';
import { checkAccount } from './check';
import { connectJmap, type ConnectOptions, type JmapClient } from './client';
import { Connections } from './connections';
import { firstSync } from './first-sync';
import { emailType, mailboxType, type JmapContext } from './jmap-context';
import { owedWalk } from './owed-walk';
import { Reconciliation } from './reconcile';
import { sendChanges } from './set';

/** For tests: how the backend behaves where the product has its defaults. */
export interface JmapTuning extends Pick<ConnectOptions, 'timeouts' | 'push'> {
  /** ms that a request in doubt has to show that it lives (S26). */
  readonly proof?: number;
}

/** JMAP's side of an account (RFC 8620, RFC 8621). */
export function createJmapBackend(
  { account, secret, db, warn }: BackendOptions,
  { proof, ...tuning }: JmapTuning = {},
): Backend {
  const { settings } = account;
  if (settings.protocol !== 'jmap') throw new TypeError(`This account speaks ${settings.protocol}.`);
  const traffic: Traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 };
  const connections = new Connections(proof);
  let client: JmapClient | null = null;
  let reconciliation: Reconciliation | null = null;

  const context = (): JmapContext => {
    if (client === null) throw new SyncError('offline', 'The account is not connected.');
    return { client, db, accountId: account.id, warn };
  };

  return {
    traffic,

    async connect(signal) {
      client?.close();
      client = null;
      reconciliation = null;
      client = await connectJmap({ settings, secret, signal, traffic, connections, ...tuning });
    },

    async syncChanges(signal) {
      const isFirst = getState(db, account.id, emailType) === null || getState(db, account.id, mailboxType) === null;
      return isFirst ? await firstSync(context(), signal) : await syncChanges(context(), signal);
    },

    get needsBackfill() {
      return owedWalk(db, account.id) !== null;
    },

    async backfill(options, signal) {
      const owed = owedWalk(db, account.id);
      if (owed === null) return;
      // What is owed may have become more since this walk began.
      if (reconciliation?.owed.number !== owed.number) reconciliation = new Reconciliation(context(), owed);
      try {
        await reconciliation.run(options, signal);
        if (owedWalk(db, account.id) === null) reconciliation = null;
      } catch (error) {
        reconciliation = null;
        throw error;
      }
    },

    async check(onProgress, signal) {
      reconciliation = null;
      return await checkAccount(context(), onProgress, signal);
    },

    get capabilities() {
      return client === null ? [] : Object.keys(client.session.capabilities);
    },

    async listen({ onConnected, onChange }, signal) {
      const onState = (changed: Readonly<Record<string, string>>): void => {
        // Our own changes come back as pushes: the state is where we are already.
        const isNews = Object.entries(changed).some(([type, state]) => getState(db, account.id, type) !== state);
        if (isNews) onChange();
      };
      return await context().client.listen([emailType, mailboxType], { onConnected, onState }, signal);
    },

    send: (changes, signal) => sendChanges(context(), changes, signal),
    fetchBody: (email, signal) => fetchBody(context(), email, signal),

    async fetchPart({ blobId, type }, file, limit, signal) {
      if (blobId === null) throw new SyncError('not-found', 'This attachment is not on the server.');
      return await context().client.download({ blobId, type, name: 'attachment' }, file, limit, signal);
    },

    doubtConnections() {
      connections.doubt();
    },

    focus() {
      // All mailboxes come in one walk, newest first: there is nothing to bring forward.
    },

    dispose() {
      client?.close();
      connections.close();
    },
  };
}
