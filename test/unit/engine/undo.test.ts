import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteEmails, emailKey, storeEmails, updateEmails } from '../../../src/db/emails';
import { absorb } from '../../../src/db/imap-unplaced';
import { getEmailDetails } from '../../../src/db/message-lists';
import { deleteChanges, listChanges, setChangeState } from '../../../src/db/pending-changes';
import { undoableActions } from '../../../src/db/undo-actions';
import { acceptIntents, replayPending, setServerBase } from '../../../src/db/overlay';
import { actionHandlers } from '../../../src/engine/handlers/actions';
import { outboxHandlers } from '../../../src/engine/handlers/outbox';
import type { Action } from '../../../src/model/action';
import type { EmailId } from '../../../src/model/ids';
import type { Backend, OutgoingChange } from '../../../src/sync/backend';
import { drainOutbox } from '../../../src/sync/outbox';
import { SyncManager } from '../../../src/sync/sync-manager';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../support/test-db';

let test: TestDb;
let sync: SyncManager;
let email: EmailId;

beforeEach(async () => {
  test = await openTestDb();
  sync = new SyncManager({ db: test.db, onCredentialsNeeded: () => undefined });
  storeEmails(test.db, testAccount.id, [serverEmail('M1', [test.mailbox('inbox')])]);
  email = present(emailKey(test.db, testAccount.id, 'M1'));
});
afterEach(async () => {
  await sync.stop();
  test.close();
});

const handlers = () => actionHandlers({ db: test.db, sync, cacheDir: test.folder });
const apply = (action: Action) =>
  handlers()['actions/apply']({ action, targets: [{ emailId: email, mailboxId: test.mailbox('inbox') }] });
const undo = (undoId: number | null = null) => handlers()['actions/undo']({ undoId });
const shown = () => {
  const details = getEmailDetails(test.db, email);
  return { keywords: details?.keywords, mailboxIds: details?.mailboxIds };
};

