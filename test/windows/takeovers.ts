import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageRow } from '../../src/model/email';
import { WindowGone, type WindowProcess } from './open-window';
import { flag, ownerOf, rowsOf, until, type Stage } from './stage';

/** What happens to the window that runs the engine. */
export type Blow = 'kill' | 'freeze' | 'close';

export interface Takeover {
  readonly blow: Blow;
  /** ms from the blow until another window answered what was asked of it after the blow. */
  readonly ms: number;
}

/** A person at work in all windows that do not run the engine: flags one message after another, each once. */
class Hammer {
  /** Messages whose flagging was acknowledged. */
  readonly done: MessageRow[] = [];
  readonly #left: MessageRow[];
  readonly #workers = new Map<WindowProcess, Promise<void>>();
  #stopped = false;
  #failure: Error | null = null;

  constructor(rows: readonly MessageRow[]) {
    this.#left = [...rows];
  }

  workIn(window: WindowProcess): void {
    if (!this.#workers.has(window)) this.#workers.set(window, this.#work(window));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers.values());
    if (this.#failure !== null) throw this.#failure;
  }

  async #work(window: WindowProcess): Promise<void> {
    while (!this.#stopped) {
      const row = this.#left.pop();
      if (row === undefined) return;
      try {
        const { changed } = await flag(window, row);
        if (changed !== 1) throw new Error(`${changed} messages were changed, not one`);
        this.done.push(row);
      } catch (error) {
        // Killed with its request on the way: whether it was done is not known, and nobody was told that it was.
        if (!(error instanceof WindowGone)) this.#failure ??= error instanceof Error ? error : new Error(String(error));
        return;
      }
      await sleep(40);
    }
  }
}

/**
 * Hits the owner again and again while the other windows work, and checks each time that there is one owner again, and
 * in the end that every acknowledged action is there, on the server too, and was done once.
 */
export async function takeOvers(stage: Stage, blows: readonly Blow[]): Promise<readonly Takeover[]> {
  const { windows } = stage;
  const first = windows[0];
  if (first === undefined) throw new Error('no window is open');
  const hammer = new Hammer(await rowsOf(first));
  const takeovers: Takeover[] = [];
  for (const blow of blows) {
    await until('there is an owner', () => ownerOf(stage) !== undefined);
    const owner = ownerOf(stage);
    if (owner === undefined) continue;
    windows.splice(windows.indexOf(owner), 1);
    for (const window of windows) hammer.workIn(window);
    await sleep(Math.random() * 200);
    const began = performance.now();
    if (blow === 'kill') void owner.kill();
    else if (blow === 'freeze') owner.freeze();
    else void owner.close();
    await Promise.any(windows.map((window) => window.request('overview', {})));
    takeovers.push({ blow, ms: performance.now() - began });
    await until('all other windows are served', () => windows.every(({ state }) => state === 'ready'));
    await until('there is one owner', () => ownerOf(stage) !== undefined);
    if (blow === 'freeze') {
      owner.wake();
      await until('the frozen one sees that it is none', () => owner.log.at(-1)?.startsWith('Attached') === true);
      windows.push(owner);
    } else {
      await owner.kill();
      const opened = stage.open();
      await until('the new window is served', () => opened.state === 'ready');
    }
    ownerOf(stage);
  }
  await hammer.stop();
  await checkActions(stage, hammer.done);
  return takeovers;
}

async function checkActions(stage: Stage, done: readonly MessageRow[]): Promise<void> {
  const [window] = stage.windows;
  if (window === undefined || done.length === 0) throw new Error('nothing was done');
  await until('nothing waits', async () => (await window.request('overview', {})).pending === 0);
  const { failed } = await window.request('overview', {});
  if (failed > 0) throw new Error(`${failed} changes failed`);
  const shown = new Set(
    (await rowsOf(window)).filter(({ keywords }) => keywords.includes('$flagged')).map((row) => row.subject),
  );
  for (const { subject } of done) {
    if (!shown.has(subject)) throw new Error(`${subject} was flagged, and is not any more`);
    const flagged = stage.server.updates.get(subject)?.flagged;
    if (flagged !== 1) throw new Error(`${subject} was flagged ${flagged} times on the server`);
  }
  const history = await window.request('actions/history', {});
  const mostKept = 100;
  if (done.length < mostKept && new Set(history.map(({ undoId }) => undoId)).size < done.length)
    throw new Error('an action is missing in the history');
}
