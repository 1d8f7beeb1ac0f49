import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emailKey, storeEmails, updateEmails } from '../../../src/db/emails';
import { getEmailDetails } from '../../../src/db/message-lists';
import { listOutbox } from '../../../src/db/outbox-list';
import { replayPending, setServerBase } from '../../../src/db/overlay';
import {
  deleteChanges,
  enqueueChange,
  listChanges,
  requeueInterrupted,
  setChangeState,
} from '../../../src/db/pending-changes';
import { getState, setState } from '../../../src/db/sync-state';
import type { ChangeId, EmailId } from '../../../src/model/ids';
import type { EmailIntent, PendingChange } from '../../../src/model/pending-change';
import type { Backend, ChangeOutcome, OutgoingChange, SendResult } from '../../../src/sync/backend';
import { changeWords } from '../../../src/sync/change-words';
import { drainOutbox } from '../../../src/sync/outbox';
import { SyncError } from '../../../src/sync/sync-error';
import { statementsOf } from '../../support/statements-of';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../support/test-db';

const accountId = testAccount.id;
const signal = new AbortController().signal;
let test: TestDb;

beforeEach(async () => {
  test = await openTestDb();
  storeEmails(
    test.db,
    accountId,
    Array.from({ length: 5 }, (_, i) => serverEmail(`M${i}`, [test.mailbox('inbox')])),
  );
  setState(test.db, accountId, 'Email', 's1', 1);
});
afterEach(() => test.close());

const key = (remoteId: string): EmailId => present(emailKey(test.db, accountId, remoteId));
function act(remoteId: string, intent: EmailIntent): void {
  enqueueChange(test.db, { accountId, emailId: key(remoteId), intent }, 1);
  replayPending(test.db, [key(remoteId)]);
}
const idsIn = (changes: readonly PendingChange[]): ChangeId[] => changes.map(({ id }) => id);
const flag = (add: string[], remove: string[] = []): EmailIntent => ({ type: 'keywords', add, remove });

/** Answers by what the test says, and keeps what was sent: a fault has to come on cue. */
function answering(answer: (batch: readonly OutgoingChange[], call: number) => SendResult): {
  backend: Backend;
  sent: (readonly OutgoingChange[])[];
} {
  const sent: (readonly OutgoingChange[])[] = [];
  const send = (batch: readonly OutgoingChange[]): Promise<SendResult> => {
    sent.push(batch);
    return Promise.resolve().then(() => answer(batch, sent.length));
  };
  return { backend: { send } as unknown as Backend, sent };
}

function all(outcome: ChangeOutcome, checkpoint: SendResult['checkpoint'] = null) {
  return (batch: readonly OutgoingChange[]): SendResult => ({
    outcomes: new Map(batch.map(({ email }) => [email.id, outcome])),
    checkpoint,
    needsCycle: checkpoint === null,
  });
}