describe('S31: undo', () => {
  it('cancels a change that has not left', () => {
    apply({ type: 'archive' });
    expect(undo()).toMatchObject({ messages: 1, kept: 0, action: { type: 'archive' } });
    expect(listChanges(test.db)).toEqual([]);
    expect(shown().mailboxIds).toEqual([test.mailbox('inbox')]);
    expect(undo()).toBeNull();
  });

  it.each(['waits', 'was sent'])('S3: follows a message that turns out to be an older one; its change %s', (state) => {
    const older = email;
    storeEmails(test.db, testAccount.id, [serverEmail('M2', [test.mailbox('inbox')])]);
    email = present(emailKey(test.db, testAccount.id, 'M2'));
    apply({ type: 'archive' });
    const [change] = listChanges(test.db);
    if (state === 'was sent') deleteChanges(test.db, [present(change).id]);
    absorb(test.db, older, email);
    replayPending(test.db, [older]);
    expect(undo()).toMatchObject({ messages: 1, kept: 0, moved: 0 });
    const left = listChanges(test.db).map(({ emailId, intent }) => ({ emailId, intent }));
    const back = { type: 'mailboxes', add: [test.mailbox('inbox')], remove: [test.mailbox('archive')] };
    expect(left).toEqual(state === 'waits' ? [] : [{ emailId: older, intent: back }]);
  });

  it('forgets what was discarded: it was never done, and another may have done it since', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    apply({ type: 'archive' });
    const [flag] = listChanges(test.db);
    setChangeState(test.db, [present(flag).id], 'sending', { lastError: null, countAttempt: false });
    setChangeState(test.db, [present(flag).id], 'failed', { lastError: 'No.', countAttempt: true });
    outboxHandlers({ db: test.db, sync, cacheDir: test.folder })['outbox/discard']({ changeIds: null });
    expect(handlers()['actions/history']()).toMatchObject([{ action: { type: 'archive' } }]);
    expect(undo()).toMatchObject({ action: { type: 'archive' } });
    expect(undo()).toBeNull();
  });

  it('lists what can be undone, with the subject of the one message that it was done to', () => {
    apply({ type: 'archive' });
    const entry = { action: { type: 'archive' }, messages: 1 };
    expect(handlers()['actions/history']()).toMatchObject([
      { ...entry, subject: getEmailDetails(test.db, email)?.subject },
    ]);
    deleteEmails(test.db, [email]);
    expect(handlers()['actions/history']()).toMatchObject([{ ...entry, subject: null }]);
  });

  it('queues the inverse of a change that the server has taken', () => {
    apply({ type: 'junk' });
    const changes = listChanges(test.db);
    deleteChanges(
      test.db,
      changes.map((change) => change.id),
    );
    acceptIntents(test.db, new Map([[email, changes.map((change) => change.intent)]]));
    expect(shown()).toEqual({ keywords: ['$junk'], mailboxIds: [test.mailbox('junk')] });
    undo();
    expect(shown()).toEqual({ keywords: [], mailboxIds: [test.mailbox('inbox')] });
    expect(listChanges(test.db)).toHaveLength(2);
  });

  it('queues the inverse behind a change of which no answer came, and keeps that one', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    const [change] = listChanges(test.db);
    setChangeState(test.db, [present(change).id], 'sending', { lastError: null, countAttempt: false });
    setChangeState(test.db, [present(change).id], 'queued', { lastError: null, countAttempt: false });
    undo();
    expect(listChanges(test.db).map((row) => row.intent)).toMatchObject([
      { add: ['$flagged'] },
      { remove: ['$flagged'] },
    ]);
    expect(shown().keywords).toEqual([]);
  });

  it('sends the inverse of a change that was discarded after it may have left, whatever is shown', async () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    const ids = listChanges(test.db).map(({ id }) => id);
    setChangeState(test.db, ids, 'sending', { lastError: null, countAttempt: false });
    setChangeState(test.db, ids, 'queued', { lastError: null, countAttempt: false });
    deleteChanges(test.db, ids);
    replayPending(test.db, [email]);
    undo();
    const sent: OutgoingChange[] = [];
    const send = (changes: readonly OutgoingChange[]) => {
      sent.push(...changes);
      return Promise.resolve({ outcomes: new Map([[email, { result: 'done' }]]), checkpoint: null, needsCycle: true });
    };
    await drainOutbox(test.db, { send } as unknown as Backend, testAccount.id, new AbortController().signal);
    expect(sent.map(({ patch }) => patch.removeKeywords)).toEqual([['$flagged']]);
  });

  it('takes thousands back in one transaction, as it did them: those that wait, and those that left', () => {
    const inbox = test.mailbox('inbox');
    const names = Array.from({ length: 2_500 }, (_, index) => `B${index}`);
    storeEmails(
      test.db,
      testAccount.id,
      names.map((name) => serverEmail(name, [inbox])),
    );
    const ids = names.map((name) => present(emailKey(test.db, testAccount.id, name)));
    let commits = 0;
    const listener = test.db.mail.onCommit(() => (commits += 1));
    const targets = ids.map((emailId) => ({ emailId, mailboxId: inbox }));
    expect(handlers()['actions/apply']({ action: { type: 'archive' }, targets }).changed).toBe(2_500);
    expect(commits).toBe(1);
    const changes = listChanges(test.db);
    const left = changes.filter((_, index) => index % 2 === 0).map(({ id }) => id);
    setChangeState(test.db, left, 'sending', { lastError: null, countAttempt: false });
    commits = 0;
    expect(undo()).toMatchObject({ messages: 2_500, kept: 0 });
    expect(commits).toBe(1);
    listener.dispose();
    expect(listChanges(test.db)).toHaveLength(2 * left.length);
    for (const id of ids) expect(getEmailDetails(test.db, id)?.mailboxIds).toEqual([inbox]);
  });

  it('undoes the newest first, and keeps what the server did meanwhile', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    apply({ type: 'archive' });
    updateEmails(test.db, testAccount.id, [{ remoteId: 'M1', keywords: ['$seen'] }]);
    expect(undo()).toMatchObject({ action: { type: 'archive' } });
    expect(shown()).toEqual({ keywords: ['$flagged', '$seen'], mailboxIds: [test.mailbox('inbox')] });
    expect(undo()).toMatchObject({ action: { type: 'keyword' } });
    expect(shown().keywords).toEqual(['$seen']);
  });

  it('takes back a destruction that has not left, and says so of one that has', () => {
    apply({ type: 'destroy' });
    expect(undo()).toMatchObject({ messages: 1, kept: 0 });
    expect(shown().mailboxIds).toEqual([test.mailbox('inbox')]);
    apply({ type: 'destroy' });
    const [change] = listChanges(test.db);
    setChangeState(test.db, [present(change).id], 'sending', { lastError: null, countAttempt: false });
    expect(undo()).toMatchObject({ messages: 0, kept: 1 });
  });

  it('takes a destruction that the server refused off the list of refused changes', () => {
    apply({ type: 'destroy' });
    const ids = listChanges(test.db).map(({ id }) => id);
    setChangeState(test.db, ids, 'sending', { lastError: null, countAttempt: false });
    setChangeState(test.db, ids, 'failed', { lastError: 'No.', countAttempt: true });
    expect(undo()).toMatchObject({ messages: 1, kept: 0 });
    expect(listChanges(test.db)).toEqual([]);
  });

  it('remembers nothing that the person did not do by hand', () => {
    const action = { type: 'keyword', keyword: '$seen', on: true } as const;
    const targets = [{ emailId: email, mailboxId: null }];
    expect(handlers()['actions/apply']({ action, targets, remember: false })).toEqual({ changed: 1, undoId: null });
    expect(undoableActions(test.db)).toEqual([]);
  });

  it('remembers nothing of an action that changed nothing', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: false });
    expect(undoableActions(test.db)).toEqual([]);
  });
});

