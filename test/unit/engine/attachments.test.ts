import { appendFile, mkdir, open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { storeBody } from '../../../src/db/bodies';
import { emailKey, storeEmails } from '../../../src/db/emails';
import { attachmentFolder, keepSwept } from '../../../src/engine/attachment-cache';
import { attachmentHandlers } from '../../../src/engine/handlers/attachments';
import type { Attachment } from '../../../src/model/email';
import type { EmailId } from '../../../src/model/ids';
import type { Backend } from '../../../src/sync/backend';
import { SyncError } from '../../../src/sync/sync-error';
import type { SyncManager } from '../../../src/sync/sync-manager';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../support/test-db';

const day = 24 * 3600_000;
const picture: Attachment = {
  partId: '2',
  blobId: 'b',
  name: 'plan.png',
  type: 'image/png',
  size: 10,
  cid: 'plan',
  inline: true,
};

let test: TestDb;
let email: EmailId;
let cacheDir: string;
beforeEach(async () => {
  test = await openTestDb();
  cacheDir = path.join(test.folder, 'attachments');
  storeEmails(test.db, testAccount.id, [serverEmail('M1', [test.mailbox('inbox')])]);
  email = present(emailKey(test.db, testAccount.id, 'M1'));
  storeBody(test.db, email, { text: 'x', html: null, truncated: false, attachments: [picture] }, 1);
});
afterEach(() => {
  vi.useRealTimers();
  test.close();
});

/** A download of the test's own: half of the octets is there, and the rest comes, or not, when the test says so. */
interface Download {
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly end: (error?: SyncError) => void;
}

/** The handlers over a server that sends slowly, and writes to the disk as both backends do. */
function engine() {
  const downloads: Download[] = [];
  const fetchPart: Backend['fetchPart'] = async (_part, file, limit, signal) => {
    const handle = await open(file, 'wx');
    await handle.writeFile('half ');
    await handle.close();
    await new Promise<void>((resolve, reject) => {
      downloads.push({ limit, signal, end: (error) => (error === undefined ? resolve() : reject(error)) });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    await appendFile(file, 'whole');
    return 10;
  };
  const sync = { backend: () => Promise.resolve({ fetchPart }) } as unknown as SyncManager;
  const handlers = attachmentHandlers({ db: test.db, sync, cacheDir });
  return {
    downloads,
    save: (signal = new AbortController().signal) =>
      handlers['attachments/file']({ emailId: email, partId: '2' }, signal),
    show: (signal = new AbortController().signal) => handlers['attachments/inline']({ emailId: email }, signal),
    /** The newest of that many downloads, once they have begun. */
    begun: (count: number) => vi.waitFor(() => present(downloads[count - 1]), 10_000),
  };
}
const filesHere = (): Promise<string[]> => readdir(attachmentFolder(cacheDir, email, '2')).catch(() => []);

describe('an attachment', () => {
  it('is handed out whole, to who asks while it is on its way too, and is fetched once', async () => {
    const { downloads, save, begun } = engine();
    const first = save();
    const { end } = await begun(1);
    const second = save();
    expect(await Promise.race([second, delay(200, 'waits')])).toBe('waits');
    end();
    for (const asked of [first, second, save()]) {
      const { path: file, size } = await asked;
      expect([size, await readFile(file, 'utf8')]).toEqual([10, 'half whole']);
    }
    expect(downloads).toHaveLength(1);
    expect(await filesHere()).toEqual(['plan.png']);
  });

  it('that an engine fetched in part before it was killed is fetched anew by the next one', async () => {
    const killed = engine();
    const lost = killed.save();
    await killed.begun(1);
    const next = engine();
    const found = next.save();
    (await next.begun(1)).end();
    expect((await found).size).toBe(10);
    present(killed.downloads[0]).end(new SyncError('cancelled', 'over'));
    await expect(lost).rejects.toThrow('over');
  });

  it('leaves nothing behind where its download fails, and is asked for again', async () => {
    const { save, begun } = engine();
    const failing = save();
    (await begun(1)).end(new SyncError('offline', 'The connection is lost.'));
    await expect(failing).rejects.toMatchObject({ reason: 'offline' });
    expect(await filesHere()).toEqual([]);
    const again = save();
    (await begun(2)).end();
    expect((await again).size).toBe(10);
  });

  it('goes on for who still waits when the first asker gives up, and ends with the last', async () => {
    const { downloads, save, begun } = engine();
    const [one, two] = [new AbortController(), new AbortController()];
    const [first, second] = [save(one.signal), save(two.signal)];
    const { signal } = await begun(1);
    one.abort();
    await expect(first).rejects.toMatchObject({ reason: 'cancelled' });
    expect(signal.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toMatchObject({ reason: 'cancelled' });
    expect(signal.aborted).toBe(true);
    const third = save();
    (await begun(2)).end();
    expect((await third).size).toBe(10);
    expect(downloads).toHaveLength(2);
    expect(await filesHere()).toEqual(['plan.png']);
  });

  it('is saved under its own limit while the same part is fetched as a picture', async () => {
    const { downloads, save, show, begun } = engine();
    const shown = show();
    const asPicture = await begun(1);
    const saved = save();
    const asFile = await begun(2);
    expect(asFile.limit).toBeGreaterThan(asPicture.limit);
    asFile.end();
    expect((await saved).size).toBe(10);
    asPicture.end(new SyncError('too-large', 'This is larger than was allowed for it.'));
    expect(await shown).toEqual({});
    // By now it is here, whole.
    expect(Object.keys(await show())).toEqual(['plan']);
    expect(downloads).toHaveLength(2);
  });
});

describe('the cache of attachments', () => {
  const fill = async (name: string, file: string, age = 0): Promise<string> => {
    const folder = path.join(cacheDir, name);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, file), 'octets');
    const then = new Date(Date.now() - age);
    await utimes(folder, then, then);
    return folder;
  };

  it('is swept at the start and each day: what is old, and what a killed engine left in part', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await fill('1-a', 'new.txt');
    await fill('2-b', 'old.txt', 8 * day);
    await fill('3-c', '.part-of-another-engine');
    const { save, begun } = engine();
    const saved = save();
    const { end } = await begun(1);
    const stop = keepSwept(cacheDir);
    const isSwept = async (): Promise<void> => {
      const left = await readdir(cacheDir);
      expect([left.includes('1-a'), left.includes('2-b')]).toEqual([true, false]);
      expect(await readdir(path.join(cacheDir, '3-c'))).toEqual([]);
    };
    await vi.waitFor(isSwept, 10_000);
    await fill('2-b', 'old.txt', 8 * day);
    await fill('3-c', '.part-of-another-engine');
    vi.advanceTimersByTime(day);
    await vi.waitFor(isSwept, 10_000);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    end();
    expect(await readFile((await saved).path, 'utf8')).toBe('half whole');
  });

  it('counts the days from when something was last asked for', async () => {
    const { save, begun } = engine();
    const saved = save();
    (await begun(1)).end();
    const folder = path.dirname((await saved).path);
    const then = new Date(Date.now() - 8 * day);
    await utimes(folder, then, then);
    await save();
    expect(Date.now() - (await stat(folder)).mtimeMs).toBeLessThan(day);
  });
});
