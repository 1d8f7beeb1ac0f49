import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageRow } from '../../src/model/email';
import { buildProgram, type Program } from './build';
import { secret, startCountingServer, subjectOf, type CountingServer } from './mail-server';
import { openWindow, type WindowProcess } from './open-window';

/** Windows over one folder, and the server of their one account. */
export interface Stage {
  readonly server: CountingServer;
  readonly folder: string;
  readonly program: Program;
  /** Those that are open; a killed one is replaced by `open`. */
  readonly windows: WindowProcess[];
  open(): WindowProcess;
  end(): Promise<void>;
}

/** All windows are served, and all messages are here. */
export async function openStage({ windows, messages }: { windows: number; messages: number }): Promise<Stage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-windows-'));
  const server = await startCountingServer(messages);
  const program = await buildProgram(path.join(folder, 'program'));
  const stage: Stage = {
    server,
    folder,
    program,
    windows: [],
    open() {
      const opened = openWindow({ folder: path.join(folder, 'storage'), program, secret });
      stage.windows.push(opened);
      return opened;
    },
    async end() {
      for (const window of stage.windows) window.wake();
      await Promise.all(stage.windows.map((window) => window.kill()));
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  const first = stage.open();
  await first.request('accounts/add', {
    name: 'Alice',
    email: 'alice@example.test',
    settings: {
      protocol: 'jmap',
      sessionUrl: `${server.url}/.well-known/jmap`,
      auth: 'basic',
      username: 'alice@example.test',
    },
    secret,
  });
  await until('all messages are here', async () => (await rowsOf(first)).length === messages);
  while (stage.windows.length < windows) stage.open();
  await until('all windows are served', () => stage.windows.every(({ state }) => state === 'ready'));
  return stage;
}

export async function rowsOf(window: WindowProcess): Promise<readonly MessageRow[]> {
  return (await window.request('messages/list', { source: 'inboxes', limit: 500, after: null })).rows;
}

export async function rowOf(window: WindowProcess, n: number): Promise<MessageRow> {
  const row = (await rowsOf(window)).find(({ subject }) => subject === subjectOf(n));
  if (row === undefined) throw new Error(`${subjectOf(n)} is not in the list`);
  return row;
}

export function flag(window: WindowProcess, { emailId, mailboxId }: Pick<MessageRow, 'emailId' | 'mailboxId'>) {
  return window.request('actions/apply', {
    action: { type: 'keyword', keyword: '$flagged', on: true },
    targets: [{ emailId, mailboxId }],
  });
}

/** The one that runs the engine; throws where there are two. */
export function ownerOf({ windows }: Stage): WindowProcess | undefined {
  const [owner, second] = windows.filter(({ ownsEngine }) => ownsEngine);
  if (second !== undefined) throw new Error('two windows run the engine');
  return owner;
}

export async function until(what: string, ask: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await sleep(10);
  }
}
