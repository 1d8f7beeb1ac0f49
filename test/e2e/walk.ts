import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchBrowser, type TestBrowser, type TestContext } from '../host/browser';
import { startVsCodeServer, type VsCodeServer } from '../host/vscode-server';
import { Workbench } from './workbench';

/** A way through the product, step by step; each step stands on the ones before it, so the first that fails ends the walk. */
export interface Walk {
  readonly name: string;
  run(stage: Stage): Promise<void>;
}

/** Where a walk takes place: a VS Code of its own with the packaged extension, and a browser that is its window. */
export interface Stage {
  readonly server: VsCodeServer;
  readonly context: TestContext;
  readonly workbench: Workbench;
  /** Runs one step; it counts as one test. */
  readonly step: (name: string, run: () => Promise<void>) => Promise<void>;
  /** Ends something when the walk ends, however it ends; the last that was added goes first. */
  readonly atEnd: (end: () => Promise<void> | void) => void;
}

export interface Tally {
  passed: number;
  failed: number;
  /** It failed by a ForGood. */
  isForGood: boolean;
}

/** What no second try excuses, however slow the machine is (S40). */
export class ForGood extends Error {
  override readonly name = 'ForGood';
}

const stepTimeoutMs = 90_000;

class StepFailed extends Error {}

export async function perform(walk: Walk, extensionsDir: string): Promise<Tally> {
  console.log(`\n${walk.name}`);
  const tally: Tally = { passed: 0, failed: 0, isForGood: false };
  const ends: (() => Promise<void> | void)[] = [];
  // A workspace of its own: VS Code remembers there which view shows.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-walk-'));
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  ends.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  let workbench: Workbench | undefined;
  try {
    const server = await startVsCodeServer({ extensionsDir });
    ends.push(() => server.stop());
    const browser: TestBrowser = await launchBrowser();
    ends.push(() => browser.close());
    const context = await browser.newContext();
    const opened = (workbench = await Workbench.open(server, context, workspace));
    await walk.run({
      server,
      context,
      workbench: opened,
      atEnd: (end) => void ends.push(end),
      step: (name, run) => runStep(name, run, tally, opened, server),
    });
  } catch (error) {
    // What fails between the steps fails the walk as well.
    if (!(error instanceof StepFailed)) {
      tally.failed++;
      console.log(`  FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await workbench?.screenshot(`failed-${fileName(walk.name)}`);
    }
  } finally {
    for (const end of ends.reverse()) await end();
  }
  return tally;
}

async function runStep(
  name: string,
  run: () => Promise<void>,
  tally: Tally,
  workbench: Workbench,
  server: VsCodeServer,
): Promise<void> {
  const started = performance.now();
  try {
    await withTimeout(run());
    tally.passed++;
    console.log(`  ok     ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    tally.failed++;
    tally.isForGood ||= error instanceof ForGood;
    console.log(`  FAILED ${name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const picture = await workbench.screenshot(`failed-${fileName(name)}`).catch(() => 'no picture');
    const toasts = await workbench.notifications.texts().catch(() => []);
    console.log(`         ${picture}${toasts.length > 0 ? `; it says: ${toasts.join(' | ')}` : ''}`);
    console.log(lastLines(server, 25));
    throw new StepFailed();
  }
}

/** The end of Mailpane's own log, of the window that was opened last. */
function lastLines(server: VsCodeServer, count: number): string {
  const logs = path.join(server.userDataDir, 'data/logs');
  const file = readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((name) => /Mailpane[^/]*\.log$/.test(name))
    .map((name) => path.join(logs, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .at(-1);
  if (file === undefined) return '         no log';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${stepTimeoutMs / 1000} s`)), stepTimeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function fileName(text: string): string {
  return text.replace(/\W+/g, '-').toLowerCase().slice(0, 60);
}

/** Reads until it is as expected; the last difference is the error. */
export async function eventually<T>(read: () => Promise<T> | T, expected: T, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      assert.deepEqual(await read(), expected);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
