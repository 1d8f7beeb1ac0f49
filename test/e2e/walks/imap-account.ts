import assert from 'node:assert/strict';
import { greet } from '../../../src/sync/discovery/greet';
import { startDovecot } from '../../servers/dovecot';
import { startFaultProxy } from '../../servers/fault-proxy';
import { connectRawImap } from '../../servers/raw-imap';
import { deliver } from '../../servers/seed';
import { addAccountTitle } from '../add-account';
import { mailOnImapServer } from '../sample-mail';
import { eventually, type Walk } from '../walk';

const report = [
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<h1>All tests pass</h1><p>The log is attached.</p>',
  '--b',
  'Content-Type: text/plain; name="build.log"',
  'Content-Disposition: attachment; filename="build.log"',
  '',
  'make: done',
  '--b--',
];

/** Headers of the content, an empty line, the content. */
const samples: Readonly<Record<string, readonly string[]>> = {
  'Keep this': ['', 'Hello.'],
  'Put this with the others': ['', 'It belongs to the project.'],
  'Nobody needs this': ['', 'Really.'],
  'Build 1234': report,
  'File this away': ['', 'For the archive.'],
};
const subjects = Object.keys(samples);

export const walk: Walk = {
  name: 'An IMAP account on Dovecot, with certificates that nobody vouches for',
  async run({ workbench, step, atEnd }) {
    const dovecot = await startDovecot();
    atEnd(() => dovecot.stop());
    const { email, password } = dovecot.users.alice;
    const proxy = await startFaultProxy({ host: '127.0.0.1', port: dovecot.imapPort, protocol: 'tcp' });
    atEnd(() => proxy.stop());
    const deliverMail = async (subject: string, content: readonly string[], user: string = email): Promise<void> => {
      const raw = Buffer.from(
        [
          'From: Ada Writer <ada@example.test>',
          `To: <${user}>`,
          `Subject: ${subject}`,
          `Message-ID: <${subject.replaceAll(' ', '.')}@example.test>`,
          'Date: Mon, 06 Jan 2025 10:00:00 +0000',
          ...content,
          '',
        ].join('\r\n'),
      );
      await deliver({ lmtpPort: dovecot.lmtpPort, user, raw });
    };
    for (const [subject, content] of Object.entries(samples)) await deliverMail(subject, content);
    // Behind the back of Mailpane, past the proxy.
    const raw = await connectRawImap({ port: dovecot.imapPort, user: email, password });
    await raw.command('CREATE "Projekte &- Pl&AOQ-ne"'); // modified UTF-7 (RFC 3501 §5.1.3)
    const address = { host: '127.0.0.1', port: proxy.port, security: 'starttls' } as const;
    const shown = await greet(address, 'imap', new AbortController().signal);
    const fingerprint = shown?.fingerprint ?? 'no certificate';

    const { quickInput, notifications, page } = workbench;
    const trust = 'Trust This Certificate for This Account';
    const messages = workbench.messages();

    await step('the dialogue shows host and encryption of what it found', async () => {
      await workbench.openMailView();
      await quickInput.runCommand('Mail: Add Account…');
      await quickInput.enter(`127.0.0.1:${proxy.port}`, addAccountTitle);
      await quickInput.waitForText('encrypted (STARTTLS)');
      await workbench.screenshot('imap-found');
      await quickInput.acceptFirst(`127.0.0.1:${proxy.port}`);
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

    const row = (subject: string) => messages.rows().filter({ hasText: subject }).first();
    const placeOf = async (subject: string) => (await mailOnImapServer(raw))[subject];

    await step('a message with an attachment opens in the reader, and is read on the server too', async () => {
      await row('Build 1234').click();
      await workbench.mailBody().getByText('All tests pass').waitFor();
      await workbench.reader().getByText('build.log').first().waitFor();
      await eventually(() => placeOf('Build 1234'), 'INBOX \\Seen');
      await workbench.screenshot('imap-reader');
    });

    await step('e archives, s flags, v moves to a mailbox with a name in no ASCII, Delete moves to Trash', async () => {
      await row('File this away').click();
      await workbench.press('e');
      await row('File this away').waitFor({ state: 'detached' });
      await row('Keep this').click();
      await workbench.press('s');
      await row('Put this with the others').click();
      await workbench.press('v');
      await quickInput.pick('Projekte & Pläne', 'Move to');
      await row('Put this with the others').waitFor({ state: 'detached' });
      await row('Nobody needs this').click();
      await workbench.press('Delete');
      await row('Nobody needs this').waitFor({ state: 'detached' });
    });

    await step('Dovecot has every message where the keys put it', async () => {
      const places = async () => {
        const mail = await mailOnImapServer(raw);
        return Object.fromEntries(Object.entries(mail).map(([subject, place]) => [subject, place.split(' \\')[0]]));
      };
      await eventually(places, {
        'Keep this': 'INBOX',
        'Put this with the others': 'Projekte &- Pl&AOQ-ne',
        'Nobody needs this': 'Trash',
        'Build 1234': 'INBOX',
        'File this away': 'Archive',
      });
      await eventually(async () => (await placeOf('Keep this'))?.includes('\\Flagged'), true);
    });

    await step('z takes the last of it back', async () => {
      await workbench.press('z');
      await row('Nobody needs this').waitFor();
      await eventually(async () => (await placeOf('Nobody needs this'))?.split(' ')[0], 'INBOX');
    });

    await step('new mail shows by itself, by IDLE', async () => {
      await deliverMail('Just came in', ['', 'Nobody asked for it.']);
      await row('Just came in').waitFor();
    });

    await step('offline it acts at once and says so; back online the server has it', async () => {
      proxy.setOnline(false);
      await workbench.statusBarItem('Offline').waitFor();
      await row('Just came in').click();
      await workbench.press('e');
      await row('Just came in').waitFor({ state: 'detached' });
      assert.equal((await placeOf('Just came in'))?.split(' ')[0], 'INBOX');
      await workbench.screenshot('imap-offline');
      proxy.setOnline(true);
      await workbench.runCommand('Mail: Sync Now');
      await eventually(async () => (await placeOf('Just came in'))?.split(' ')[0], 'Archive');
      await workbench.statusBarItem('Offline').waitFor({ state: 'detached' });
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

    await step(
      'another user is asked about, for the mail here is then another; to say no changes nothing',
      async () => {
        const { bob } = dovecot.users;
        await deliverMail('For Bob', ['', 'Nobody else may see this.'], bob.email);
        const becomeBob = async (): Promise<void> => {
          await quickInput.runCommand('Mail: Edit Account…');
          await quickInput.pick('User', 'Edit Mail Account');
          await quickInput.enterAfter('User name at', bob.email);
          await quickInput.enterAfter('Password of', bob.password);
        };
        await becomeBob();
        const question = await notifications.dialogText();
        assert.match(question, /to another user or server\?[^]*is deleted from this computer\. The server keeps it/);
        await workbench.screenshot('imap-other-user');
        await notifications.pressInDialog('Cancel');
        await row('Keep this').waitFor();
        await becomeBob();
        await notifications.pressInDialog('Change and Read Anew');
        await row('For Bob').waitFor();
        await row('Keep this').waitFor({ state: 'detached' });
        // It is called by its address, which is Bob's now.
        await workbench.mailboxes().row(bob.email).waitFor();
        await workbench.screenshot('imap-read-anew');
      },
    );
  },
};
