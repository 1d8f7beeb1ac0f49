import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { it, onTestFinished } from 'vitest';
import { openEngine } from '../../../src/engine/engine';
import type { AccountId, MailboxId } from '../../../src/model/ids';
import { basicCapabilities, startScriptedImap, type ScriptedImap } from '../../servers/scripted-imap';
import { fillScripted } from '../../support/scripted-account';
import { present } from '../../support/test-db';

const signal = new AbortController().signal;
const secret = 'secret';
const ours = {};
const theirs = {};

/** The mailbox that is listened to. Seen is what the server is told: SELECT, then IDLE, on one connection. */
function watchListening(server: ScriptedImap): () => string | undefined {
  const selected = new Map<number, string>();
  let listening: string | undefined;
  server.script = ({ name, args, connection }) => {
    if (name === 'SELECT') selected.set(connection, /^"?([^" ]+)/.exec(args)?.[1] ?? '');
    if (name === 'IDLE') listening = selected.get(connection);
    return undefined;
  };
  return () => listening;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 1000) throw new Error(`it did not come to be: ${what}`);
    await delay(10);
  }
}

it('S24: what a window shows comes first: before the secret, after a takeover and an edit, window by window', async () => {
  const server = await startScriptedImap(`${basicCapabilities} CONDSTORE QRESYNC`);
  onTestFinished(() => server.stop());
  for (const name of ['INBOX', 'Archive', 'Projects']) fillScripted(server, name, 2);
  const listening = watchListening(server);
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-focus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = () => openEngine({ folder, emit: () => undefined, onOver: () => undefined });
  const imap = { host: '127.0.0.1', port: server.port, security: 'none', pinnedCertificate: null } as const;
  const account = {
    ...{ name: 'Alice', email: 'alice@example.test' },
    settings: { protocol: 'imap', imap, smtp: null, username: 'alice' } as const,
  };

  const first = await open();
  const accountId = await first.handle('accounts/add', { ...account, secret }, signal, ours);
  const other = await first.handle('accounts/add', { ...account, name: 'Bob', secret: 'other' }, signal, ours);
  const boxOf = async (id: AccountId, name: string): Promise<MailboxId> => {
    const boxes = await first.handle('mailboxes/list', {}, signal, ours);
    return present(boxes.find((box) => box.accountId === id && box.name === name)).id;
  };
  await until('mailboxes', async () => (await first.handle('mailboxes/list', {}, signal, ours)).length === 6);
  const [archive, projects] = [await boxOf(accountId, 'Archive'), await boxOf(accountId, 'Projects')];
  const elsewhere = await boxOf(other, 'Projects');
  await first.close();

  const engine = await open();
  onTestFinished(() => engine.close());
  const show = (window: object, mailboxId: MailboxId | null) =>
    engine.handle('sync/focus', { mailboxId }, signal, window);
  const listensTo = (name: string) => until(`listening to ${name}`, () => listening() === name);
  await show(ours, archive);
  await engine.handle('accounts/authenticate', { accountId, secret }, signal, ours);
  await listensTo('Archive');

  await show(ours, projects);
  await listensTo('Projects');
  const renamed = { accountId, ...account, name: 'Alice at work' };
  const before = server.connections.count;
  await engine.handle('accounts/update', { ...renamed, secret }, signal, ours);
  await until('connected anew', () => server.connections.count === before + 2);
  await listensTo('Projects');

  // The window that chose last has its way, where it shows the same account.
  await show(theirs, archive);
  await listensTo('Archive');
  await show(theirs, elsewhere);
  await listensTo('Projects');
  await show(theirs, archive);
  await listensTo('Archive');
  engine.windowGone(theirs);
  await listensTo('Projects');
  await show(ours, null);
  await listensTo('INBOX');
});
