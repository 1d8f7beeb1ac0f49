import { fork, type ForkOptions } from 'node:child_process';
import type { Changed, Method, Params, Result } from '../../src/engine/api';
import type { Program } from './build';
import type { FromWindow, ToWindow } from './window-messages';

export interface WindowProcess {
  readonly pid: number;
  readonly log: readonly string[];
  readonly changes: readonly Changed[];
  /** `starting`, `ready` or `failed`. */
  readonly state: string;
  /** Why it failed. */
  readonly reason: string | null;
  readonly ownsEngine: boolean;
  /** By what the process ended. */
  readonly exited: Promise<NodeJS.Signals | number | null>;
  /** Fails where the window's client does, or when the window is killed. */
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  onChanged(listener: (changed: Changed) => void): void;
  kill(): Promise<void>;
  freeze(): void;
  wake(): void;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly folder: string;
  readonly program: Program;
  /** Answers what the engine asks of SecretStorage. */
  readonly secret: string;
  readonly version?: string;
  readonly node?: Pick<ForkOptions, 'execArgv' | 'env'>;
}

export function openWindow({ folder, program, secret, version = '1.0.0', node }: OpenOptions): WindowProcess {
  const options = JSON.stringify({ folder, workerFile: program.workerFile, version });
  const child = fork(program.windowFile, [options, secret], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...node,
  });
  const exited = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  const log: string[] = [];
  const changes: Changed[] = [];
  const listeners = new Set<(changed: Changed) => void>();
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let isClosing = false;
  let [state, reason, lastId]: [string, string | null, number] = ['starting', null, 0];
  child.on('message', (message: FromWindow) => {
    if (message.type === 'log') log.push(message.line);
    else if (message.type === 'state') [state, reason] = [message.state, message.reason];
    else if (message.type === 'changed') {
      changes.push(message.changed);
      for (const listener of listeners) listener(message.changed);
    } else {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'answer') asked?.resolve(message.result);
      else if (isClosing) asked?.reject(new WindowGone());
      else asked?.reject(Object.assign(new Error(message.message), { reason: message.reason }));
    }
  });
  void exited.then(() => {
    for (const { reject } of waiting.values()) reject(new WindowGone());
  });
  const send = (message: ToWindow): void => {
    // One that was killed this moment takes nothing any more: `exited` answers what waits.
    if (child.connected) child.send(message, () => undefined);
  };
  const { pid } = child;
  if (pid === undefined) throw new Error('the window did not start');
  return {
    pid,
    log,
    changes,
    exited,
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get ownsEngine() {
      return state === 'ready' && log.at(-1) === 'Runs the engine for all windows.';
    },
    request: <M extends Method>(method: M, params: Params<M>) =>
      new Promise<Result<M>>((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: (result) => resolve(result as Result<M>), reject });
        if (child.connected) send({ type: 'request', id, method, params });
        else reject(new WindowGone());
      }),
    onChanged: (listener) => void listeners.add(listener),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    async close() {
      isClosing = true;
      send({ type: 'close' });
      await exited;
    },
  };
}

/** The window was killed or closed before its client answered. */
export class WindowGone extends Error {
  override readonly name = 'WindowGone';
}
