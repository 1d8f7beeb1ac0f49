import type { ImapTuning } from '../../src/sync/imap/backend';
import { startCyrus } from '../servers/cyrus';
import { startDovecot } from '../servers/dovecot';
import { random } from '../servers/generator/random';
import { connectRawImap } from '../servers/raw-imap';
import type { FuzzServer } from './fuzz-server';
import { imapMischief } from './imap-mischief';
import { imapRemote, type ImapRemote } from './imap-remote';

interface Started {
  readonly imapPort: number;
  stop(): Promise<void>;
}

const password = 'secret-fuzz';

export async function imapDovecot(): Promise<FuzzServer> {
  return imapServer(await startDovecot({ anyUserPassword: password }), false, () => Promise.resolve());
}

export async function imapCyrus(): Promise<FuzzServer> {
  const server = await startCyrus();
  return imapServer(server, true, (email) => server.addUser({ email, password }));
}

/** Each run has a user of its own: an empty account costs less than one that has to be emptied. */
function imapServer(server: Started, hasIds: boolean, addUser: (email: string) => Promise<void>): FuzzServer {
  let remote: ImapRemote | null = null;
  let user = '';
  let runs = 0;
  let tuning: ImapTuning = {};
  let withheld: ReadonlySet<string> = new Set();
  const running = (): ImapRemote => {
    if (remote === null) throw new Error('reset comes first');
    return remote;
  };
  const leave = async (): Promise<void> => {
    const left = remote;
    remote = null;
    await left?.raw.logout();
  };
  return {
    password,
    async reset(seed) {
      await leave();
      user = `fuzz${++runs}@example.test`;
      await addUser(user);
      const raw = await connectRawImap({ port: server.imapPort, user, password });
      remote = imapRemote(raw, hasIds);
      tuning = tuningOf(seed);
      withheld = withheldIn(seed);
    },
    get target() {
      return { host: '127.0.0.1', port: server.imapPort, protocol: 'imap' as const, withheld };
    },
    get withheld() {
      return withheld;
    },
    get remote() {
      return running();
    },
    get tuning() {
      return tuning;
    },
    settings: (port) => ({
      protocol: 'imap',
      imap: { host: '127.0.0.1', port, security: 'none', pinnedCertificate: null },
      smtp: null,
      username: user,
    }),
    mischief: imapMischief(running, hasIds),
    heal: () => undefined,
    keepsMovedIntoDestroyed: false,
    copiesHaveKeywords: true,
    knowsCopies: hasIds,
    async stop() {
      await leave();
      await server.stop();
    },
  };
}

/** Not every server moves in one command, or expunges by UID. */
function withheldIn(seed: number): ReadonlySet<string> {
  const draws = random(seed, 7);
  return new Set(['MOVE', 'UIDPLUS'].filter(() => draws.chance(0.25)));
}

/** Each tier (S15), with pages so small that a few messages take several; and no wait longer than a run. */
function tuningOf(seed: number): ImapTuning {
  const draws = random(seed, 6);
  return {
    bestTier: draws.pick(['qresync', 'condstore', 'none'] as const),
    timing: { connect: 1_000, silence: 400 },
    live: { idle: draws.pick([50, 300]), noop: 50, others: 2_000 },
    policy: {
      fullScan: draws.pick([0, 25]),
      window: draws.pick([2, 200]),
      firstPage: draws.pick([1, 4, 50]),
      page: draws.pick([2, 500]),
      detailPage: draws.pick([2, 100]),
    },
  };
}
