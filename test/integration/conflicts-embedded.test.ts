import { faultTroubles, jmapWorld } from '../conflicts/jmap-world';
import { startEmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';
import { users } from '../servers/users';
import { describeConflicts } from './conflicts';

describeConflicts(
  'the embedded JMAP server',
  async () => {
    const server = await startEmbeddedJmap();
    const { email: user, password } = users.alice;
    const world = await jmapWorld({ url: server.url, user, password }, faultTroubles(server.faults));
    return { ...world, stop: () => world.stop().then(() => server.stop()) };
  },
  ['renumbered'],
);
