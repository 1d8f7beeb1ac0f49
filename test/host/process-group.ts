import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Programs that start children of their own (VS Code's server starts extension hosts), so that stopping one means its whole
 * process group. Groups still running are killed when this process exits, for whatever reason but SIGKILL.
 */
export type ProcessGroup = {
  readonly pid: number;
  /** Everything the group printed so far, standard output and error in order of arrival. */
  readonly log: () => string;
  readonly exited: Promise<number | null>;
  /** SIGTERM, then SIGKILL to what is left after `graceMs`. Resolves when the leader is gone; safe to call twice. */
  readonly stop: (graceMs?: number) => Promise<void>;
};

const running = new Set<number>();
let cleaningUp = false;

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone already, which is what we want.
  }
}

/** A detached group does not get the terminal's Ctrl-C, so it has to be ended by hand however this process ends. */
function cleanUpOnExit(): void {
  if (cleaningUp) return;
  cleaningUp = true;
  process.on('exit', () => {
    for (const pid of running) killGroup(pid, 'SIGKILL');
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      // Another listener (the demo's, a test runner's) may stop things in good order; only a lone one must exit by itself.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

export function startProcessGroup(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): ProcessGroup {
  cleanUpOnExit();
  const child: ChildProcess = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  running.add(pid);
  let log = '';
  const append = (chunk: Buffer) => void (log += chunk.toString());
  child.stdout?.on('data', append);
  child.stderr?.on('data', append);
  const exited = once(child, 'exit').then(([code]) => code as number | null);

  let stopping: Promise<void> | undefined;
  const stop = (graceMs = 3000) =>
    (stopping ??= (async () => {
      killGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
      // The leader may go before its children do.
      killGroup(pid, 'SIGKILL');
      running.delete(pid);
    })());
  return { pid, log: () => log, exited, stop };
}
