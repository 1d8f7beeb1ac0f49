import { expect, onTestFinished } from 'vitest';
import { countPlaces } from '../../src/db/imap-messages';
import type { ImapTuning } from '../../src/sync/imap/backend';
import { SyncError } from '../../src/sync/sync-error';
import { addMessage, startScriptedImap, type ScriptedImap, type ScriptedMailbox } from '../servers/scripted-imap';
import { openImapAccount, type ImapAccount } from './imap-account';

export interface ScriptedAccount {
  readonly server: ScriptedImap;
  readonly account: ImapAccount;
  readonly inbox: ScriptedMailbox;
  /** How many messages of a mailbox are here. */
  here(path?: string): number;
}

/** A mailbox with messages from 1 on; their subjects are `INBOX 1`, `INBOX 2`, … */
export function fillScripted(server: ScriptedImap, path: string, count: number): ScriptedMailbox {
  const box: ScriptedMailbox = { uidValidity: 7, uidNext: 1, highestModSeq: 10, messages: [] };
  for (let number = 1; number <= count; number++) addMessage(box, scriptedMail(`${path} ${number}`));
  server.mailboxes.set(path, box);
  return box;
}

export function scriptedMail(subject: string): string {
  const id = subject.replaceAll(/[^\w.]/g, '-');
  return `Message-ID: <${id}@scripted>\r\nSubject: ${subject}\r\n\r\nText of ${subject}\r\n`;
}

/** A scripted server with an INBOX, and an account that is connected to it; both end with the test. */
export async function openScripted(
  capabilities: string,
  count: number,
  options: { readonly prepare?: (server: ScriptedImap) => void; readonly tuning?: ImapTuning } = {},
): Promise<ScriptedAccount> {
  const server = await startScriptedImap(capabilities);
  onTestFinished(() => server.stop());
  const inbox = fillScripted(server, 'INBOX', count);
  options.prepare?.(server);
  const login = { port: server.port, user: 'alice', password: 'secret' };
  const account = await openImapAccount({
    ...login,
    tuning: { timing: { connect: 2000, silence: 2000 }, ...options.tuning },
  });
  onTestFinished(() => account.close());
  return { server, account, inbox, here: (path = 'INBOX') => countPlaces(account.db, account.mailbox(path)) };
}

/** The reason of the SyncError that it fails with. */
export async function reasonOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'none',
    (error: unknown) => (error instanceof SyncError ? error.reason : String(error)),
  );
}

/** A cycle that gets no further than this mailbox: it has read those before it in the list. */
export async function breakOffAt({ account, server }: Pick<ScriptedAccount, 'account' | 'server'>, path: string) {
  server.script = ({ name, args }, socket) => {
    if (name !== 'SELECT' || !args.startsWith(`"${path}"`)) return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.cycle())).toBe('offline');
  server.script = () => undefined;
}

/** Sends what waits, and begins a cycle at the first STORE: the two take turns from there on. */
export async function drainBesideCycle({ account, server }: Pick<ScriptedAccount, 'account' | 'server'>) {
  const cycles: Promise<unknown>[] = [];
  server.script = ({ name }) => {
    if (name === 'UID STORE' && cycles.length === 0) cycles.push(account.cycle());
    return undefined;
  };
  await account.drain();
  await Promise.all(cycles);
  server.script = () => undefined;
}
