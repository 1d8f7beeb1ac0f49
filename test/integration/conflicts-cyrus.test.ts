import { startCyrusTroubles } from '../conflicts/cyrus-troubles';
import { jmapWorld } from '../conflicts/jmap-world';
import { startCyrus } from '../servers/cyrus';
import { describeConflicts } from './conflicts';

describeConflicts(
  'Cyrus over JMAP',
  async () => {
    const server = await startCyrus();
    const { alice } = server.users;
    const troubles = await startCyrusTroubles(server, alice);
    const login = { url: troubles.url, user: alice.email, password: alice.password };
    const world = await jmapWorld(login, troubles, troubles.otherLogin);
    return {
      ...world,
      stop: () =>
        world
          .stop()
          .then(() => troubles.stop())
          .then(() => server.stop()),
    };
  },
  [
    'renumbered', // JMAP has no such thing: ids are for good (RFC 8620 §1.2)
    'over quota', // never refused there: cyrus-quirks.test.ts
    ['forbidden', 'destroy'], // done there in spite of the rights: cyrus-quirks.test.ts
  ],
);
