import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { repositoryRoot } from '../../host/repository';
import { runSuiteInHost } from '../../host/run-suite';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { rounded, type Bench } from '../bench';

const messages = 10_000;

const measured = v.object({
  loadMs: v.number(),
  activateMs: v.number(),
  syncMs: v.number(),
  syncing: v.number(),
  idle: v.number(),
});

export const bench: Bench = {
  name: 'activate',
  description: `Longest block of the extension host while ${messages} messages sync, against the same host idle; activate().`,
  async run({ cache, log }) {
    execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: repositoryRoot, stdio: 'inherit' });
    const server = await startEmbeddedJmap();
    try {
      server.account('alice').deliverAll(generatedMail(messages, new Date()));
      log(`${messages} messages are on the server; starting VS Code.`);
      const resultFile = path.join(cache, 'activate.json');
      const account = {
        protocol: 'jmap',
        url: server.url,
        email: 'alice@example.test',
        user: 'alice@example.test',
        password: 'secret-alice',
      };
      const { failed } = await runSuiteInHost({
        extensionPath: repositoryRoot,
        testFiles: [path.join(__dirname, '../host/activate.ts')],
        bundle: path.join(repositoryRoot, 'dist-test/activate-bench.js'),
        env: {
          MAILPANE_TEST_JMAP: server.url,
          MAILPANE_BENCH_RESULT: resultFile,
          MAILPANE_BENCH_ACCOUNT: JSON.stringify(account),
          MAILPANE_BENCH_COUNT: String(messages),
        },
        timeoutMs: 6 * 60_000,
      });
      if (failed > 0) throw new Error('the measuring in the host failed');
      const { loadMs, activateMs, syncMs, syncing, idle } = v.parse(
        measured,
        JSON.parse(readFileSync(resultFile, 'utf8')),
      );
      return {
        name: 'activate',
        ours: rounded(syncing),
        reference: rounded(idle),
        ratio: rounded(syncing / Math.max(idle, 1)),
        unit: 'ms, longest block',
        activateMs,
        loadMs,
        syncSeconds: rounded(syncMs / 1000, 1),
        messages,
      };
    } finally {
      await server.stop();
    }
  },
};
