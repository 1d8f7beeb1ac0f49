import assert from 'node:assert/strict';
import path from 'node:path';
import { sightLock } from '../../../src/engine/lock/lock-file';
import { percentile, rounded } from '../../bench/bench';
import { secret, startCountingServer, subjectOf } from '../../windows/mail-server';
import { addAccountByDialogue } from '../add-account';
import { extensionHosts } from '../extension-hosts';
import { eventually, ForGood, type Walk } from '../walk';
import { Workbench } from '../workbench';

/** `MAILPANE_WINDOWS="5 50 10" npm run test:e2e -- windows`: windows, kills, stops. */
const [windowCount = 2, kills = 4, stops = 2] = (process.env.MAILPANE_WINDOWS ?? '')
  .split(' ')
  .filter(Boolean)
  .map(Number);

/** ms after the blow. */
interface Times {
  /** Another window runs the engine and says where it listens. */
  readonly owner: number;
  /** What was done in another window just after the blow shows there. */
  readonly shown: number;
}

interface Window {
  readonly workbench: Workbench;
  /** Of its extension host. */
  pid: number;
}

export const walk: Walk = {
  name: `The window that runs the engine is killed and frozen, ${windowCount} windows`,
  async run({ workbench, server, context, step, atEnd }) {
    const jmap = await startCountingServer(kills + stops + 5);
    atEnd(() => jmap.stop());
    const file = path.join(server.globalStorage('mailpane.mailpane'), 'mail.db');
    const windows: Window[] = [];
    const times = { kill: [] as Times[], stop: [] as Times[] };
    let next = 0;

    /** The extension host that is there since `before`. */
    const newHost = async (before: readonly number[]): Promise<number> => {
      const fresh = () => extensionHosts(server.pid).filter((pid) => !before.includes(pid));
      await eventually(() => fresh().length, 1, 30_000);
      return fresh()[0] ?? 0;
    };
    const row = (window: Window, n: number) =>
      window.workbench
        .messages()
        .rows()

        .filter({ hasText: `${subjectOf(n)} ·` })
        .first();
    /** The one window whose extension host has the lock and gave its address. */
    const ownerNow = async (): Promise<Window> => {
      const living = () => windows.map(({ pid }) => pid);
      await eventually(async () => {
        const owner = (await sightLock(file))?.owner;
        return owner?.note !== null && living().includes(owner?.pid ?? 0);
      }, true);
      const pid = (await sightLock(file))?.owner?.pid;
      const owner = windows.find((window) => window.pid === pid);
      assert(owner, 'the owner is one of the windows');
      return owner;
    };
    const ownerAfter = async (pid: number): Promise<void> => {
      for (;;) {
        const owner = (await sightLock(file))?.owner;
        if (owner?.pid !== pid && owner?.note !== null && owner?.note !== undefined) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    /** Archives a message in a window that is not the owner's, just after the owner was hit. */
    const archiveDuring = async (owner: Window, signal: NodeJS.Signals): Promise<Times> => {
      const n = next++;
      const others = windows.filter((window) => window !== owner);
      const actor = others[n % others.length];
      assert(actor, 'there is another window');
      // Its button, not its key: a key goes where the focus is, which a window that was just reloaded may still move.
      await row(actor, n).hover();
      const archive = row(actor, n).locator('.action-label[aria-label^="Archive"]');
      await archive.waitFor();
      const began = performance.now();
      process.kill(owner.pid, signal);
      const nextOwner = ownerAfter(owner.pid).then(() => performance.now() - began);
      await archive.click();
      await row(actor, n).waitFor({ state: 'detached' });
      const shown = performance.now() - began;
      const archived = () =>
        jmap
          .account('alice')
          .messages('archive')
          .some(({ raw }) => raw().includes(`Subject: ${subjectOf(n)}\r\n`));
      await eventually(archived, true);
      for (const other of others) await row(other, n).waitFor({ state: 'detached' });
      const moves = jmap.updates.get(subjectOf(n))?.moved;
      if (moves !== 1) throw new ForGood(`It was moved ${moves} times.`);
      assert.notEqual((await ownerNow()).pid, owner.pid);
      return { owner: await nextOwner, shown };
    };

    await step(`${windowCount} windows show the same`, async () => {
      windows.push({ workbench, pid: await newHost([]) });
      await workbench.openMailView();
      await addAccountByDialogue(workbench, { url: jmap.url, user: 'alice@example.test', password: secret });
      while (windows.length < windowCount) {
        const before = extensionHosts(server.pid);
        const opened = await Workbench.open(server, context);
        windows.push({ workbench: opened, pid: await newHost(before) });
        await opened.openMailView();
      }
      for (const window of windows) await row(window, 0).waitFor();
    });

    for (let count = 1; count <= kills; count++) {
      await step(`killed, ${count}`, async () => {
        const owner = await ownerNow();
        times.kill.push(await archiveDuring(owner, 'SIGKILL'));
        await eventually(() => extensionHosts(server.pid).includes(owner.pid), false);
        const before = extensionHosts(server.pid);
        await owner.workbench.reload();
        owner.pid = await newHost(before);
        await owner.workbench.openMailView();
        await row(owner, next).waitFor();
        await row(owner, next - 1).waitFor({ state: 'detached' });
      });
    }

    for (let count = 1; count <= stops; count++) {
      await step(`frozen and woken, ${count}`, async () => {
        const owner = await ownerNow();
        try {
          times.stop.push(await archiveDuring(owner, 'SIGSTOP'));
        } finally {
          process.kill(owner.pid, 'SIGCONT');
        }
        // It shows what the new owner did.
        await row(owner, next - 1).waitFor({ state: 'detached' });
        assert.notEqual((await ownerNow()).pid, owner.pid);
      });
    }

    for (const [what, all] of Object.entries(times)) {
      const words = (ms: readonly number[]) =>
        `p50 ${rounded(percentile(ms, 0.5), 0)}, max ${rounded(Math.max(...ms), 0)}`;
      console.log(
        `         ${what}: ${all.length} times; ms until there is a new owner: ${words(all.map(({ owner }) => owner))}; ` +
          `until an action in another window shows: ${words(all.map(({ shown }) => shown))}`,
      );
    }
  },
};
