import { expect, it, onTestFinished } from 'vitest';
import { startDovecot } from '../servers/dovecot';
import { deliver } from '../servers/seed';
import { users } from '../servers/users';
import { openImapAccount } from '../support/imap-account';

const { alice } = users;

it('S25: hears of new mail from a Dovecot without IDLE, by NOOP', async () => {
  const server = await startDovecot({ capability: 'without-idle' });
  onTestFinished(() => server.stop());
  const account = await openImapAccount({
    port: server.imapPort,
    user: alice.email,
    password: alice.password,
    // Nothing else than a NOOP can tell.
    tuning: { live: { noop: 50, others: 600_000 } },
  });
  onTestFinished(() => account.close());
  await account.syncAll();
  expect(account.backend.capabilities).not.toContain('IDLE');
  const listener = new AbortController();
  const raw = 'Message-ID: <heard@noop.example>\r\nSubject: heard by NOOP\r\n\r\nText\r\n';
  await new Promise<void>((resolve, reject) => {
    const onConnected = (): void => void deliver({ lmtpPort: server.lmtpPort, user: alice.email, raw }).catch(reject);
    account.backend.listen({ onConnected, onChange: resolve }, listener.signal).catch(reject);
  });
  listener.abort();
  expect(await account.cycle()).toMatchObject({ added: 1 });
  expect(account.email('heard by NOOP')).toBeGreaterThan(0);
});
