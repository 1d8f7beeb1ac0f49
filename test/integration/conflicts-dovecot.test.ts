import { imapWorld } from '../conflicts/imap-world';
import { startDovecot } from '../servers/dovecot';
import { users } from '../servers/users';
import { describeConflicts } from './conflicts';

const { email: user, password } = users.alice;

describeConflicts('Dovecot', async () => {
  const server = await startDovecot();
  const world = await imapWorld({ port: server.imapPort, user, password, tuning: {} });
  return { ...world, stop: () => world.stop().then(() => server.stop()) };
});
