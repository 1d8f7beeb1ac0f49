import { jmapWorld } from '../conflicts/jmap-world';
import { startCyrus } from '../servers/cyrus';
import { describeConflicts } from './conflicts';

describeConflicts(
  'Cyrus over JMAP',
  async () => {
    const server = await startCyrus();
    const { email: user, password } = server.users.alice;
    const world = await jmapWorld(
      { url: server.jmapUrl, user, password },
      { trouble: () => Promise.reject(new Error('x')), heal: () => Promise.resolve() },
    );
    return { ...world, stop: () => world.stop().then(() => server.stop()) };
  },
  ['renumbered', 'forbidden', 'over quota', 'signed out', 'offline'],
);
