import { describe, expect, it } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import type { EmailId } from '../../../../src/model/ids';
import type { DrainReport } from '../../../../src/sync/outbox';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { breakOffAt, fillScripted, openScripted } from '../../../support/scripted-account';
import { act, copies, openCopies, settle, withIds, withMove } from '../../../support/scripted-copies';

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
    await breakOffAt({ account, server }, 'Archive');
    await account.syncAll();
    await account.drain();
    await account.syncAll();
    expect(account.email('Archive 2')).toBe(key);
    expect(inbox.messages.at(-1)?.flags).toEqual(['\\Flagged']);
    expect(listChanges(account.db)).toEqual([]);
  });

  it('S21, S30: a message that is moved on in each round is not given up while there are arrivals', async () => {
    const boxes: ScriptedMailbox[] = [];
    const { server, account, inbox } = await openScripted(capabilities, 3, {
      prepare: (scripted) => void boxes.push(fillScripted(scripted, 'Archive', 1), fillScripted(scripted, 'Other', 1)),
    });
    await account.syncAll();
    const [archive, other] = boxes;
    if (archive === undefined || other === undefined) throw new Error('no mailboxes');
    const key = account.email('Other 1');
    account.act(key, { type: 'keywords', add: ['$flagged'], remove: [] });
    const [message] = other.messages.splice(0, 1);
    if (message === undefined) throw new Error('nothing to move');
    other.highestModSeq += 1;
    // Each mailbox is read when it has just left, and the one that it is in by then was read before, or is not due.
    const moves = new Map([
      ['Other', () => void addMessage(archive, message.raw)],
      [
        'Archive',
        () => {
          archive.messages.pop();
          addMessage(inbox, message.raw);
        },
      ],
    ]);
    server.script = ({ name, args }) => {
      const path = /^"(\w+)"/.exec(args)?.[1] ?? '';
      if (name !== 'SELECT') return undefined;
      moves.get(path)?.();
      moves.delete(path);
      return undefined;
    };
    await account.cycle();
    expect(moves.size).toBe(0);
    await account.syncAll();
    expect(account.email('Other 1')).toBe(key);
    await account.drain();
    expect(inbox.messages.at(-1)?.flags).toEqual(['\\Flagged']);
  });

  it('S40: a message that somebody puts back while it is moved away leaves once more', async () => {
    const opened = await openCopies(`${withMove}${withIds}`);
    const { account, server, inbox, archive } = opened;
    const [id, twice] = [account.email('INBOX 5'), account.email('INBOX 6')];
    act(opened, twice, ['Other'], []);
    await settle(opened);
    // Three commands, and between the second and the third a cycle reads INBOX.
    account.act(account.email('INBOX 1'), { type: 'keywords', add: ['$flagged'], remove: [] });
    act(opened, id, ['Archive'], ['INBOX']);
    act(opened, twice, [], ['Other']);
    inbox.highestModSeq += 1;
    const cycles: Promise<unknown>[] = [];
    server.script = ({ name }) => {
      if (name === 'UID STORE' && cycles.length === 0) cycles.push(account.cycle());
      const [moved] = archive.messages;
      if (name === 'UID MOVE' && moved !== undefined) addMessage(inbox, moved.raw, { more: moved.more ?? '' });
      return undefined;
    };
    expect(await account.drain()).toMatchObject({ sent: 2, deferred: true });
    server.script = () => undefined;
    await Promise.all(cycles);
    await settle(opened);
    expect([inbox, archive].map((box) => copies(box, 'INBOX 5').length)).toEqual([0, 1]);
  });

  it('S3, S30: a message that is moved on before it is known to be one that has left keeps its key and what waits', async () => {
    const opened = await openCopies(withMove.replace(' UIDPLUS', ''));
    const { account, server, inbox, archive, other } = opened;
    const id = account.email('INBOX 5');
    act(opened, id, ['Other'], ['INBOX']);
    await settle(opened);
    account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });
    const [message] = other.messages.splice(0, 1);
    if (message === undefined) throw new Error('nothing to move');
    other.highestModSeq += 1;
    addMessage(inbox, message.raw);
    // It was met in INBOX, and `Other` is read next: the person is faster.
    const drains: Promise<unknown>[] = [];
    server.script = ({ name, args }) => {
      if (name !== 'UID FETCH' || !args.includes('BODYSTRUCTURE') || drains.length > 0) return undefined;
      const newer = account.db.mail.get('SELECT max(id) FROM emails', [], (row) => row[0] as EmailId);
      act(opened, newer ?? id, ['Archive'], ['INBOX']);
      drains.push(account.drain());
      return undefined;
    };
    await account.cycle();
    server.script = () => undefined;
    await Promise.all(drains);
    expect(copies(archive, 'INBOX 5')).toHaveLength(1);
    await account.syncAll();
    await settle(opened);
    expect(account.email('INBOX 5')).toBe(id);
    expect([inbox, archive, other].map((box) => copies(box, 'INBOX 5'))).toEqual([[], ['\\Flagged'], []]);
  });
});
