import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { acquireLock } from '../../../src/engine/lock/lock';
import { isLeft, sightLock } from '../../../src/engine/lock/lock-file';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { addAccountByDialogue } from '../add-account';
import type { Walk } from '../walk';
import { Workbench } from '../workbench';

const user = 'alice@example.test';

export const walk: Walk = {
  name: 'The mail database as a file: one that cannot be opened is told of and not touched, a damaged one is mended',
  async run({ workbench, server, context, step, atEnd }) {
    const jmap = await startEmbeddedJmap();
    atEnd(() => jmap.stop());
    jmap.account('alice').deliverAll(generatedMail(20));
    const folder = server.globalStorage('mailpane.mailpane');
    const file = path.join(folder, 'mail.db');
    let current: Workbench | null = workbench;

    const isFree = async (): Promise<boolean> => {
      const seen = await sightLock(file);
      return seen === null || isLeft(seen, []);
    };
    const close = async () => {
      await current?.close();
      current = null;
      // The window is gone; its extension host ends, and with it the engine, a moment later.
      for (let tries = 0; !(await isFree()) && tries < 300; tries++) await delay(100);
      assert(await isFree(), 'the engine of the closed window has ended');
    };
    const open = async () => {
      current = await Workbench.open(server, context);
      await current.openMailView();
      return current;
    };

    await step('a first window keeps its mail in the database', async () => {
      await workbench.openMailView();
      await addAccountByDialogue(workbench, { url: jmap.url, user, password: 'secret-alice' });
      await workbench.messages().rows().nth(8).waitFor();
    });

    await step('a second window shows the same mail by the engine of the first', async () => {
      const second = await Workbench.open(server, context);
      await second.openMailView();
      await second.messages().rows().nth(8).waitFor();
      await second.close();
    });

    const backup = path.join(server.userDataDir, 'Mail of today.db');
    await step('exported by its command, without the password', async () => {
      await workbench.quickInput.runCommand('Mail: Export Mail Database…');
      await workbench.screenshot('export-dialog');
      await workbench.quickInput.enterFile(backup, 'Export Mail Database');
      await workbench.notifications.toast(/was exported to Mail of today.db/).waitFor();
      await workbench.screenshot('exported');
      assert(!readFileSync(backup).includes('secret-alice'));
    });

    await step('restored by its command, after it said what will happen', async () => {
      jmap.account('alice').deliverAll(generatedMail(1, new Date(Date.UTC(2033, 1, 1))));
      await workbench.quickInput.runCommand('Mail: Restore Mail Database…');
      await workbench.quickInput.enterFile(backup, 'Restore Mail Database');
      assert.match(await workbench.notifications.dialogText(), /Nothing on the server is changed/);
      await workbench.screenshot('restore-dialog');
      await workbench.notifications.pressInDialog('Restore');
      await workbench.notifications.toast(/The backup was restored/).waitFor();
      await workbench.messages().rows().nth(8).waitFor();
      await workbench.screenshot('restored');
    });

    let good: Buffer = Buffer.alloc(0);
    await step('newer than the program', async () => {
      await close();
      good = readFileSync(file);
      const newer = Buffer.from(good);
      newer.writeUInt32BE(9999, 60); // user_version, https://sqlite.org/fileformat.html
      await isRefused(newer, /newer/i, 'database-newer');
    });

    await step('damaged: set aside as it is, said once, and the mail is there again', async () => {
      await close();
      const damaged = Buffer.from(good);
      damaged.fill(0xa5, 0, 2048); // the first page: no table can be found by SQLite any more
      replace(damaged);
      const shown = await open();
      await shown.notifications.toast(/was damaged and has been set aside/).waitFor();
      await shown.messages().rows().nth(8).waitFor();
      await shown.screenshot('database-damaged');
      const aside = readdirSync(folder).filter((name) => /^mail\.damaged-.*\.db$/.test(name));
      assert.equal(aside.length, 1);
      assert.deepEqual(readFileSync(path.join(folder, aside[0] ?? '')), damaged);
      await close();
      good = readFileSync(file);
    });

    await step('not a folder that can be written', async () => {
      await close();
      rmSync(file);
      mkdirSync(file);
      const shown = await open();
      await shown.notifications.toast(/could not start/).waitFor();
      rmSync(file, { recursive: true });
    });

    await step('held by a process that does not answer', async () => {
      await close();
      writeFileSync(file, good);
      const lock = await acquireLock(file, { onLost: () => undefined });
      const before = digest(file);
      const shown = await open();
      await shown.page
        .locator('.sidebar')
        .getByText(/Opening your mail|another/i)
        .first()
        .waitFor();
      await delay(2000);
      assert.equal(digest(file), before);
      lock.release();
      await shown.messages().rows().nth(8).waitFor();
    });

    function replace(content: Buffer): void {
      for (const suffix of ['-wal', '-journal']) rmSync(file + suffix, { force: true });
      writeFileSync(file, content);
    }

    async function isRefused(content: Buffer, says: RegExp, picture: string): Promise<void> {
      replace(content);
      const shown = await open();
      await shown.notifications.toast(says).waitFor();
      await shown.page.locator('.sidebar').getByText('Nothing was overwritten').waitFor();
      await shown.screenshot(picture);
      assert.deepEqual(readFileSync(file), content, 'not a byte was changed');
    }
  },
};

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
