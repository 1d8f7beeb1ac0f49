import assert from 'node:assert/strict';
import { startCyrus } from '../../servers/cyrus';
import { connectJmap } from '../../servers/raw-jmap';
import { addAccountTitle } from '../add-account';
import { importMail, mailOnServer, type Sample } from '../sample-mail';
import { eventually, type Walk } from '../walk';
import { colorThemes, type ColorTheme } from '../workbench';

const newsletter = `<html><body style="font-family: Georgia, serif; background: #fff; color: #222">
<h1 style="color: #a33">The Teapot Weekly</h1>
<p>Steep <b>four</b> minutes. <a href="https://teapots.example/steep">How to steep</a></p>
<p><img src="https://tracker.example/pixel.png" width="1" height="1" alt="">
<img src="https://images.example/pot.jpg" width="300" height="120" alt="A teapot"></p>
</body></html>`;

const samples: readonly Sample[] = [
  ...['by drag', 'by key'].map((how) => ({ subject: `Move ${how}`, body: `This one is moved ${how}.` })),
  { subject: 'Throw away', body: 'Nobody needs this.' },
  { subject: 'Keep unread', body: 'To be read later.' },
  { subject: 'Remember this', body: 'A star, please.' },
  { subject: 'File away', body: 'For the archive.' },
  { subject: 'Teapot weekly', type: 'text/html', body: newsletter },
  { subject: 'Plain words', body: 'Dear Alice,\n\nhttps://example.org/read-me is worth a look.\n\n> quoted\n\nAda' },
];

