import type { ImapTuning } from '../../src/sync/imap/backend';
import { startCyrus } from '../servers/cyrus';
import { startDovecot } from '../servers/dovecot';
import type { DovecotCapability } from '../servers/dovecot-config';

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
  /** How many commands a cycle of the product takes there. */
  readonly commands: {
    /** With nothing new. */
    readonly idle: number;
    /** With one new mail, in a mailbox that is not INBOX: one of these. */
    readonly newMail: readonly number[];
  };
  start(): Promise<SuiteServer>;
}

function dovecot(capability: DovecotCapability): () => Promise<SuiteServer> {
  return async () => ({ ...(await startDovecot({ capability })), separator: '/' });
}

/** The same expectations for all (S15): each tier on a real server, and one with ids of its own (OBJECTID). */
export const suiteServers: readonly SuiteEntry[] = [
  {
    name: 'Dovecot with QRESYNC',
    tuning: {},
    // LIST; SELECT, the rows, their structure and preview
    commands: { idle: 1, newMail: [4] },
    start: dovecot('qresync'),
  },
  {
    name: 'Dovecot with CONDSTORE',
    tuning: {},
    // LIST; SELECT, what flags changed, the rows, their structure, their preview
    commands: { idle: 1, newMail: [6] },
    start: dovecot('condstore'),
  },
  {
    name: 'Dovecot with neither',
    // Flags are then only found by looking: here at once, in the product every few minutes.
    tuning: { policy: { fullScan: 0 } },
    // UNSELECT, LIST, SELECT and the newest flags of INBOX; SELECT, the newest flags, the rows, their structure, their preview
    commands: { idle: 4, newMail: [9] },
    start: dovecot('neither'),
  },
  {
    name: 'Cyrus with OBJECTID',
    tuning: {},
    // LIST, and a STATUS that Cyrus may leave out of it just after a change; SELECT, the rows, their structure, their preview
    commands: { idle: 1, newMail: [5, 6] },
    async start() {
      const server = await startCyrus();
      return { ...server, separator: '/', stop: () => server.stop() };
    },
  },
];
