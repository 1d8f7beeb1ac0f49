import { jmapWorld } from '../conflicts/jmap-world';
import { startCyrus } from '../servers/cyrus';
import { describeConflicts } from './conflicts';

describeConflicts(
  'Cyrus over JMAP',
  async () => {
    const server = await startCyrus();
    const { email: user, password } = server.users.alice;
    const world = await jmapWorld({ url: server.jmapUrl, user, password }, null);
    return { ...world, stop: () => world.stop().then(() => server.stop()) };
  },
  ['renumbered', 'forbidden', 'over quota', 'signed out', 'offline'],
);