export const walk: Walk = {
  name: 'From an empty VS Code to a tidy inbox on Cyrus',
  async run({ workbench, context, step, atEnd }) {
    const cyrus = await startCyrus();
    atEnd(() => cyrus.stop());
    const { email, password } = cyrus.users.alice;
    const raw = await connectJmap({ url: cyrus.jmapUrl, user: email, password });
    await raw.call('Mailbox/set', { create: { p: { name: 'Projects' } } });
    await importMail(raw, samples);

    const { quickInput, page } = workbench;
    const [messages, mailboxes] = [workbench.messages(), workbench.mailboxes()];
    const fileOf = (subject: string) => mailOnServer(raw).then((mail) => mail[subject]);

    await step('an empty VS Code offers to add an account', async () => {
      await workbench.openMailView();
      await page.locator('.sidebar').getByRole('button', { name: 'Add Account' }).waitFor();
      await workbench.screenshot('welcome');
    });

    await step('the dialogue says what is wrong with a password, and adds the account by keyboard', async () => {
      await page.locator('.sidebar').getByRole('button', { name: 'Add Account' }).click();
      await quickInput.enter(cyrus.jmapUrl, addAccountTitle);
      await quickInput.acceptFirst('127.0.0.1');
      await quickInput.acceptFirst('User name and password');
      await quickInput.enterAfter('User name at', email);
      await quickInput.enterAfter('Password of', 'wrong');
      await quickInput.waitForText('did not accept');
      await workbench.screenshot('wrong-password');
      await quickInput.enter(password);
      await quickInput.waitForText('Name of the account');
      await workbench.press('Enter');
      await messages.row(/Ada Writer/).waitFor();
    });

    await step('mailboxes with their unread counts, messages newest first', async () => {
      await eventually(() => mailboxes.description('Inbox'), String(samples.length));
      for (const name of ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash', 'Projects'])
        await mailboxes.row(name).waitFor();
      await eventually(
        async () => (await messages.descriptions()).map((text) => subjectOf(text)),
        samples.map(({ subject }) => subject).reverse(),
      );
      await workbench.statusBarItem(/8 unread/).waitFor();
    });

    const row = (subject: string) => messages.rows().filter({ hasText: subject }).first();

    await step('a plain message opens in the reader, and is read a moment later', async () => {
      await row('Plain words').click();
      await workbench.reader().getByText('Dear Alice,').first().waitFor();
      assert.deepEqual(await workbench.editorTabs(), ['Plain words']);
      await eventually(() => fileOf('Plain words'), 'Inbox $seen');
      await workbench.screenshot('reader-plain');
    });

    await step('an HTML message shows, its remote images do not, and no request leaves the machine', async () => {
      await row('Teapot weekly').click();
      await workbench.mailBody().getByText('The Teapot Weekly').waitFor();
      await workbench.reader().getByRole('button', { name: /image/i }).first().waitFor();
      await eventually(() => fileOf('Teapot weekly'), 'Inbox $seen');
      await workbench.screenshot('reader-html');
      assert.deepEqual(context.remoteRequests(), []);
    });

    await step('e archives, and the reader goes on to the next message', async () => {
      await row('File away').click();
      await workbench.reader().getByText('For the archive.').first().waitFor();
      await workbench.press('e');
      await row('File away').waitFor({ state: 'detached' });
      await workbench.reader().getByText('A star, please.').first().waitFor();
      await eventually(async () => (await fileOf('File away'))?.split(' ')[0], 'Archive');
    });

    await step('s flags, and u marks unread', async () => {
      await row('Remember this').click();
      await workbench.press('s');
      await eventually(async () => (await fileOf('Remember this'))?.includes('$flagged'), true);
      await row('Keep unread').click();
      await eventually(() => fileOf('Keep unread'), 'Inbox $seen');
      await workbench.press('u');
      await eventually(() => fileOf('Keep unread'), 'Inbox');
    });

    await step('v moves to the mailbox that is picked', async () => {
      await row('Move by key').click();
      await workbench.press('v');
      await quickInput.pick('Projects', 'Move to');
      await row('Move by key').waitFor({ state: 'detached' });
    });

    await step('a message dropped on a mailbox moves there', async () => {
      await messages.dragRow(row('Move by drag'), mailboxes.row('Projects'));
      await row('Move by drag').waitFor({ state: 'detached' });
      await eventually(async () => (await fileOf('Move by drag'))?.split(' ')[0], 'Projects');
    });

    await step('Delete moves to Trash', async () => {
      await row('Throw away').click();
      await workbench.press('Delete');
      await row('Throw away').waitFor({ state: 'detached' });
    });

    await step('Cyrus has every message where the clicks put it', async () => {
      await eventually(
        async () => {
          const mail = await mailOnServer(raw);
          return Object.fromEntries(Object.entries(mail).map(([subject, place]) => [subject, place.split(' ')[0]]));
        },
        {
          'Plain words': 'Inbox',
          'Teapot weekly': 'Inbox',
          'File away': 'Archive',
          'Remember this': 'Inbox',
          'Keep unread': 'Inbox',
          'Throw away': 'Trash',
          'Move by key': 'Projects',
          'Move by drag': 'Projects',
        },
      );
      assert.equal(await fileOf('Keep unread'), 'Inbox');
      assert.match((await fileOf('Remember this')) ?? '', /flagged/);
    });

    await step(
      'a reload brings back the account, the list and the reader, without asking for the password',
      async () => {
        await row('Plain words').click();
        await workbench.reader().getByText('Dear Alice,').first().waitFor();
        await workbench.press('u');
        await eventually(() => fileOf('Plain words'), 'Inbox');
        await workbench.reloadWhenSaved();
        await workbench.reader().getByText('Dear Alice,').first().waitFor();
        await workbench.openMailView();
        await row('Plain words').waitFor();
        await importMail(raw, [{ subject: 'After the reload', body: 'Signed in again.' }]);
        await workbench.runCommand('Mail: Sync Now');
        await row('After the reload').waitFor();
        assert.equal(await fileOf('Plain words'), 'Inbox', 'what was marked unread stays so');
        assert.deepEqual(await workbench.notifications.texts(), []);
      },
    );

    await step('a narrow window', async () => {
      await page.setViewportSize({ width: 720, height: 600 });
      await row('Teapot weekly').click();
      await workbench.mailBody().getByText('The Teapot Weekly').waitFor();
      await workbench.screenshot('narrow');
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    await step('four themes', async () => {
      for (const theme of Object.keys(colorThemes) as ColorTheme[]) {
        await workbench.setColorTheme(theme);
        await row('Teapot weekly').click();
        await workbench.mailBody().getByText('The Teapot Weekly').waitFor();
        await workbench.screenshot(`theme-${theme}`);
      }
    });

    await step('removing the account takes its mail and its secret from this computer', async () => {
      // The headless VS Code keeps all secrets in one ciphertext, whose length tells whether one is in it.
      const secrets = () => page.evaluate(() => localStorage.getItem('secrets.provider')?.length ?? 0);
      const withPassword = await secrets();
      await workbench.runCommand('Mail: Remove Account…');
      await workbench.notifications.pressInDialog('Remove Account');
      await page.locator('.sidebar').getByRole('button', { name: 'Add Account' }).waitFor();
      await eventually(() => messages.rows().count(), 0);
      await eventually(async () => (await secrets()) < withPassword, true);
      assert.equal(Object.keys(await mailOnServer(raw)).length, samples.length + 1, 'the server keeps it');
    });

    assert.deepEqual(context.remoteRequests(), [], 'requests that left the machine');
  },
};

/** What stands between the signs and the date of a row's description: `★ Subject · 12:30`. */
function subjectOf(description: string): string {
  const [subject = ''] = description.split(' · ');
  return subject.replace(/^[^\p{L}]+/u, '').replace(/[\u2068\u2069]/g, '');
}
