import { startEmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';
import { users } from '../servers/users';
import { describeJmapSync } from './jmap-conformance';

describeJmapSync('the embedded server', async () => {
  const server = await startEmbeddedJmap();
  return {
    url: server.url,
    user: users.alice.email,
    password: users.alice.password,
    hasPush: true,
    forgetChanges() {
      server.account('alice').forgetChanges();
      return Promise.resolve();
    },
    stop: () => server.stop(),
  };
});