describe('S31: undo of a move that another one followed', () => {
  const move = (from: string, to: string) =>
    present(
      handlers()['actions/apply']({
        action: { type: 'move', to: test.mailbox(to) },
        targets: [{ emailId: email, mailboxId: test.mailbox(from) }],
      }).undoId,
    );
  const send = (): void => {
    for (const { id, intent } of listChanges(test.db)) {
      deleteChanges(test.db, [id]);
      acceptIntents(test.db, new Map([[email, [intent]]]));
    }
  };

  it.each([
    ['not sent', () => undefined],
    ['sent', send],
  ])('changes nothing, says so, and can be done after the later one was undone: %s', (_what, between) => {
    const first = move('inbox', 'archive');
    between();
    const second = move('archive', 'junk');
    between();
    const waiting = listChanges(test.db);
    expect(undo(first)).toMatchObject({ messages: 0, kept: 0, moved: 1 });
    expect(shown().mailboxIds).toEqual([test.mailbox('junk')]);
    expect(listChanges(test.db)).toEqual(waiting);
    expect(undo(second)).toMatchObject({ messages: 1, moved: 0 });
    expect(undo(first)).toMatchObject({ messages: 1, moved: 0 });
    expect(shown().mailboxIds).toEqual([test.mailbox('inbox')]);
  });

  it('leaves that message out of the undo of several, its keywords too', () => {
    storeEmails(test.db, testAccount.id, [serverEmail('M2', [test.mailbox('inbox')])]);
    const other = present(emailKey(test.db, testAccount.id, 'M2'));
    const targets = [email, other].map((emailId) => ({ emailId, mailboxId: test.mailbox('inbox') }));
    const { undoId } = handlers()['actions/apply']({ action: { type: 'junk' }, targets });
    move('junk', 'archive');
    const requestId = '7d9f1a52-7c0a-4b7e-9d0a-0a4a6c1f4c03';
    const undone = { action: { type: 'junk' }, messages: 1, kept: 0, moved: 1 };
    expect(handlers()['actions/undo']({ undoId, requestId })).toEqual(undone);
    expect(handlers()['actions/undo']({ undoId, requestId })).toEqual(undone);
    expect(shown()).toEqual({ keywords: ['$junk'], mailboxIds: [test.mailbox('archive')] });
    expect(getEmailDetails(test.db, other)).toMatchObject({ keywords: [], mailboxIds: [test.mailbox('inbox')] });
  });

  it('does not stand in the way of what was done before, where somebody else moved it', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    move('inbox', 'archive');
    send();
    setServerBase(test.db, [[email, { mailboxIds: new Set([test.mailbox('trash')]) }]]);
    expect(undo()).toMatchObject({ messages: 0, moved: 1 });
    expect(undo()).toMatchObject({ action: { type: 'keyword' }, messages: 1 });
    expect(shown()).toEqual({ keywords: [], mailboxIds: [test.mailbox('trash')] });
  });

  it('where it is back by hand is done already', () => {
    const first = move('inbox', 'archive');
    move('archive', 'inbox');
    expect(undo(first)).toMatchObject({ messages: 1, moved: 0 });
    expect(shown().mailboxIds).toEqual([test.mailbox('inbox')]);
  });
});

describe('a request that comes again, because an engine died before it answered', () => {
  const [first, second] = ['7d9f1a52-7c0a-4b7e-9d0a-0a4a6c1f4c01', '7d9f1a52-7c0a-4b7e-9d0a-0a4a6c1f4c02'];
  const ask = (action: Action, requestId: string) =>
    handlers()['actions/apply']({
      action,
      targets: [{ emailId: email, mailboxId: test.mailbox('inbox') }],
      requestId,
    });

  it('is an action done once, and answered the same', () => {
    const flag: Action = { type: 'keyword', keyword: '$flagged', on: true };
    const answer = ask(flag, first);
    expect(answer).toMatchObject({ changed: 1 });
    expect(ask(flag, first)).toEqual(answer);
    expect(listChanges(test.db)).toHaveLength(1);
    expect(undoableActions(test.db)).toHaveLength(1);
    // Even where it was taken back meanwhile: what the person did last stands.
    undo();
    expect(ask(flag, first)).toEqual(answer);
    expect(shown().keywords).toEqual([]);
    // Another request for the same is another one.
    expect(ask(flag, second)).toMatchObject({ changed: 1 });
  });

  it('takes back one action, not the one before it too', () => {
    apply({ type: 'keyword', keyword: '$flagged', on: true });
    apply({ type: 'archive' });
    const undoOnce = () => handlers()['actions/undo']({ undoId: null, requestId: first });
    const answer = undoOnce();
    expect(answer).toEqual({ action: { type: 'archive' }, messages: 1, kept: 0, moved: 0 });
    expect(undoOnce()).toEqual(answer);
    expect(shown()).toEqual({ keywords: ['$flagged'], mailboxIds: [test.mailbox('inbox')] });
  });
});
