/** Runs in the extension host, started by benches/activate.ts: writes what it measured to MAILPANE_BENCH_RESULT. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { activeExtension, eventually } from '../../vscode/support/mailpane';
import { openOtherWindow } from '../../vscode/support/other-window';

/** ms; a block shows as at least its own length in the delay of the next turn. */
const resolution = 5;

describe('activation and the first sync', () => {
  it('measures', async () => {
    const { MAILPANE_BENCH_RESULT: result, MAILPANE_BENCH_ACCOUNT: account, MAILPANE_BENCH_COUNT: count } = process.env;
    assert(result && account && count);
    const { exports } = await activeExtension();
    const activation = await readActivationTimes();
    const other = await openOtherWindow();
    // A workbench that has just started is still at work by itself.
    await new Promise((resolve) => setTimeout(resolve, 5000));

    const started = performance.now();
    const syncing = await longestBlock(async () => {
      const accountId = await exports.addAccount(JSON.parse(account) as Parameters<typeof exports.addAccount>[0]);
      await vscode.commands.executeCommand('mailpane.openInbox');
      await eventually(
        async () => {
          const { accounts } = await other.request('overview', {});
          const { total } = await other.mailbox(accountId, 'inbox');
          return { state: accounts[0]?.status.state, total };
        },
        (now) => assert.deepEqual(now, { state: 'idle', total: Number(count) }),
        240_000,
      );
    });
    const syncMs = performance.now() - started;
    const idle = await longestBlock(() => new Promise((resolve) => setTimeout(resolve, Math.min(syncMs, 30_000))));
    await other.close();
    writeFileSync(result, JSON.stringify({ ...activation, syncMs, syncing, idle }));
  }).timeout(300_000);
});

/** The longest time in ms for which this thread did nothing else, beyond the timer's own resolution. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  await work();
  delays.disable();
  return Math.max(0, delays.max / 1e6 - resolution);
}

/** From VS Code's own page "Startup Performance": ms for loading the bundle and for activate(). */
async function readActivationTimes(): Promise<{ loadMs: number; activateMs: number }> {
  await vscode.commands.executeCommand('perfview.show');
  const row = await eventually(
    () =>
      vscode.workspace.textDocuments
        .map((document) => /^.*mailpane\.mailpane.*$/m.exec(document.getText())?.[0])
        .find(Boolean),
    (found) => assert(found, 'the page of the performance has a line for the extension'),
  );
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const [loadMs, activateMs] = (row ?? '')
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => /^\d+$/.test(cell))
    .map(Number);
  assert(loadMs !== undefined && activateMs !== undefined, `times in: ${row}`);
  return { loadMs, activateMs };
}
