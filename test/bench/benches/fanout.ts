import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { generateRandomPipeName } from 'vscode-jsonrpc/node';
import { EngineClient } from '../../../src/engine/host/mail-client';
import type { MessagePage } from '../../../src/engine/api';
import { openStage, until } from '../../windows/stage';
import { percentile, rounded, type Bench } from '../bench';

const actions = 200;
const messages = 200;

export const bench: Bench = {
  name: 'fanout',
  description: `ms from an action in one window until another has been told and has read its list again, p50 of ${actions}; against a bare round trip over a socket.`,
  async run({ log }) {
    const stage = await openStage({ windows: 1, messages });
    const window = (): EngineClient =>
      new EngineClient({
        folder: path.join(stage.folder, 'storage'),
        workerFile: stage.program.workerFile,
        version: 'bench',
        trace: log,
      });
    const [here, there] = [window(), window()];
    try {
      await until('both are attached', () => here.state.state === 'ready' && there.state.state === 'ready');
      const times = await actInOneWindow(here, there);
      const reference = percentile(await roundTrips(), 0.5);
      const p50 = percentile(times, 0.5);
      return {
        name: 'fanout',
        ours: rounded(p50, 1),
        reference: rounded(reference),
        ratio: rounded(p50 / reference, 1),
        unit: 'ms from an action to another window’s list',
        p95: rounded(percentile(times, 0.95), 1),
        max: rounded(Math.max(...times), 1),
        actions,
        messages,
      };
    } finally {
      await Promise.all([here.close(), there.close()]);
      await stage.end();
    }
  },
};

const listOf = (client: EngineClient): Promise<MessagePage> =>
  client.request('messages/list', { source: 'inboxes', limit: 100, after: null });

/** The other window does what a view does: it asks again when it is told, until what was done shows. */
async function actInOneWindow(here: EngineClient, there: EngineClient): Promise<readonly number[]> {
  const { rows } = await listOf(here);
  const times: number[] = [];
  for (let count = 0; count < actions; count++) {
    const row = rows[count % rows.length];
    if (row === undefined) throw new Error('there are no messages');
    const on = count < rows.length;
    const start = performance.now();
    const shows = new Promise<void>((resolve, reject) => {
      const listener = there.onChanged(() => {
        listOf(there).then((page) => {
          const now = page.rows.find(({ emailId }) => emailId === row.emailId);
          if (now?.keywords.includes('$flagged') !== on) return;
          listener.dispose();
          resolve();
        }, reject);
      });
    });
    const target = { emailId: row.emailId, mailboxId: row.mailboxId };
    await here.request('actions/apply', { action: { type: 'keyword', keyword: '$flagged', on }, targets: [target] });
    await shows;
    times.push(performance.now() - start);
  }
  return times;
}

/** ms of one octet to another process and back, over the same kind of socket. */
async function roundTrips(): Promise<readonly number[]> {
  const pipe = generateRandomPipeName();
  const echo = `require('net').createServer((s) => s.pipe(s)).listen(process.argv[1], () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', echo, pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    const socket = connect(pipe);
    await once(socket, 'connect');
    const times: number[] = [];
    for (let count = 0; count < 500; count++) {
      const start = performance.now();
      socket.write('x');
      await once(socket, 'data');
      times.push(performance.now() - start);
    }
    socket.destroy();
    return times;
  } finally {
    child.kill('SIGKILL');
  }
}
