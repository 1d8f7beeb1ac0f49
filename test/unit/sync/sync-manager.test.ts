import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getAccount } from '../../../src/db/accounts';
import { listChanges } from '../../../src/db/pending-changes';
import { accountHandlers } from '../../../src/engine/handlers/accounts';
import { createImapBackend } from '../../../src/sync/imap/backend';
import { SyncManager } from '../../../src/sync/sync-manager';
import { basicCapabilities } from '../../servers/scripted-imap';
import { openScripted } from '../../support/scripted-account';

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error(`it did not come to be: ${what}`);
    await delay(10);
  }
}

/** A manager as the engine has it, over an account whose server counts who is connected. */
async function managed() {
  const { account, server } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3);
  account.backend.dispose();
  await until('no connection', () => server.connections.open === 0);
  server.log.length = 0;
  const { db, accountId } = account;
  let loops = 0;
  const sync = new SyncManager({
    db,
    onCredentialsNeeded: () => undefined,
    createBackend: (options) => {
      loops += 1;
      const backend = createImapBackend(options);
      const listen = backend.listen.bind(backend);
      // A loop that takes its time to stop.
      backend.listen = (events, signal) => listen(events, signal).finally(() => delay(200));
      return backend;
    },
  });
  onTestFinished(() => sync.stop());
  const handlers = accountHandlers({ db, sync, cacheDir: account.folder });
  const logins = (): string[] => server.log.filter((line) => line.startsWith('LOGIN'));
  /** At rest on its two connections, which both signed in with this. */
  const quietWith = (credential: string): Promise<void> =>
    until(`at rest with ${credential}`, () => {
      const signedIn = logins().filter((line) => line.includes(credential)).length === 2;
      return signedIn && sync.status(accountId).state === 'idle' && server.connections.open === 2;
    });
  return {
    ...{ account, server, db, accountId, sync, handlers },
    loops: () => loops,
    quietWith,
  };
}

describe('an account has one loop', () => {
  it('when two windows hand over its first secret at once', async () => {
    const { sync, accountId, loops, quietWith } = await managed();
    await Promise.all([sync.authenticate(accountId, 'secret'), sync.authenticate(accountId, 'secret')]);
    await quietWith('secret');
    expect(loops()).toBe(1);
  });

  it('when two windows hand over a new secret while the old loop stops', async () => {
    const { sync, accountId, server, loops, quietWith } = await managed();
    await sync.authenticate(accountId, 'old');
    await quietWith('old');
    const one = sync.authenticate(accountId, 'new');
    await delay(20);
    await Promise.all([one, sync.authenticate(accountId, 'new')]);
    await quietWith('new');
    expect(loops()).toBe(2);
    await sync.stop();
    await until('nobody connected', () => server.connections.open === 0);
  });

  it('when a window hands over the secret while the account is edited: it runs with what was edited', async () => {
    const { account, sync, accountId, handlers, server, quietWith, loops } = await managed();
    await sync.authenticate(accountId, 'secret');
    await quietWith('secret');
    server.log.length = 0;
    const { name, email, settings } = account.account;
    const edited = { ...settings, username: 'renamed' };
    const edit = handlers['accounts/update']({ accountId, name, email, settings: edited, secret: null });
    await delay(20);
    await handlers['accounts/authenticate']({ accountId, secret: 'secret' });
    await edit;
    await handlers['accounts/authenticate']({ accountId, secret: 'secret' });
    await quietWith('renamed');
    expect(loops()).toBe(2);
  });

  it('which sends nothing to the new user of what waited for the mail of the old one', async () => {
    const { account, sync, accountId, handlers, server, db, quietWith } = await managed();
    server.script = ({ name, tag }) => (name === 'UID STORE' ? `${tag} NO [UNAVAILABLE] Later.\r\n` : undefined);
    await sync.authenticate(accountId, 'secret');
    await quietWith('secret');
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['$flagged'], remove: [] });
    sync.wakeOutbox([accountId]);
    await until('tried', () => server.log.some((line) => line.startsWith('UID STORE')));
    server.script = () => undefined;
    const { name, email, settings } = account.account;
    const edited = { ...settings, username: 'renamed' };
    const before = account.email('INBOX 2');
    await handlers['accounts/update']({ accountId, name, email, settings: edited, secret: 'secret' });
    server.log.length = 0;
    await quietWith('renamed');
    expect(account.email('INBOX 2')).not.toBe(before); // read anew
    expect(listChanges(db)).toEqual([]);
    expect(server.log.filter((line) => line.startsWith('UID STORE'))).toEqual([]);
  });

  it('and none when a window hands over the secret while the account is removed', async () => {
    const { sync, accountId, handlers, server, db, loops, quietWith } = await managed();
    await sync.authenticate(accountId, 'secret');
    await quietWith('secret');
    const removal = handlers['accounts/remove']({ accountId });
    await delay(20);
    const late = sync.authenticate(accountId, 'other');
    await Promise.all([removal, late]);
    expect(getAccount(db, accountId)).toBeUndefined();
    await until('nobody connected', () => server.connections.open === 0);
    expect(loops()).toBe(1);
  });

  it('which goes on as it was when the change of the account fails', async () => {
    const { sync, accountId, server, quietWith } = await managed();
    await sync.authenticate(accountId, 'secret');
    await quietWith('secret');
    server.log.length = 0;
    const failing = sync.change(accountId, 'new', () => {
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    await quietWith('secret');
  });
});
