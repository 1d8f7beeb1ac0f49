import { describe, expect, it, onTestFinished } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import { AccountLoop } from '../../../../src/sync/account-loop';
import { createImapBackend } from '../../../../src/sync/imap/backend';
import { basicCapabilities, type Script } from '../../../servers/scripted-imap';
import { openScripted, reasonOf } from '../../../support/scripted-account';

/** What servers are known to say, and what it is. */
const refusals: readonly [string, string, string][] = [
  ['Gmail', 'NO [ALERT] Too many simultaneous connections. (Failure)', 'rate-limited'],
  ['Gmail', 'NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)', 'rate-limited'],
  ['Gmail', 'NO [ALERT] Application-specific password required (Failure)', 'auth'],
  ['Gmail', 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)', 'auth'],
  ['Outlook', 'NO LOGIN failed.', 'auth'],
  ['Outlook', 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds', 'rate-limited'],
  ['Exchange', 'NO Server Unavailable. 15', 'unavailable'],
  ['Yahoo', 'NO [LIMIT] LOGIN Rate limit hit', 'rate-limited'],
  ['Yahoo', 'NO [UNAVAILABLE] LOGIN Server error - Please try again later', 'rate-limited'],
  ['Yahoo', 'NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials', 'auth'],
  ['iCloud', 'NO [AUTHENTICATIONFAILED] Authentication Failed', 'auth'],
  ['Dovecot', 'NO [UNAVAILABLE] Temporary authentication failure.', 'unavailable'],
  ['Dovecot', 'NO [ALERT] Maximum number of connections from user+IP exceeded', 'rate-limited'],
  ['Cyrus', '* BYE [ALERT] Too many open connections', 'rate-limited'],
  ['Fastmail', '* BYE [UNAVAILABLE] Service temporarily unavailable', 'unavailable'],
];

const answers =
  (command: string, text: string): Script =>
  ({ name, tag }, socket) => {
    if (name !== command) return undefined;
    if (!text.startsWith('* BYE')) return `${tag} ${text}\r\n`;
    socket.end(`${text}\r\n`);
    return '';
  };

describe('S29: a wrong password, and a server that has enough, are two things', () => {
  it.each(refusals)('%s: %s', async (_provider, text, reason) => {
    const opening = openScripted(basicCapabilities, 1, {
      prepare: (server) => (server.script = answers('LOGIN', text)),
    });
    expect(await reasonOf(opening)).toBe(reason);
  });

  it.each([
    ['NO Too many user flags in mailbox', 'failed'],
    ['NO [LIMIT] Too many keywords', 'failed'],
    ['NO [OVERQUOTA] Quota exceeded: limit of 1 GB reached', 'failed'],
    ['NO [CANNOT] Try again later: too many connections', 'failed'],
    ['NO The message is blocked by policy', 'failed'],
    ['NO The mailbox is locked', 'queued'],
    ['NO [INUSE] Too many requests to this mailbox, try again later', 'queued'],
    ['NO Try again later', 'queued'],
  ])('a command refused for one message leaves the others alone: %s', async (text, state) => {
    const { server, account } = await openScripted(basicCapabilities, 12);
    await account.syncAll();
    server.script = ({ name, tag, args }) =>
      name === 'UID STORE' && args.includes('project') ? `${tag} ${text}\r\n` : undefined;
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['project'], remove: [] });
    account.act(account.email('INBOX 3'), { type: 'keywords', add: ['$flagged'], remove: [] });
    expect(await account.drain()).toMatchObject({ sent: 1, deferred: state === 'queued' });
    expect(listChanges(account.db)).toMatchObject([{ emailId: account.email('INBOX 2'), state }]);
    expect(listChanges(account.db)[0]?.lastError).toContain(text.replace(/^NO (\[.*\] )?/, ''));
  });

  it.each([
    'NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)',
    'NO [LIMIT] UID STORE Rate limit hit.',
    'NO [ALERT] Too many simultaneous connections. (Failure)',
    'NO Maximum number of concurrent IMAP connections reached',
    'BAD Request is throttled.',
  ])('a command of which there were too many has everything wait: %s', async (text) => {
    const { server, account } = await openScripted(basicCapabilities, 12);
    await account.syncAll();
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['$seen'], remove: [] });
    server.script = answers('UID STORE', text);
    expect(await reasonOf(account.drain())).toBe('rate-limited');
    expect(listChanges(account.db)).toMatchObject([{ state: 'queued' }]);
  });

  it('the time that Outlook asks for is what is waited', async () => {
    const { server, account } = await openScripted(basicCapabilities, 12);
    server.script = answers('LIST', 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds');
    await expect(account.cycle()).rejects.toMatchObject({ reason: 'rate-limited', retryAfter: 92_415 });
  });

  it('Exchange, which lets in whom it has no connection for: it cannot now, and nothing is refused for good', async () => {
    const { server, account } = await openScripted(basicCapabilities, 12);
    await account.syncAll();
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['$seen'], remove: [] });
    server.script = (command, socket, usual) =>
      ['LIST', 'SELECT', 'UID STORE'].includes(command.name)
        ? answers(command.name, 'BAD User is authenticated but not connected.')(command, socket, usual)
        : undefined;
    expect(await reasonOf(account.cycle())).toBe('unavailable');
    expect(await account.drain()).toMatchObject({ failed: 0, deferred: true });
    expect(listChanges(account.db)).toMatchObject([{ state: 'queued' }]);
  });

  it.each([
    ['NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)', 'trouble'],
    ['* BYE [ALERT] Too many simultaneous connections', 'trouble'],
  ])('the account waits and keeps its queue, and nobody is asked for a password: %s', async (text, state) => {
    const { server, account } = await openScripted(basicCapabilities, 12);
    await account.syncAll();
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['$seen'], remove: [] });
    account.backend.dispose();
    server.script = answers('LOGIN', text);
    const { db, accountId } = account;
    const loop = new AccountLoop({
      accountId,
      db,
      createBackend: () =>
        createImapBackend({ account: account.account, secret: 'secret', db, warn: () => undefined }, {}),
      onStatus: () => undefined,
      log: () => undefined,
      timing: { backoff: { first: 600_000, longest: 600_000 } },
    });
    onTestFinished(() => loop.stop());
    const until = async (wanted: () => boolean): Promise<void> => {
      for (let tries = 0; !wanted(); tries++) {
        if (tries > 800) throw new Error(`not within 20 s: ${JSON.stringify(loop.status)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    };
    await until(() => loop.status.state === state);
    expect(loop.status).toMatchObject({ message: expect.stringContaining('asks to wait') as string });
    expect(listChanges(db)).toHaveLength(1);
    expect(server.log.filter((line) => line.startsWith('LOGIN'))).toHaveLength(2);
    server.script = () => undefined;
    loop.wake();
    await until(() => loop.status.state === 'idle' && listChanges(db).length === 0);
  });
});
