import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Action } from '../../src/model/action';
import type { MailboxId } from '../../src/model/ids';
import { FuzzClient } from './client';
import { differences, inconsistencies } from './local-picture';
import type { FuzzServer } from './fuzz-server';
import type { Picture } from './picture';
import { Oracle } from './oracle';
import { FuzzFailure, rest } from './rest';

export interface Life {
  /** What the server has in the end, by names: ids differ from one server to the next. */
  readonly end: Picture['messages'];
  /** Operations on the disk that it took, if nobody died. */
  readonly operations: number;
}

/**
 * First sync, actions of each kind, changes by somebody else, a rebuild; the process dies at its `dieAfter`-th operation on
 * the disk and is started anew on what it left. An action that was not acknowledged is done again, as a person would.
 */
export async function liveOnce(server: FuzzServer, dieAfter: number): Promise<Life> {
  await server.reset(1);
  const { remote } = server;
  const mailboxes = Object.entries((await remote.picture()).mailboxes);
  const idOf = (wanted: string): string => mailboxes.find(([, { name }]) => name === wanted)?.[0] ?? '';
  const add = (number: number, mailbox: string) =>
    remote.add([
      { subject: `m${number}`, mailbox: idOf(mailbox), keywords: [], answers: null, receivedAt: 2e9 + number },
    ]);
  for (let number = 1; number <= 8; number++) await add(number, number === 4 ? 'Trash' : 'Inbox');

  const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-steps-'));
  const client = new FuzzClient(folder, server.settings(server.target.port), server.password, server.tuning);
  /** Until it went through without a death. */
  const again = async (work: () => Promise<void> | void): Promise<void> => {
    for (;;) {
      try {
        await work();
        if (!client.disk.isDead) return;
      } catch (error) {
        if (!client.disk.isDead) throw error;
      }
      client.kill();
      await client.open();
    }
  };
  /** On the message where it stood at first: what has left by then was committed, and deleting it twice is something else. */
  const act = async (subject: string, action: Action): Promise<void> => {
    let from: MailboxId | null = null;
    await again(() => {
      const found = client
        .shown()
        .messages.find((one) => one.subject === subject && one.mailboxId === (from ?? one.mailboxId));
      from ??= found?.mailboxId ?? null;
      if (found !== undefined) client.act(action, [{ emailId: found.emailId, mailboxId: found.mailboxId }]);
    });
  };
  try {
    await client.open();
    client.disk.dieAfter(dieAfter);
    await again(() => rest(client));
    await act('m1', { type: 'keyword', keyword: '$seen', on: true });
    await act('m2', { type: 'archive' });
    await act('m3', { type: 'junk' });
    await act('m4', { type: 'destroy' });
    await remote.setKeyword('m1', '$flagged', true);
    await remote.destroy('m5');
    await add(9, 'Inbox');
    await again(() => rest(client));
    await act('m6', { type: 'delete' });
    await remote.move('m7', idOf('Archive'));
    await server.mischief[0]?.(0, new Oracle(server)); // the server forgets what changed, or numbers anew
    await again(() => rest(client));
    client.disk.dieAfter(Infinity); // it takes more operations at one time than at another
    const picture = await remote.picture();
    const problems = [...client.read(inconsistencies), ...differences(picture, client.picture())];
    if (problems.length > 0) throw new FuzzFailure(`died after ${dieAfter} operations: ${problems.join('; ')}`);
    return { end: picture.messages, operations: client.disk.operations };
  } finally {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  }
}