describe('drainOutbox', () => {
  it('S27: sends what waits in one batch, oldest message first', async () => {
    act('M3', flag(['$seen']));
    act('M1', flag(['$seen']));
    act('M3', flag(['$flagged']));
    const { backend, sent } = answering(all({ result: 'done' }));
    const report = await drainOutbox(test.db, backend, accountId, signal);
    expect(sent.map((batch) => batch.map(({ email }) => email.remoteId))).toEqual([['M3', 'M1']]);
    expect(sent[0]?.[0]?.patch.addKeywords).toEqual(['$flagged', '$seen']);
    expect(report).toMatchObject({ sent: 3, failed: 0 });
    expect(listChanges(test.db)).toEqual([]);
    expect(getEmailDetails(test.db, key('M3'))).toMatchObject({ keywords: ['$flagged', '$seen'], pending: 'none' });
  });

  it('S30: fails what waits for a message whose row is missing, and lets the person see, retry and discard it', async () => {
    act('M1', flag(['$seen']));
    const missing = 4711 as EmailId;
    enqueueChange(test.db, { accountId, emailId: missing, intent: flag(['$flagged']) }, 1);
    const { backend, sent } = answering(all({ result: 'done' }));
    for (let times = 0; times < 2; times++) {
      expect(await drainOutbox(test.db, backend, accountId, signal)).toMatchObject({ sent: 1 - times, failed: 1 });
      expect(sent.map((batch) => batch.map(({ email }) => email.remoteId))).toEqual([['M1']]);
      const failed = { state: 'failed', emailId: missing, lastError: changeWords.messageMissing };
      expect(listOutbox(test.db).groups).toMatchObject([{ reason: changeWords.messageMissing, changes: [failed] }]);
      setChangeState(test.db, idsIn(listChanges(test.db)), 'queued', { lastError: null, countAttempt: false });
    }
    deleteChanges(test.db, idsIn(listChanges(test.db)));
    replayPending(test.db, [missing]);
    expect(listOutbox(test.db)).toEqual({ groups: [], left: 0 });
  });

  it('S1: leaves what the backend has written down of the server as it is: it may be newer than what was sent', async () => {
    act('M1', flag(['$seen']));
    const { backend } = answering((batch) => {
      // Taken, and undone by another client before the answer is settled.
      setServerBase(test.db, [[key('M1'), { keywords: ['work'] }]]);
      return all({ result: 'done', isWritten: true })(batch);
    });
    await drainOutbox(test.db, backend, accountId, signal);
    expect(listChanges(test.db)).toEqual([]);
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ keywords: ['work'], pending: 'none' });
  });

  it('S1: keeps a message that was put elsewhere while its copies were deleted for good', async () => {
    act('M1', { type: 'destroy' });
    const { backend } = answering(all({ result: 'done', isWritten: true }));
    await drainOutbox(test.db, backend, accountId, signal);
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ mailboxIds: [test.mailbox('inbox')] });
  });

  it('S1: takes as the server’s what was sent, and not what it had left out', async () => {
    updateEmails(test.db, accountId, [{ remoteId: 'M1', keywords: ['$flagged'] }]);
    act('M1', flag(['$flagged', '$seen']));
    const { backend } = answering((batch) => {
      // Another client takes the flag away, and the news of it crosses our request.
      updateEmails(test.db, accountId, [{ remoteId: 'M1', keywords: [] }]);
      return all({ result: 'done' })(batch);
    });
    await drainOutbox(test.db, backend, accountId, signal);
    expect(getEmailDetails(test.db, key('M1'))?.keywords).toEqual(['$seen']);
  });

  it('S30: sends again what was under way when its end could not be written down', async () => {
    act('M1', flag(['$seen']));
    setChangeState(
      test.db,
      listChanges(test.db).map(({ id }) => id),
      'sending',
      { lastError: null, countAttempt: false },
    );
    const { backend, sent } = answering(all({ result: 'done' }));
    await drainOutbox(test.db, backend, accountId, signal);
    expect([sent.length, listChanges(test.db).length]).toEqual([1, 0]);
  });

  it('S27: asks the database of a batch as a whole, and writes each of its messages once', async () => {
    const { backend } = answering(all({ result: 'done' }));
    const drain = (remoteIds: readonly string[]): Promise<number> => {
      for (const remoteId of remoteIds) act(remoteId, flag(['$seen']));
      return statementsOf(test.db.mail, () => drainOutbox(test.db, backend, accountId, signal));
    };
    const forOne = await drain(['M0']);
    expect((await drain(['M1', 'M2', 'M3', 'M4'])) - forOne).toBe(3);
    expect(listChanges(test.db)).toEqual([]);
  });

  it('S30: lets go in one batch of what needs no sending and what is refused, and sends the rest', async () => {
    act('M0', flag(['$seen']));
    act('M0', flag([], ['$seen']));
    act('M1', { type: 'destroy', from: [test.mailbox('inbox')] });
    updateEmails(test.db, accountId, [{ remoteId: 'M1', mailboxIds: new Set([test.mailbox('archive')]) }]);
    act('M2', flag(['$seen']));
    const { backend, sent } = answering(all({ result: 'done' }));
    expect(await drainOutbox(test.db, backend, accountId, signal)).toMatchObject({ sent: 1, failed: 1 });
    expect(sent.map((batch) => batch.map(({ email }) => email.remoteId))).toEqual([['M2']]);
    expect(listChanges(test.db)).toMatchObject([{ emailId: key('M1'), state: 'failed' }]);
    expect(getEmailDetails(test.db, key('M0'))).toMatchObject({ keywords: [], pending: 'none' });
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({
      mailboxIds: [test.mailbox('archive')],
      pending: 'failed',
    });
  });

  it('S28: drops without a request what the server already shows', async () => {
    act('M1', flag(['$seen']));
    act('M1', flag([], ['$seen']));
    const { backend, sent } = answering(all({ result: 'done' }));
    await drainOutbox(test.db, backend, accountId, signal);
    expect([sent.length, listChanges(test.db).length]).toEqual([0, 0]);
  });

  it('S29: offline counts no attempt and keeps the queue', async () => {
    act('M1', flag(['$seen']));
    const { backend } = answering(() => {
      throw new SyncError('offline', 'No connection.');
    });
    await expect(drainOutbox(test.db, backend, accountId, signal)).rejects.toMatchObject({ reason: 'offline' });
    expect(listChanges(test.db)).toMatchObject([{ state: 'queued', attempts: 0, lastError: null }]);
  });

  it('S29: a transient failure counts, and is queued again', async () => {
    act('M1', flag(['$seen']));
    const { backend } = answering(() => {
      throw new SyncError('unavailable', 'Busy.');
    });
    await expect(drainOutbox(test.db, backend, accountId, signal)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(listChanges(test.db)).toMatchObject([{ state: 'queued', attempts: 1, lastError: 'Busy.' }]);
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ keywords: ['$seen'], pending: 'pending' });
  });

  it('S29: each item has its own outcome; a deferred one does not hold up the others, nor is it tried in a circle', async () => {
    for (const id of ['M0', 'M1', 'M2', 'M3']) act(id, flag(['$seen']));
    const outcomes: Record<string, ChangeOutcome> = {
      M0: { result: 'done' },
      M1: { result: 'transient', message: 'Later.' },
      M2: { result: 'permanent', message: 'Never.' },
      M3: { result: 'gone' },
    };
    const { backend, sent } = answering((batch) => ({
      outcomes: new Map(batch.map(({ email }) => [email.id, outcomes[email.remoteId ?? ''] ?? { result: 'gone' }])),
      checkpoint: null,
      needsCycle: true,
    }));
    const report = await drainOutbox(test.db, backend, accountId, signal);
    expect(sent).toHaveLength(1);
    expect(report).toMatchObject({ sent: 2, failed: 1, deferred: true });
    expect(listChanges(test.db)).toMatchObject([
      { state: 'queued', lastError: 'Later.' },
      { state: 'failed', lastError: 'Never.' },
    ]);
    expect(getEmailDetails(test.db, key('M2'))).toMatchObject({
      keywords: [],
      pending: 'failed',
      refused: [{ intent: flag(['$seen']), reason: 'Never.' }],
    });
    expect(emailKey(test.db, accountId, 'M3')).toBeUndefined();
  });

  it('S27: a batch that is refused as a whole is tried singly, so one bad member fails alone', async () => {
    for (const id of ['M0', 'M1', 'M2']) act(id, flag(['$seen']));
    const { backend, sent } = answering((batch) => {
      if (batch.some(({ email }) => email.remoteId === 'M1')) throw new SyncError('refused', 'Bad patch.');
      return all({ result: 'done' })(batch);
    });
    const report = await drainOutbox(test.db, backend, accountId, signal);
    expect(sent.map((batch) => batch.length)).toEqual([3, 1, 1, 1]);
    expect(report).toMatchObject({ sent: 2, failed: 1 });
    expect(listChanges(test.db)).toMatchObject([{ emailId: key('M1'), state: 'failed', lastError: 'Bad patch.' }]);
  });

  it.each([
    ['and waits where the connection went', 'offline', ['queued', 'queued'], 1],
    ['and is tried singly where the server refuses it', 'too-large', ['failed', 'failed'], 3],
  ] as const)(
    'S27: what was answered of a batch is done, the rest is not: %s',
    async (_what, reason, states, calls) => {
      for (const id of ['M0', 'M1', 'M2']) act(id, flag(['$seen']));
      const { backend, sent } = answering((batch, call) => {
        const stop = new SyncError(reason, 'on cue');
        if (call > 1) throw stop;
        return { ...all({ result: 'done' })(batch.slice(0, 1)), stop };
      });
      const drained = drainOutbox(test.db, backend, accountId, signal);
      if (reason === 'offline') await expect(drained).rejects.toMatchObject({ reason });
      else expect(await drained).toMatchObject({ sent: 1, failed: 2, needsCycle: true });
      expect(sent).toHaveLength(calls);
      expect(listChanges(test.db)).toMatchObject(
        ['M1', 'M2'].map((id, at) => ({ emailId: key(id), state: states[at], attempts: reason === 'offline' ? 0 : 1 })),
      );
      expect(getEmailDetails(test.db, key('M0'))).toMatchObject({ keywords: ['$seen'], pending: 'none' });
    },
  );

  it('S11: advances the checkpoint only from where ours stands', async () => {
    act('M1', flag(['$seen']));
    const ours = answering(all({ result: 'done' }, { resourceType: 'Email', from: 's1', to: 's2' }));
    expect((await drainOutbox(test.db, ours.backend, accountId, signal)).needsCycle).toBe(false);
    expect(getState(test.db, accountId, 'Email')).toBe('s2');
    act('M2', flag(['$seen']));
    const others = answering(all({ result: 'done' }, { resourceType: 'Email', from: 's5', to: 's6' }));
    expect((await drainOutbox(test.db, others.backend, accountId, signal)).needsCycle).toBe(true);
    expect(getState(test.db, accountId, 'Email')).toBe('s2');
  });

  it('S30: what the server said nothing of stays in the queue', async () => {
    act('M1', flag(['$seen']));
    const { backend } = answering(() => ({ outcomes: new Map(), checkpoint: null, needsCycle: true }));
    expect(await drainOutbox(test.db, backend, accountId, signal)).toMatchObject({ sent: 0, deferred: true });
    expect(listChanges(test.db)).toMatchObject([{ state: 'queued' }]);
  });

  it('S10: what was on its way when the engine died is sent again', async () => {
    act('M1', flag(['$seen']));
    test.db.mail.run("UPDATE pending_changes SET state = 'sending'");
    requeueInterrupted(test.db);
    const { backend, sent } = answering(all({ result: 'done' }));
    await drainOutbox(test.db, backend, accountId, signal);
    expect([sent.length, listChanges(test.db).length]).toEqual([1, 0]);
  });

  it('S40: an action that comes while a batch is under way is kept and sent after it', async () => {
    act('M1', flag(['$seen']));
    const { backend, sent } = answering((batch, call) => {
      if (call === 1) act('M1', flag([], ['$seen']));
      return all({ result: 'done' })(batch);
    });
    await drainOutbox(test.db, backend, accountId, signal);
    expect(sent.map((batch) => batch[0]?.patch)).toMatchObject([
      { addKeywords: ['$seen'] },
      { removeKeywords: ['$seen'] },
    ]);
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ keywords: [], pending: 'none' });
  });

  it('S28: a move from where a refused one was to go starts from where the message is', async () => {
    const [inbox, archive, junk] = [test.mailbox('inbox'), test.mailbox('archive'), test.mailbox('junk')];
    act('M1', { type: 'mailboxes', add: [archive], remove: [inbox] });
    const { backend, sent } = answering((batch, call) => {
      if (call === 1) act('M1', { type: 'mailboxes', add: [junk], remove: [archive] });
      return all(call === 1 ? { result: 'permanent', message: 'Full.' } : { result: 'done' })(batch);
    });
    expect(await drainOutbox(test.db, backend, accountId, signal)).toMatchObject({ failed: 0 });
    // Over IMAP a copy may have been made in Archive before the refusal.
    const removeMailboxes = [inbox, archive];
    expect(sent.map((batch) => batch[0]?.patch).at(-1)).toMatchObject({ addMailboxes: [junk], removeMailboxes });
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ mailboxIds: [junk], pending: 'none' });
    expect(listChanges(test.db)).toEqual([]);
  });

  it('S28: what was undone while it was under way is no problem once it is refused', async () => {
    act('M1', flag(['$flagged']));
    const { backend, sent } = answering((batch, call) => {
      if (call === 1) act('M1', flag([], ['$flagged']));
      return all(call === 1 ? { result: 'permanent', message: 'Full.' } : { result: 'done' })(batch);
    });
    await drainOutbox(test.db, backend, accountId, signal);
    expect(sent.map((batch) => batch[0]?.patch).at(-1)).toMatchObject({
      addKeywords: [],
      removeKeywords: ['$flagged'],
    });
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ keywords: [], pending: 'none' });
    expect(listChanges(test.db)).toEqual([]);
  });

  it('S30: a second refusal of both stands in the list', async () => {
    const [inbox, archive, junk] = [test.mailbox('inbox'), test.mailbox('archive'), test.mailbox('junk')];
    act('M1', { type: 'mailboxes', add: [archive], remove: [inbox] });
    const { backend, sent } = answering((batch, call) => {
      if (call === 1) act('M1', { type: 'mailboxes', add: [junk], remove: [archive] });
      return all({ result: 'permanent', message: 'Not you.' })(batch);
    });
    expect(await drainOutbox(test.db, backend, accountId, signal)).toMatchObject({ failed: 2 });
    expect(sent).toHaveLength(2);
    expect(getEmailDetails(test.db, key('M1'))).toMatchObject({ mailboxIds: [inbox], pending: 'failed' });
    expect(listChanges(test.db).map(({ state }) => state)).toEqual(['failed', 'failed']);
  });
});
