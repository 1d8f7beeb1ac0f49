import assert from 'node:assert/strict';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { addAccountByDialogue } from '../add-account';
import { eventually, type Walk } from '../walk';

const user = 'alice@example.test';

export const walk: Walk = {
  name: 'What to do when something looks wrong: the sync log, a bug report, check and repair',
  async run({ workbench, step, atEnd }) {
    const jmap = await startEmbeddedJmap();
    atEnd(() => jmap.stop());
    const alice = jmap.account('alice');
    const { quickInput, notifications, page } = workbench;
    const text = async (): Promise<string> =>
      (await page.locator('.monaco-editor .view-line:visible').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    const shows = (pattern: RegExp): Promise<void> => eventually(async () => pattern.test(await text()), true);

    await step('a server that keeps a change to itself leaves the list wrong', async () => {
      await workbench.openMailView();
      alice.deliverAll(generatedMail(30, new Date()));
      await addAccountByDialogue(workbench, { url: jmap.url, user, password: 'secret-alice' });
      await workbench.messages().rows().nth(8).waitFor();
      await workbench.statusBarItem('15 unread').waitFor();
      const told = jmap.faults.always({
        kind: 'mutate',
        method: 'Email/changes',
        change: (answer) => ({ ...answer, created: [], updated: [], destroyed: [] }),
      });
      for (const { id } of alice.messages('inbox')) alice.setKeywords(id, ['$seen']);
      jmap.stats.reset();
      await workbench.runCommand('Mail: Sync Now');
      await eventually(() => jmap.stats.httpRequests > 0, true);
      await workbench.page.waitForTimeout(1000);
      told();
      await workbench.statusBarItem('15 unread').waitFor();
    });

    await step('Check and Repair finds it, mends it, and says so', async () => {
      await workbench.runCommand('Mail: Check and Repair…');
      await notifications.toast('Found wrong: 15. All of it is mended.').waitFor();
      await shows(/15 messages with other flags than on the server: corrected\./);
      assert.deepEqual(await workbench.editorTabs(), ['Check and Repair.md']);
      await workbench.screenshot('check-and-repair');
      await workbench.statusBarItem('0').waitFor();
      await notifications.clear();
    });

    await step('once more, it has nothing to say', async () => {
      await workbench.runCommand('Mail: Check and Repair…');
      await shows(/^Nothing was wrong\.$/m);
      await eventually(() => notifications.texts(), []);
    });

    await step('the sync log is filtered, each filter in a document of its own', async () => {
      await workbench.runCommand('Mail: Show Sync Log');
      await shows(/Connected\./);
      await page.getByRole('button', { name: 'Filter Sync Log' }).first().click();
      await quickInput.items('Filter Sync Log');
      await workbench.screenshot('sync-log-filter');
      await quickInput.check('Warnings');
      await quickInput.check('Errors');
      await page.keyboard.press('Enter');
      await eventually(
        () => workbench.editorTabs(),
        ['Check and Repair.md', 'Mailpane Sync Log.log', 'Mailpane Sync Log – Errors – Warnings.log'],
      );
      await eventually(async () => /Connected\.|Nothing new/.test(await text()), false);
      await shows(/Checked: 15 found wrong, 15 of them mended\./);
      await workbench.screenshot('sync-log-filtered');
    });

    await step('a bug report is copied, which names nobody', async () => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy as Bug Report' }).first().click();
      await notifications.toast('Copied.').waitFor();
      const report = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(report, /Account 1: JMAP, idle, 6 mailboxes, 30 messages/);
      assert.match(report, /Checked: 15 found wrong, 15 of them mended\. {2}keywords-different=15/);
      assert.doesNotMatch(report, /alice|example|127\.0\.0\.1|secret/i);
      await notifications.clear();
    });
  },
};
