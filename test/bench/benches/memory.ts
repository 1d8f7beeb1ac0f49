/**
 * The memory of the engine with 100,000 messages: resident set of a process that opened it, listed ten pages and ran a
 * cycle against a server. The reference is the same process with the same code loaded and the database closed.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { getAccount, updateAccount } from '../../../src/db/accounts';
import { setState } from '../../../src/db/sync-state';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { connectJmap } from '../../servers/raw-jmap';
import { users } from '../../servers/users';
import { percentile, rounded, type Bench } from '../bench';
import { accountId, mailFileOf, openMail, storesOver } from '../mail-database';
import type { MemorySample } from '../memory-process';

const messages = 100_000;
const rounds = 3;
const { email: user, password } = users.alice;

export const bench: Bench = {
  name: 'memory',
  description: 'resident memory of the engine with 100,000 messages after opening, listing and a cycle, in MB',
  async run({ cache, log }) {
    const server = await startEmbeddedJmap();
    const folder = mkdtempSync(join(tmpdir(), 'mailpane-memory-'));
    try {
      copyFileSync(await mailFileOf(cache, messages, log), join(folder, 'mail.db'));
      await pointAt(join(folder, 'mail.db'), server.url);
      const program = join(cache, 'memory-process.js');
      await build({
        entryPoints: [join(__dirname, '../memory-process.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        target: 'node20',
        logLevel: 'error',
      });
      const samples: { open: MemorySample; closed: MemorySample }[] = [];
      for (let round = 0; round < rounds; round++) {
        samples.push({ open: await sample(program, folder), closed: await sample(program, '') });
      }
      const requests = server.stats.methodCalls['Email/changes'] ?? 0;
      if (requests < rounds) throw new Error('no cycle has run');
      const ours = percentile(
        samples.map(({ open }) => open.settled),
        0.5,
      );
      const reference = percentile(
        samples.map(({ closed }) => closed.settled),
        0.5,
      );
      return {
        name: 'memory',
        ours: rounded(ours, 1),
        reference: rounded(reference, 1),
        ratio: rounded(ours / reference, 2),
        unit: 'MB resident',
        peak: rounded(
          percentile(
            samples.map(({ open }) => open.peak),
            0.5,
          ),
          1,
        ),
        heap: rounded(
          percentile(
            samples.map(({ open }) => open.heap),
            0.5,
          ),
          1,
        ),
        messages,
      };
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

/** Makes the account of the file one of this server, in sync with it, so that a cycle finds nothing new. */
async function pointAt(file: string, url: string): Promise<void> {
  const jmap = await connectJmap({ url, user, password });
  const mail = await openMail(file);
  const db = storesOver(mail);
  const account = getAccount(db, accountId);
  if (account === undefined) throw new Error('the file has no account');
  const settings = { protocol: 'jmap', sessionUrl: `${url}/.well-known/jmap`, auth: 'basic', username: user } as const;
  updateAccount(db, { ...account, settings });
  for (const type of ['Email', 'Mailbox']) {
    const { state = '' } = await jmap.call(`${type}/get`, { ids: [] });
    setState(db, accountId, type, state, Date.now());
  }
  mail.close();
}

async function sample(program: string, folder: string): Promise<MemorySample> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, folder, accountId, password]);
  return JSON.parse(stdout) as MemorySample;
}
