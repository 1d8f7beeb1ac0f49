import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { random, type Random } from '../servers/generator/random';
import { FuzzClient, type Acted } from './client';
import type { FuzzServer } from './fuzz-server';
import { differences, inconsistencies } from './local-picture';
import { Oracle } from './oracle';
import { FuzzFailure, rest } from './rest';

export interface Kills {
  readonly kills: number;
  /** Actions whose commit was said before the process was killed. */
  readonly acknowledged: number;
}

/**
 * SIGKILLs a client in a process of its own at random moments of its work, `kills` times on the same files. After the last
 * the account is opened here: both sides have to be the same, and nothing that was acknowledged may be missing (S40).
 */
export async function killClients(server: FuzzServer, kills: number, seed: number): Promise<Kills> {
  await server.reset(seed);
  const { remote } = server;
  const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-sigkill-'));
  const settings = server.settings(server.target.port);
  const tuning = JSON.stringify(server.tuning ?? {});
  const draws = random(seed, 5);
  let acknowledged = 0;
  try {
    const [inbox = ''] = Object.keys((await remote.picture()).mailboxes);
    for (let number = 1; number <= 10; number++) {
      const more = { mailbox: inbox, keywords: [], answers: null, receivedAt: 2e9 + number };
      await remote.add([{ subject: `m${number}`, ...more }]);
    }
    const oracle = new Oracle(server);
    oracle.settled(await remote.picture());
    const child = await bundle(folder);
    for (let count = 0; count < kills; count++) {
      const args = [child, folder, JSON.stringify(settings), server.password, String(seed + count), tuning];
      for (const { intents, undoId } of await runAndKill(args, draws)) {
        oracle.acted(intents, undoId);
        acknowledged += intents.length;
      }
    }
    const client = new FuzzClient(folder, settings, server.password, server.tuning);
    const { intents, undoId } = await client.open();
    try {
      // Also what was committed and not said any more; the rest of them was acknowledged above.
      oracle.acted(intents, undoId);
      await rest(client);
      const picture = await remote.picture();
      const problems = [
        ...client.read(inconsistencies),
        ...differences(picture, client.picture()),
        ...oracle.violations(picture, client.queue().failed),
      ];
      if (problems.length > 0) throw new FuzzFailure(problems.join('\n'));
    } finally {
      await client.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { kills, acknowledged };
}

/** One file with the wasm beside it, as in the product: kills hit the work, not the loading. */
async function bundle(folder: string): Promise<string> {
  const outfile = path.join(folder, 'child.cjs');
  const entryPoints = [path.join(import.meta.dirname, 'sigkill-child.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs' });
  const wasm = createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm');
  await copyFile(wasm, path.join(folder, 'sql-wasm.wasm'));
  return outfile;
}

/** What it acknowledged until it was killed, a moment after its `wanted`-th action, or in its start. */
async function runAndKill(args: readonly string[], draws: Random): Promise<Acted[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const wanted = draws.integer(0, 25);
  let said = '';
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const reached = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.split('\n').length > wanted) resolve();
    });
  });
  if (wanted > 0) await Promise.race([reached, ended]);
  await sleep(draws.integer(0, wanted > 0 ? 15 : 400));
  child.kill('SIGKILL');
  const end = await ended;
  if (end !== 'SIGKILL') throw new Error(`the client ended by itself: ${String(end)}`);
  // A last line without its end was cut by the kill.
  const lines = said.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Acted);
}
