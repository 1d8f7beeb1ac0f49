import type { ImapTuning } from '../../src/sync/imap/backend';
import { startCyrus } from '../servers/cyrus';
import { startDovecot, type DovecotCapability } from '../servers/dovecot';

/** A server of the suite, running. */
export interface SuiteServer {
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly lmtpPort: number;
  readonly certificate: string;
  /** What separates the levels of a mailbox's path. */
  readonly separator: string;
  stop(): Promise<void>;
}

export interface SuiteEntry {
  readonly name: string;
  readonly tuning: ImapTuning;
  start(): Promise<SuiteServer>;
}

function dovecot(capability: DovecotCapability): () => Promise<SuiteServer> {
  return async () => ({ ...(await startDovecot({ capability })), separator: '/' });
}

/** The same expectations for all (S15): each tier on a real server, and one with ids of its own (OBJECTID). */
export const suiteServers: readonly SuiteEntry[] = [
  { name: 'Dovecot with QRESYNC', tuning: {}, start: dovecot('qresync') },
  { name: 'Dovecot with CONDSTORE', tuning: {}, start: dovecot('condstore') },
  // Flags are then only found by looking: here at once, in the product every few minutes.
  { name: 'Dovecot with neither', tuning: { policy: { fullScan: 0 } }, start: dovecot('neither') },
  {
    name: 'Cyrus with OBJECTID',
    tuning: {},
    async start() {
      const server = await startCyrus();
      return { ...server, separator: '/', stop: () => server.stop() };
    },
  },
];
