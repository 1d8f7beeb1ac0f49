import { expect } from 'vitest';
import { getEmailDetails } from '../../src/db/message-lists';
import { listChanges } from '../../src/db/pending-changes';
import type { EmailId } from '../../src/model/ids';
import { basicCapabilities, type ScriptedMailbox } from '../servers/scripted-imap';
import { fillScripted, openScripted, reasonOf, type ScriptedAccount } from './scripted-account';

export const withMove = `${basicCapabilities} CONDSTORE QRESYNC`;
export const withoutMove = withMove.replace(' MOVE', '');
export const bare = basicCapabilities.replace(' UIDPLUS', '').replace(' MOVE', '');
export const withIds = ' X-GM-EXT-1';

/** With twelve messages in INBOX, and none in the others. */
export interface OpenedCopies extends ScriptedAccount {
  readonly archive: ScriptedMailbox;
  readonly other: ScriptedMailbox;
}

export async function openCopies(capabilities: string): Promise<OpenedCopies> {
  const boxes: ScriptedMailbox[] = [];
  const scripted = await openScripted(capabilities, 12, {
    prepare(server) {
      boxes.push(fillScripted(server, 'Archive', 0), fillScripted(server, 'Other', 0));
      const inbox = server.mailboxes.get('INBOX');
      for (const message of inbox?.messages ?? []) {
        Object.assign(message, { more: `X-GM-MSGID ${1000 + message.uid} X-GM-THRID ${2000 + message.uid}` });
      }
    },
    tuning: { policy: { fullScan: 0 } },
  });
  await scripted.account.syncAll();
  const [archive, other] = boxes;
  if (archive === undefined || other === undefined) throw new Error('no mailboxes');
  return { ...scripted, archive, other };
}

export const copies = (box: ScriptedMailbox, subject: string): string[] =>
  box.messages.flatMap(({ raw, flags }) => (raw.includes(`Subject: ${subject}\r\n`) ? flags.join(' ') : []));

export const isMarked = (flags: string): boolean => flags.includes('\\Deleted');

export function mark(box: ScriptedMailbox, number: number): void {
  const message = box.messages.find(({ uid }) => uid === number);
  if (message === undefined) throw new Error('nothing to mark');
  message.flags = [...message.flags, '\\Deleted'];
  message.modSeq = box.highestModSeq += 1;
}

export function shownIn({ account }: ScriptedAccount, id: EmailId): string[] {
  const names = new Map(['INBOX', 'Archive', 'Other'].map((path) => [account.mailbox(path), path]));
  return (getEmailDetails(account.db, id)?.mailboxIds ?? []).map((at) => names.get(at) ?? '');
}

export function act(
  { account }: ScriptedAccount,
  id: EmailId,
  add: readonly string[],
  remove: readonly string[],
): void {
  const ids = (paths: readonly string[]) => paths.map((path) => account.mailbox(path));
  account.act(id, { type: 'mailboxes', add: ids(add), remove: ids(remove) });
}

/** The COPY is made, and its answer is lost with the connection. */
export async function loseAnswerToCopy({ account, server }: ScriptedAccount): Promise<void> {
  server.script = ({ name }, socket) => {
    if (name !== 'UID COPY') return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
  server.script = () => undefined;
}

/** Until nothing waits, and both sides know of each other. */
export async function settle({ account }: ScriptedAccount): Promise<void> {
  for (let round = 0; round < 3; round++) {
    expect(await account.drain()).toMatchObject({ failed: 0 });
    await account.syncAll();
  }
  expect(listChanges(account.db)).toEqual([]);
}
