import { onTestFinished } from 'vitest';
import { countEmails } from '../../../../src/db/emails';
import {
  startEmbeddedJmap,
  type EmbeddedJmap,
  type EmbeddedJmapOptions,
} from '../../../servers/embedded-jmap/embedded-jmap';
import type { AccountControl } from '../../../servers/embedded-jmap/account-control';
import { generatedMail } from '../../../servers/embedded-jmap/generated-mail';
import { defaultLimits } from '../../../servers/embedded-jmap/limits';
import { connectJmap } from '../../../servers/raw-jmap';
import { users } from '../../../servers/users';
import { compareWithServer } from '../../../support/compare-with-server';
import { openSyncedAccount, type SyncedAccount } from '../../../support/synced-account';

/** An embedded server, alice's account on it as others change it, and as we sync it. */
export interface TestAccount {
  readonly server: EmbeddedJmap;
  readonly remote: AccountControl;
  readonly local: SyncedAccount;
  /** Delivers so many messages, each of a minute of its own; returns their ids, oldest first. */
  readonly deliver: (count: number) => string[];
  /** Something changes, and the server cannot say what. */
  readonly loseTrack: () => void;
  /** The messages here. */
  readonly count: () => number;
  /** Fails unless local = server. */
  readonly compare: () => Promise<void>;
}

/** All of it goes when the test ends. */
export async function openAccount(options: EmbeddedJmapOptions = {}): Promise<TestAccount> {
  const server = await startEmbeddedJmap(options);
  onTestFinished(() => server.stop());
  const { email: user, password } = users.alice;
  const login = { url: server.url, user, password };
  const local = await openSyncedAccount(login);
  onTestFinished(() => local.close());
  const remote = server.account('alice');
  let months = 0;
  return {
    server,
    remote,
    local,
    deliver: (count) => remote.deliverAll(generatedMail(count, new Date(Date.UTC(2031, months++, 1)))),
    loseTrack() {
      const [message] = remote.messages();
      if (message !== undefined)
        remote.setKeywords(message.id, [...message.keywords, `lost${message.keywords.length}`]);
      remote.forgetChanges();
    },
    count: () => countEmails(local.db, local.accountId),
    async compare() {
      server.faults.clear();
      // Small limits are for the client under test.
      server.updateSession({
        limits: { maxObjectsInGet: 100_000, maxCallsInRequest: 100, maxSizeRequest: 10_000_000 },
      });
      await compareWithServer(local.db, local.accountId, await connectJmap(login));
      server.updateSession({ limits: { ...defaultLimits, ...options.limits } });
    },
  };
}

/** The id of the mailbox with this role on the server. */
export function mailboxId(remote: AccountControl, role: string): string {
  const found = remote.mailboxes().find((mailbox) => mailbox.role === role || mailbox.path === role);
  if (found === undefined) throw new Error(`no mailbox ${role}`);
  return found.id;
}
