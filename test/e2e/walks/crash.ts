import assert from 'node:assert/strict';
import type { Method, Params, Result } from '../../../src/engine/api';
import { attachToEngine } from '../../../src/engine/host/attach';
import type { VsCodeServer } from '../../host/vscode-server';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { addAccountByDialogue } from '../add-account';
import { extensionHosts } from '../extension-hosts';
import { eventually, type Walk } from '../walk';

const count = 3000;

export const walk: Walk = {
  name: 'Killed in the middle of the first sync',
  async run({ workbench, server, step, atEnd }) {
    const jmap = await startEmbeddedJmap();
    atEnd(() => jmap.stop());
    jmap.account('alice').deliverAll(generatedMail(count, new Date()));
    const messages = workbench.messages();

    await step('the newest messages are there while the others still come', async () => {
      // Slow enough to be killed in the middle of it.
      const hurry = jmap.faults.always({ kind: 'delay', ms: 400, method: 'Email/get' });
      atEnd(hurry);
      await workbench.openMailView();
      await addAccountByDialogue(workbench, { url: jmap.url, user: 'alice@example.test', password: 'secret-alice' });
      await messages.rows().nth(10).waitFor();
      await workbench.screenshot('first-sync');
      assert.equal(await statusOf(server), 'backfilling');
    });

    await step('an action, then the extension host is killed', async () => {
      const newest = messages
        .rows()
        .filter({ hasText: `number ${count - 2}` })
        .first();
      await newest.click();
      await workbench.press('e');
      await newest.waitFor({ state: 'detached' });
      const [pid, ...others] = extensionHosts(server.pid);
      assert(pid !== undefined && others.length === 0, 'one extension host');
      process.kill(pid, 'SIGKILL');
      await eventually(() => extensionHosts(server.pid).includes(pid), false);
    });

    await step('after a reload everything is there: account, action, and the rest of the sync', async () => {
      jmap.faults.clear();
      await workbench.reload();
      await workbench.openMailView();
      await messages.rows().nth(10).waitFor();
      await eventually(() => jmap.account('alice').messages('archive').length > 0, true);
      await eventually(() => statusOf(server), 'idle', 60_000);
      await eventually(() => storedMessages(server), count);
    });
  },
};

/** Asks the engine as one more window does. */
async function ask<M extends Method>(server: VsCodeServer, method: M, params: Params<M>): Promise<Result<M> | null> {
  const served = await attachToEngine(
    { folder: server.globalStorage('mailpane.mailpane'), version: 'test' },
    () => undefined,
  );
  if (served === null) return null;
  try {
    return await served.connection.sendRequest<Result<M>>(method, params);
  } finally {
    await served.close();
  }
}

async function statusOf(server: VsCodeServer): Promise<string | undefined> {
  return (await ask(server, 'accounts/list', {}))?.[0]?.status.state;
}

async function storedMessages(server: VsCodeServer): Promise<number | undefined> {
  return (await ask(server, 'mailboxes/list', {}))?.reduce((sum, { total }) => sum + total, 0);
}
