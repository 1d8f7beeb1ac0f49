import { describe, expect, it } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import type { DrainReport } from '../../../../src/sync/outbox';
import { basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, reasonOf } from '../../../support/scripted-account';

const capabilities = `${basicCapabilities} CONDSTORE QRESYNC`;
const subjects = (box: ScriptedMailbox): string[] =>
  box.messages.map(({ raw }) => /Subject: (.*)\r\n/.exec(raw)?.[1] ?? '');

/** Other numbers: what was the first is the last. */
function numberAnew(box: ScriptedMailbox): void {
  box.uidValidity += 1;
  box.messages = [...box.messages].reverse().map((message, index) => ({ ...message, uid: index + 1 }));
}

describe('what happens while changes are on their way', () => {
  it('S20: numbers that change between two commands of a batch never mean another message', async () => {
    let archive: ScriptedMailbox | undefined;
    const { server, account, inbox } = await openScripted(capabilities, 6, {
      prepare: (scripted) => (archive = fillScripted(scripted, 'Archive', 3)),
    });
    await account.syncAll();
    const [from, to] = [account.mailbox('INBOX'), account.mailbox('Archive')];
    account.act(account.email('Archive 1'), { type: 'keywords', add: ['$flagged'], remove: [] });
    account.act(account.email('INBOX 2'), { type: 'mailboxes', add: [to], remove: [from] });
    numberAnew(inbox);
    // The batch is planned while the cycle lists the mailboxes: then they take turns, STORE, INBOX anew, MOVE.
    const draining: Promise<DrainReport>[] = [];
    server.script = ({ name }) => {
      if (name === 'LIST' && draining.length === 0) draining.push(account.drain());
      return undefined;
    };
    await account.cycle();
    await Promise.all(draining);
    await account.syncAll();
    await account.drain();
    expect(subjects(inbox)).toEqual(['INBOX 6', 'INBOX 5', 'INBOX 4', 'INBOX 3', 'INBOX 1']);
    expect(archive === undefined ? [] : subjects(archive)).toEqual(['Archive 1', 'Archive 2', 'Archive 3', 'INBOX 2']);
    expect(listChanges(account.db)).toEqual([]);
  });

  it('S21, S30: a message that one cycle met elsewhere, and only the next missed, keeps its key and what waits', async () => {
    const { server, account, inbox } = await openScripted(capabilities, 6, {
      prepare: (scripted) => void fillScripted(scripted, 'Archive', 3),
    });
    await account.syncAll();
    const key = account.email('Archive 2');
    account.act(key, { type: 'keywords', add: ['$flagged'], remove: [] });
    const archive = server.mailboxes.get('Archive');
    const [moved] = archive?.messages.splice(1, 1) ?? [];
    if (archive === undefined || moved === undefined) throw new Error('nothing to move');
    archive.highestModSeq += 1;
    inbox.messages.push({ ...moved, uid: inbox.uidNext++, modSeq: ++inbox.highestModSeq });
    // The first cycle reads INBOX, and gets no further.
    server.script = ({ name, args }, socket) => {
      if (name !== 'SELECT' || !args.startsWith('"Archive"')) return undefined;
      socket.destroy();
      return '';
    };
    expect(await reasonOf(account.cycle())).toBe('offline');
    server.script = () => undefined;
    await account.syncAll();
    await account.drain();
    await account.syncAll();
    expect(account.email('Archive 2')).toBe(key);
    expect(inbox.messages.at(-1)?.flags).toEqual(['\\Flagged']);
    expect(listChanges(account.db)).toEqual([]);
  });
});
