import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { addAccountByDialogue } from '../add-account';
import { eventually, type Walk } from '../walk';

const user = 'alice@example.test';

export const walk: Walk = {
  name: 'What shows when there is nothing, and when something is wrong',
  async run({ workbench, step, atEnd }) {
    const jmap = await startEmbeddedJmap();
    atEnd(() => jmap.stop());
    const alice = jmap.account('alice');
    const { page } = workbench;
    const messages = workbench.messages();
    const syncNow = () => workbench.runCommand('Mail: Sync Now');

    await step('an account without mail has an empty inbox', async () => {
      await workbench.openMailView();
      await addAccountByDialogue(workbench, { url: jmap.url, user, password: 'secret-alice' });
      await workbench.mailboxes().row('Inbox').waitFor();
      await eventually(() => messages.welcome(), 'No messages here.');
      await workbench.screenshot('empty-mailbox');
    });

    await step('new mail comes by push, and the badge and the status bar count it', async () => {
      alice.deliverAll(generatedMail(30, new Date()));
      await messages.rows().nth(8).waitFor();
      await eventually(() => workbench.badge('Mail'), '15');
      await workbench.statusBarItem('15 unread').waitFor();
    });

    await step(
      'offline: the status bar says so, an action shows at once and is sent when the server is back',
      async () => {
        const online = jmap.faults.always({ kind: 'reset' });
        jmap.push.drop();
        await workbench.statusBarItem('Offline').waitFor();
        const newest = messages.rows().filter({ hasText: 'number 29' }).first();
        await newest.click();
        await workbench.press('e');
        await newest.waitFor({ state: 'detached' });
        await workbench.screenshot('offline');
        online();
        await syncNow();
        await eventually(() => alice.messages('archive').length > 0, true);
        await workbench.statusBarItem('Offline').waitFor({ state: 'detached' });
        // The message below, which came into the reader while its body could not be had.
        await workbench.reader().getByText('said the').first().waitFor();
      },
    );

    await step('what the server refuses is told, and not lost', async () => {
      jmap.faults.next({ kind: 'setErrors', method: 'Email/set', error: { type: 'forbidden' } });
      await messages.rows().first().click();
      await workbench.press('s');
      await workbench.statusBarItem(/1 change failed/).waitFor();
      await workbench.screenshot('change-failed');
    });

    await step('signed out: status bar and a notification say so, and signing in mends it', async () => {
      const accepted = jmap.faults.always({ kind: 'status', status: 401 });
      jmap.push.drop();
      await syncNow();
      await workbench.notifications.toast(/signed out/).waitFor();
      await workbench.statusBarItem(/Sign in needed/).waitFor();
      await workbench.screenshot('signed-out');
      accepted();
      await workbench.notifications.press(/signed out/, 'Sign In');
      await workbench.quickInput.enterAfter('Password of', 'secret-alice');
      await workbench.statusBarItem(/Sign in needed/).waitFor({ state: 'detached' });
    });

    await step('the sync log tells all of it, without a password', async () => {
      await workbench.runCommand('Mail: Show Sync Log');
      await page.locator('.monaco-editor', { hasText: 'Connected.' }).waitFor();
      await workbench.screenshot('sync-log');
      const text = await page.locator('.monaco-editor').first().innerText();
      if (text.includes('secret-alice')) throw new Error('the sync log has the password');
    });
  },
};
