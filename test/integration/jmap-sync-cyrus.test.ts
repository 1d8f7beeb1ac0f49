import { startCyrus } from '../servers/cyrus';
import { describeJmapSync } from './jmap-conformance';

describeJmapSync('Cyrus', async () => {
  const server = await startCyrus();
  const { email: user, password } = server.users.alice;
  return {
    url: server.jmapUrl,
    user,
    password,
    hasPush: false,
    // Cyrus forgets the changes of before a mailbox was destroyed.
    async forgetChanges(other) {
      await other.destroyMailbox(await other.createMailbox('Short-lived'));
    },
    stop: () => server.stop(),
  };
});
