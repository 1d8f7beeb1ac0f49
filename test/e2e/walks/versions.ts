import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { repositoryRoot } from '../../host/repository';
import { startVsCodeServer } from '../../host/vscode-server';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { otherVersion } from '../../windows/build';
import { addAccountByDialogue } from '../add-account';
import { eventually, type Walk } from '../walk';
import { Workbench } from '../workbench';

export const walk: Walk = {
  name: 'Mailpane is updated while a window is open: the next window has the newer one, and the first steps back',
  async run({ server: { extensionsDir }, context, step, atEnd }) {
    const jmap = await startEmbeddedJmap();
    atEnd(() => jmap.stop());
    jmap.account('alice').deliverAll(generatedMail(20, new Date()));
    // A VS Code of its own: the update is for nobody else.
    const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-versions-'));
    atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    cpSync(extensionsDir, folder, { recursive: true });
    const server = await startVsCodeServer({ extensionsDir: folder });
    atEnd(() => server.stop());
    const first = await Workbench.open(server, context);
    const reload = first.statusBarItem('Reload for mail');

    await step('a window of the older version, with mail', async () => {
      await first.openMailView();
      await addAccountByDialogue(first, { url: jmap.url, user: 'alice@example.test', password: 'secret-alice' });
      await first.messages().rows().nth(8).waitFor();
    });

    await step('a window of the newer version takes over', async () => {
      await update(folder);
      const second = await Workbench.open(server, context);
      await second.openMailView();
      await second.messages().rows().nth(8).waitFor();
      await second.close();
      await first.page.bringToFront();
    });

    await step('the older one says so where its person looks: a notification, the list, the status bar', async () => {
      await first.notifications.toast(/A newer version of Mailpane runs in another window\. Reload/).waitFor();
      await reload.waitFor();
      const pane = first.page.locator('.sidebar .pane').nth(1);
      await pane.locator('.message', { hasText: 'A newer version of Mailpane runs in another window' }).waitFor();
      await first.messages().rows().nth(8).waitFor(); // what was read stays readable
      await first.screenshot('outdated');
    });

    await step('a key is answered, and nothing is done half', async () => {
      const flagged = () =>
        jmap
          .account('alice')
          .messages()
          .filter(({ keywords }) => keywords.includes('$flagged')).length;
      const before = flagged();
      await first.notifications.clear();
      await first.messages().rows().first().click();
      await first.press('s');
      await first.notifications.toast('A newer version of Mailpane runs in another window').waitFor();
      assert.equal(flagged(), before);
      await first.notifications.clear();
    });

    await step('the status bar offers the reload again, and after it all is well', async () => {
      await reload.click();
      await first.notifications.toast(/what you did in it is kept/).waitFor();
      await first.screenshot('outdated-asked');
      await Promise.all([
        first.page.waitForEvent('load', { timeout: 30_000 }),
        first.notifications.press(/what you did in it is kept/, 'Reload Window').catch(() => undefined),
      ]);
      await first.messages().rows().nth(8).waitFor();
      await eventually(() => reload.count(), 0);
    });
  },
};

/** As an update does: the files are other ones, and a window that is open keeps what it has loaded. */
async function update(extensions: string): Promise<void> {
  const installed = readdirSync(extensions).find((name) => name.startsWith('mailpane.mailpane-'));
  assert(installed !== undefined);
  await build({
    entryPoints: {
      extension: path.join(repositoryRoot, 'src/extension.ts'),
      engine: path.join(repositoryRoot, 'src/engine/worker.ts'),
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    outdir: path.join(extensions, installed, 'dist'),
    plugins: [otherVersion({ apiVersion: 1000 })],
  });
}
