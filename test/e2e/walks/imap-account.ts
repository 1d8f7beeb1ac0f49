import assert from 'node:assert/strict';
import { greet } from '../../../src/sync/discovery/greet';
import { startDovecot } from '../../servers/dovecot';
import { connectRawImap } from '../../servers/raw-imap';
import { deliver } from '../../servers/seed';
import { addAccountTitle } from '../add-account';
import { eventually, type Walk } from '../walk';

const subjects = ['Keep this', 'File this away'];

export const walk: Walk = {
  name: 'An IMAP account on Dovecot, with certificates that nobody vouches for',
  async run({ workbench, step, atEnd }) {
    const dovecot = await startDovecot();
    atEnd(() => dovecot.stop());
    const { email, password } = dovecot.users.alice;
    for (const subject of subjects) {
      const raw = Buffer.from(
        `From: Ada Writer <ada@example.test>\r\nTo: <${email}>\r\nSubject: ${subject}\r\n` +
          `Message-ID: <${subject.replaceAll(' ', '.')}@example.test>\r\nDate: Mon, 06 Jan 2025 10:00:00 +0000\r\n\r\nHello.\r\n`,
      );
      await deliver({ lmtpPort: dovecot.lmtpPort, user: email, raw });
    }
    const address = { host: '127.0.0.1', port: dovecot.imapPort, security: 'starttls' } as const;
    const shown = await greet(address, 'imap', new AbortController().signal);
    const fingerprint = shown?.fingerprint ?? 'no certificate';

    const { quickInput, notifications, page } = workbench;
    const trust = 'Trust This Certificate for This Account';
    const messages = workbench.messages();

    await step('the dialogue shows host and encryption of what it found', async () => {
      await workbench.openMailView();
      await quickInput.runCommand('Mail: Add Account…');
      await quickInput.enter(`127.0.0.1:${dovecot.imapPort}`, addAccountTitle);
      await quickInput.waitForText('encrypted (STARTTLS)');
      await workbench.screenshot('imap-found');
      await quickInput.acceptFirst(`127.0.0.1:${dovecot.imapPort}`);
    });

    await step('it asks for the sending server, which was not found', async () => {
      await quickInput.enterAfter('Server for sending', `127.0.0.1:${dovecot.smtpPort}`);
      await page.getByPlaceholder('How is the connection to 127.0.0.1 encrypted?').waitFor();
      await quickInput.acceptFirst('encrypted (STARTTLS)');
      await quickInput.enterAfter('User name at', email);
    });

    await step('it shows a certificate that is not trusted, and Enter does not trust it', async () => {
      await quickInput.enterAfter('Password of', 'wrong');
      assert.match(await notifications.dialogText(), new RegExp(`made its certificate itself[^]*${fingerprint}`));
      await workbench.screenshot('imap-certificate');
      await page.keyboard.press('Enter');
      await page.getByPlaceholder('was not trusted').waitFor();
    });

    await step('the answers are kept, and an explicit choice trusts the certificate for reading', async () => {
      await quickInput.pick('IMAP, encrypted (STARTTLS)');
      await quickInput.waitForText('Server for sending');
      await page.keyboard.press('Enter');
      await quickInput.acceptFirst('encrypted (STARTTLS)');
      await quickInput.waitForText('User name at');
      await page.keyboard.press('Enter');
      await notifications.pressInDialog(trust);
    });

    await step('a wrong password is told, and corrected in place', async () => {
      await quickInput.waitForText('Password of');
      await page.keyboard.press('Enter');
      await quickInput.waitForText('did not accept');
      await quickInput.enter(password);
    });

    await step('the sending server has its own question, then the account is there with its mail', async () => {
      await notifications.pressInDialog(trust);
      await quickInput.waitForText('Password of');
      await page.keyboard.press('Enter');
      await quickInput.waitForText('Name of the account');
      await page.keyboard.press('Enter');
      for (const subject of subjects) await messages.rows().filter({ hasText: subject }).first().waitFor();
      await workbench.screenshot('imap-account');
    });

    await step('a message is archived, and Dovecot says so over raw IMAP', async () => {
      await messages.rows().filter({ hasText: 'File this away' }).first().click();
      await workbench.press('e');
      const raw = await connectRawImap({ port: dovecot.imapPort, user: email, password });
      const subjectsIn = async (mailbox: string) => {
        await raw.command(`EXAMINE "${mailbox}"`);
        const answers = await raw.command('FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])').catch(() => []);
        return answers.flatMap((line) => /Subject: (.*)\r\n/.exec(line)?.[1] ?? []);
      };
      await eventually(() => subjectsIn('Archive'), ['File this away']);
      await eventually(() => subjectsIn('INBOX'), ['Keep this']);
      await raw.logout();
    });

    await step('the sending server can be taken out later, with the password kept', async () => {
      await quickInput.runCommand('Mail: Edit Account…');
      await quickInput.pick('Server for Sending');
      await quickInput.enterAfter('leave empty to only read mail', '');
      await quickInput.waitForText('leave empty to keep it');
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      await eventually(async () => {
        await quickInput.runCommand('Mail: Edit Account…');
        await quickInput.items('Edit Mail Account');
        const rows = await page.locator('.quick-input-widget .monaco-list-row').allInnerTexts();
        await quickInput.cancel();
        return rows.some((row) => row.includes('none: mail is only read'));
      }, true);
    });
  },
};
