import { performance } from 'node:perf_hooks';
import { countEmails } from '../../src/db/emails';
import type { TestUser } from '../servers/users';
import { never, prepareImapAccount } from '../support/imap-account';
import { processorSeconds } from './bench';

/** Seconds from before signing in. */
export interface ImapSync {
  readonly seconds: number;
  /** Until the first rows are stored. */
  readonly first50Seconds: number;
  /** Until all rows are: attachments and previews come after them. */
  readonly rowsSeconds: number;
  /** Of this process. */
  readonly processorSeconds: number;
  readonly requests: number;
  readonly bytesReceived: number;
}

/** The product's first sync of an account with so many messages into a fresh database, from signing in until all is here. */
export async function firstImapSync(port: number, { email, password }: TestUser, messages: number): Promise<ImapSync> {
  const account = await prepareImapAccount({ port, user: email, password });
  const { backend } = account;
  try {
    const processor = processorSeconds();
    const start = performance.now();
    const since = (time: number): number => (time - start) / 1000;
    await backend.connect(never);
    await backend.syncChanges(never);
    const first50Seconds = since(performance.now());
    let rowsSeconds = NaN;
    const onProgress = (done: number): void => {
      if (done >= messages && Number.isNaN(rowsSeconds)) rowsSeconds = since(performance.now());
    };
    while (backend.needsBackfill) await backend.backfill({ shouldYield: () => false, onProgress }, never);
    const seconds = since(performance.now());
    const used = processorSeconds() - processor;
    const stored = countEmails(account.db, account.accountId);
    if (stored !== messages) throw new Error(`${stored} messages were stored`);
    return { seconds, first50Seconds, rowsSeconds, processorSeconds: used, ...backend.traffic };
  } finally {
    account.close();
  }
}
