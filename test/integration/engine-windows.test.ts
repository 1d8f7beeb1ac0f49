import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/engine/lock/lock';
import type { Changed } from '../../src/engine/api';
import { EngineClient } from '../../src/engine/host/mail-client';
import type { AccountId } from '../../src/model/ids';
import { present } from '../support/test-db';
import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';

/** Windows as they are: each has its client, and whoever owns the folder runs the real worker bundle in a thread. */
const root = path.resolve(import.meta.dirname, '../..');
const bundles = mkdtempSync(path.join(tmpdir(), 'mailpane-bundle-'));
const workerFile = path.join(bundles, 'engine.js');
const secret = 'secret-alice';

let server: EmbeddedJmap;
let folder: string;
let open: EngineClient[];

beforeAll(async () => {
  await mkdir(bundles, { recursive: true });
  await build({
    entryPoints: [path.join(root, 'src/engine/worker.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: workerFile,
  });
  await copyFile(path.join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'), path.join(bundles, 'sql-wasm.wasm'));
});
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

beforeEach(async () => {
  server = await startEmbeddedJmap();
  for (let i = 0; i < 5; i++) {
    server.account('alice').deliver(mail(i), { mailbox: 'Inbox' });
  }
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-windows-'));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((client) => client.close()));
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const mail = (n: number): string =>
  `From: Bob <bob@example.test>\r\nTo: alice@example.test\r\nSubject: Mail ${n}\r\nMessage-ID: <${n}@example.test>\r\n\r\nHello.\r\n`;

function openWindow(): { client: EngineClient; log: string[]; events: Changed[] } {
  const log: string[] = [];
  const events: Changed[] = [];
  const client = new EngineClient({ folder, workerFile, version: '1.0.0', trace: (line) => log.push(line) });
  client.onChanged((changed) => events.push(changed));
  client.onCredentialsNeeded(({ accountId }) => void client.request('accounts/authenticate', { accountId, secret }));
  open.push(client);
  return { client, log, events };
}

async function until<T>(what: string, ask: () => Promise<T | false | undefined> | T | false | undefined): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within 15 s: ${what}`);
}

async function addAccount(client: EngineClient): Promise<AccountId> {
  const sessionUrl = `${server.url}/.well-known/jmap`;
  const settings = { protocol: 'jmap' as const, sessionUrl, auth: 'basic' as const, username: 'alice@example.test' };
  return await client.request('accounts/add', { name: 'Alice', email: 'alice@example.test', settings, secret });
}

const inboxOf = async (client: EngineClient) =>
  (await client.request('mailboxes/list', {})).find((box) => box.role === 'inbox');
const rowsOf = async (client: EngineClient) =>
  (await client.request('messages/list', { source: 'inboxes', limit: 50, after: null })).rows;
const allHere = (client: EngineClient) => until('five messages', async () => (await rowsOf(client)).length === 5);

describe('several windows, one engine', () => {
  it('serves a second window through the first one, and both see an action', async () => {
    const first = openWindow();
    await addAccount(first.client);
    await allHere(first.client);
    const second = openWindow();
    const row = present((await rowsOf(second.client))[0]);
    expect(first.log).toEqual(['Runs the engine for all windows.']);
    expect(second.log).toEqual(['Attached to the engine of another window (1.0.0).']);

    first.events.length = 0;
    const target = { emailId: row.emailId, mailboxId: row.mailboxId };
    await second.client.request('actions/apply', { action: { type: 'archive' }, targets: [target] });
    await until('the event', () => first.events.some((event) => event.messagesIn.includes(row.mailboxId)));
    expect(await rowsOf(first.client)).toHaveLength(4);
    await until('the server has it', () =>
      server
        .account('alice')
        .messages()
        .some((mail) => mail.mailboxes.includes('Archive')),
    );
  });

  it('hands the mail over when the owning window closes: one owner again, nothing lost', async () => {
    const first = openWindow();
    const accountId = await addAccount(first.client);
    await allHere(first.client);
    const second = openWindow();
    expect(await rowsOf(second.client)).toHaveLength(5);
    await first.client.close();
    expect(await rowsOf(second.client)).toHaveLength(5);
    expect(second.log.at(-1)).toBe('Runs the engine for all windows.');
    // It asked this window for the secret, and syncs on.
    server.account('alice').deliver(mail(7), { mailbox: 'Inbox' });
    await second.client.request('sync/now', { accountId });
    await until('the new message', async () => (await inboxOf(second.client))?.total === 6);
  });

  it('keeps an action of a window that is killed before it was sent', async () => {
    const first = openWindow();
    await addAccount(first.client);
    await allHere(first.client);
    server.faults.always({ kind: 'reset' });
    const row = present((await rowsOf(first.client))[0]);
    const target = { emailId: row.emailId, mailboxId: row.mailboxId };
    await first.client.request('actions/apply', { action: { type: 'archive' }, targets: [target] });
    await first.client.close();
    server.faults.clear();
    const second = openWindow();
    expect(await rowsOf(second.client)).toHaveLength(4);
    await until('nothing waits', async () => (await second.client.request('overview', {})).pending === 0);
    expect(
      server
        .account('alice')
        .messages()
        .filter((mail) => mail.mailboxes.includes('Archive')),
    ).toHaveLength(1);
  });

  it('sets a database that is none aside as it is, says so once, and goes on', async () => {
    const file = path.join(folder, 'mail.db');
    writeFileSync(file, 'this is not a database, but somebody may want it back\n'.repeat(200));
    const before = await readFile(file);
    const { client } = openWindow();
    const notice = present(await client.request('database/notice', {}));
    expect(notice).toMatchObject({ what: 'damaged', accounts: 0, changes: 0 });
    expect(await readFile(notice.file)).toEqual(before);
    expect(await client.request('database/notice', {})).toBeNull();
  });

  it('mends a database whose damage is met while it is in use: every window goes on, unsent changes are sent', async () => {
    for (let i = 5; i < 400; i++) server.account('alice').deliver(mail(i), { mailbox: 'Inbox' });
    const before = openWindow();
    await addAccount(before.client);
    await until('all is here', async () => (await inboxOf(before.client))?.total === 400);
    server.faults.always({ kind: 'reset' });
    const row = present((await rowsOf(before.client))[0]);
    const target = { emailId: row.emailId, mailboxId: row.mailboxId };
    await before.client.request('actions/apply', { action: { type: 'archive' }, targets: [target] });
    await before.client.close();
    const file = path.join(folder, 'mail.db');
    const bytes = await readFile(file);
    // The first pages of the tables stay, so that it opens.
    for (let at = 40 * 2048; at < bytes.length; at += 2048) if (bytes[at] === 0x0d) bytes.fill(0, at, at + 8);
    writeFileSync(file, bytes);

    const [first, second] = [openWindow(), openWindow()];
    await until('both show all mail again', async () => {
      server.faults.clear();
      const boxes = await Promise.all([first, second].map(({ client }) => inboxOf(client).catch(() => undefined)));
      // Whatever reads all messages meets the damage.
      await first.client.request('sync/now', { accountId: null }).catch(() => undefined);
      for (const id of [50, 150, 250])
        await first.client.request('messages/get', { emailId: id as never }).catch(() => null);
      return boxes.every((box) => box?.total === 399);
    });
    await until('nothing waits', async () => (await second.client.request('overview', {})).pending === 0);
    const archived = server
      .account('alice')
      .messages()
      .filter((one) => one.mailboxes.includes('Archive'));
    expect(archived).toHaveLength(1);
    expect(await second.client.request('database/notice', {})).toMatchObject({
      what: 'damaged',
      accounts: 1,
      changes: 1,
    });
  });

  it('fetches texts again when their store turns out to be damaged: whoever asks gets the text, nothing else changes', async () => {
    const textOf = (i: number): string => `Hello ${i}. `.repeat(40).trim();
    for (let i = 100; i < 155; i++)
      server.account('alice').deliver(mail(i).replace('Hello.', textOf(i)), { mailbox: 'Inbox' });
    const before = openWindow();
    await addAccount(before.client);
    await until('all is here', async () => (await inboxOf(before.client))?.total === 60);
    const rows = await rowsOf(before.client);
    for (const { emailId } of rows) await before.client.request('messages/body', { emailId });
    await before.client.close();
    const file = path.join(folder, 'bodies.db');
    const bytes = await readFile(file);
    // A page in the middle; the first one stays, so that it opens.
    const at = bytes.indexOf('Hello 127.');
    bytes.fill(0xff, at - (at % 2048), at - (at % 2048) + 64);
    writeFileSync(file, bytes);

    const [first, second] = [openWindow(), openWindow()];
    await Promise.all([first, second].map(({ client }) => client.request('overview', {})));
    const bodies = await Promise.all(
      rows.map(({ emailId }) => second.client.request('messages/body', { emailId }).then(({ text }) => text?.trim())),
    );
    expect(bodies).toEqual(
      rows.map(({ subject }) => {
        const i = Number(subject.replace('Mail ', ''));
        return i < 100 ? 'Hello.' : textOf(i);
      }),
    );
    expect(await inboxOf(first.client)).toMatchObject({ total: 60 });
    expect(await first.client.request('database/notice', {})).toBeNull();
    const log = await first.client.request('sync/log', { accountIds: null, levels: ['warning'], limit: 50 });
    expect(log.filter(({ kind }) => kind === 'database')).toMatchObject([
      { message: expect.stringContaining('The store of message texts was damaged') as string },
    ]);
    // It was met while it was in use, not by the first look.
    expect([...first.log, ...second.log]).toContain('The engine has ended.');
  });

  it('exports without secrets, and restores for every window: what was not sent goes on, mail catches up', async () => {
    const [first, second] = [openWindow(), openWindow()];
    await addAccount(first.client);
    await allHere(second.client);
    const backup = path.join(folder, 'Mail 2026-11-25.db');
    const size = await second.client.request('database/export', { file: backup });
    const exported = await readFile(backup);
    expect(exported.length).toBe(size);
    expect(exported.includes('alice@example.test')).toBe(true);
    expect(await readFile(path.join(folder, 'accounts.json'), 'utf8')).not.toContain(secret);
    expect(exported.includes(secret)).toBe(false);
    expect(exported.includes(Buffer.from(`alice@example.test:${secret}`).toString('base64'))).toBe(false);

    server.account('alice').deliver(mail(8), { mailbox: 'Inbox' });
    await first.client.request('sync/now', { accountId: null });
    await until('the new message', async () => (await inboxOf(first.client))?.total === 6);
    server.faults.always({ kind: 'reset' });
    const row = present((await rowsOf(first.client))[0]);
    const target = { emailId: row.emailId, mailboxId: row.mailboxId };
    await first.client.request('actions/apply', { action: { type: 'archive' }, targets: [target] });
    expect(await second.client.request('database/restore', { file: backup })).toBeNull();
    for (const { client } of [first, second]) expect(await rowsOf(client)).toHaveLength(5); // as it was, whoever asks
    server.faults.clear();
    await first.client.request('sync/now', { accountId: null });
    const archived = () =>
      server
        .account('alice')
        .messages()
        .filter((one) => one.mailboxes.includes('Archive')).length;
    await until('what waited was sent', () => archived() === 1);
    await until('nothing waits', async () => (await second.client.request('overview', {})).pending === 0);
    expect(await rowsOf(second.client)).toHaveLength(5);
    expect(await first.client.request('database/notice', {})).toMatchObject({
      what: 'restored',
      changes: 1,
      undecided: 0,
    });
    await expect(
      first.client.request('database/restore', { file: path.join(folder, 'mail.db-swap') }),
    ).rejects.toMatchObject({
      reason: 'invalid',
    });
    expect(await rowsOf(first.client)).toHaveLength(5);
  });

  it('says so when another program holds the database without an answer, and goes on when it lets go', async () => {
    const lock = await acquireLock(path.join(folder, 'mail.db'), { onLost: () => undefined });
    const { client } = openWindow();
    await expect(client.request('overview', {})).rejects.toMatchObject({ reason: 'database' });
    lock.release();
    await until('it is served', () => client.state.state === 'ready');
    await expect(client.request('overview', {})).resolves.toMatchObject({ unread: 0 });
  });

  it('answers what makes no sense with an error, and goes on', async () => {
    const { client } = openWindow();
    const bad = client.request('messages/list', { source: 'inboxes', limit: 1_000_000, after: null });
    await expect(bad).rejects.toMatchObject({ reason: 'invalid' });
    const gone = client.request('messages/body', { emailId: 4711 as never });
    await expect(gone).rejects.toMatchObject({ reason: 'not-found' });
    await expect(client.request('overview', {})).resolves.toMatchObject({ unread: 0, pending: 0, failed: 0 });
  });
});
