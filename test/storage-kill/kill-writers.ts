import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { openDatabase } from '../../src/db/database';
import { OPTIONS, randomFrom, verify } from './workload';

export interface KillResult {
  readonly kills: number;
  /** Kills that came before the writer said anything: while it started, created the file or recovered it. */
  readonly killsAtStart: number;
  readonly acknowledged: number;
  /** Committed, but killed before it was said. */
  readonly unacknowledged: number;
  readonly files: number;
}

/** Entries after which a new file begins, so that checking all of it stays quick. */
const ENTRIES_PER_FILE = 4000;
/** Acknowledgements after which a writer is killed at the latest. */
const LONGEST_LIFE = 40;

/**
 * Starts a writer on a file and kills it with SIGKILL at a random moment, over and over on the same file. After each
 * kill the file must be sound and hold every entry that was acknowledged, or this throws with the number of the kill.
 */
export async function killWriters(kills: number, seed: number, report?: (line: string) => void): Promise<KillResult> {
  const random = randomFrom(seed);
  const directory = await mkdtemp(join(tmpdir(), 'mailpane-kill-'));
  const result = { kills: 0, killsAtStart: 0, acknowledged: 0, unacknowledged: 0, files: 1 };
  let highest = 0;
  try {
    const writer = await buildWriter(directory);
    while (result.kills < kills) {
      const file = join(directory, `${result.files}.db`);
      const acknowledged = await runAndKill([writer, file, String(seed + result.kills)], random);
      result.kills++;
      if (acknowledged === undefined) result.killsAtStart++;
      const before = highest;
      highest = await check(file, Math.max(acknowledged ?? 0, before)).catch((error: unknown) => {
        throw new Error(`after kill ${result.kills} (seed ${seed})`, { cause: error });
      });
      result.acknowledged += Math.max(acknowledged ?? 0, before) - before;
      result.unacknowledged += highest - Math.max(acknowledged ?? 0, before);
      if (result.kills % 20 === 0) report?.(JSON.stringify(result));
      if (highest < ENTRIES_PER_FILE) continue;
      await rm(file);
      result.files++;
      highest = 0;
    }
    return result;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** One bundle with the wasm beside it, as in the product: it starts at once, so that kills hit writing, not loading. */
async function buildWriter(directory: string): Promise<string> {
  const outfile = join(directory, 'writer.js');
  const entry = join(__dirname, 'writer.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs' });
  const wasm = createRequire(__filename).resolve('sql.js/dist/sql-wasm.wasm');
  await copyFile(wasm, join(directory, 'sql-wasm.wasm'));
  return outfile;
}

/**
 * Kills the writer a moment after it acknowledged some entries (however slow the machine is, it got that far), or, in
 * one of five cases, at any moment of its start. Returns the last entry it acknowledged; undefined if it said nothing.
 */
async function runAndKill(args: string[], random: () => number): Promise<number | undefined> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const wanted = random() < 0.8 ? 1 + Math.floor(random() * LONGEST_LIFE) : 0;
  const written = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (completeLines(said).length > wanted) resolve(); // the first line is the greeting
    });
  });
  if (wanted > 0) await Promise.race([written, ended]);
  // Not at the moment of an acknowledgement, but anywhere in the work that follows.
  await sleep(random() * (wanted > 0 ? 20 : 300));
  child.kill('SIGKILL');
  const end = await ended;
  if (end !== 'SIGKILL') throw new Error(`the writer ended by itself: ${String(end)}`);
  const last = completeLines(said).at(-1);
  return last === undefined ? undefined : Number(last);
}

/** A last line without its end was cut by the kill. */
function completeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

async function check(file: string, acknowledged: number): Promise<number> {
  const database = await openDatabase(file, OPTIONS);
  try {
    return verify(database, acknowledged);
  } finally {
    database.close();
  }
}
