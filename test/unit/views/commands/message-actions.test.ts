import { describe, expect, it } from 'vitest';
import type { EmailDetails, MessageRow } from '../../../../src/model/email';
import { createMessageActions } from '../../../../src/views/commands/message-actions';
import { MissingMailboxError, missingMailboxSentence } from '../../../../src/views/commands/missing-mailbox';
import { chosenOf, emailNode, threadNode, type Chosen } from '../../../../src/views/messages/message-nodes';
import { account, asAccountId, asMailboxId, english, directoryState, mailbox, overview, row } from '../support/samples';
import { scriptedClient } from '../support/scripted-client';

const inbox = asMailboxId(1);
const archive = asMailboxId(2);
const trash = asMailboxId(3);
const junk = asMailboxId(4);
/** Of an account that has nothing else. */
const bare = asMailboxId(9);
const mailboxes = [
  mailbox(9, { role: 'inbox', accountId: asAccountId('home') }),
  mailbox(1, { role: 'inbox' }),
  mailbox(2, { role: 'archive' }),
  mailbox(3, { role: 'trash' }),
  mailbox(4, { role: 'junk' }),
];

const inList = (id: number, changes: Partial<MessageRow> = {}): Chosen => {
  const shown = row(id, changes);
  return chosenOf(threadNode(shown), shown, 'inboxes');
};
const inReader = (id: number): Chosen => {
  const { target, message } = inList(id);
  return {
    target: { ...target, mailboxId: null } as Chosen['target'],
    message: { ...message, mailboxId: null },
    listed: null,
  };
};

function actionsWith(
  answers: {
    confirms?: boolean;
    details?: Partial<EmailDetails> | null;
    /** The messages of each thread, as the engine has them by now. */
    threads?: Readonly<Record<number, readonly MessageRow[]>>;
  } = {},
) {
  /** What happened, in order. */
  const done: unknown[] = [];
  /** What was told once it was committed. */
  const applied: unknown[] = [];
  const client = scriptedClient({
    'actions/apply': ({ action, targets }) => {
      done.push({ action, targets });
      return { changed: targets.length, undoId: done.length };
    },
    'messages/get': () => (answers.details ?? null) as EmailDetails | null,
    'messages/thread': ({ threadId }) => answers.threads?.[threadId] ?? [row(threadId)],
  });
  const actions = createMessageActions({
    client,
    list: {
      selectBeyond: (chosen) => {
        done.push(`select beyond ${chosen.length}`);
        return Promise.resolve();
      },
    },
    reader: {
      leave: (targets) => {
        done.push(`leave ${targets.length}`);
        return Promise.resolve();
      },
    },
    directory: { state: directoryState(overview([account('work'), account('home')]), mailboxes) },
    confirmDeletion: (count) => {
      done.push(`asked about ${count}`);
      return Promise.resolve(answers.confirms ?? true);
    },
    onApplied: ({ type }, { changed, undoId }) => applied.push({ type, changed, undoId }),
  });
  return { actions, done, applied };
}

describe('actions that take messages away', () => {
  it('let list and reader go on before the engine is asked, and ask nothing of the person', async () => {
    const { actions, done } = actionsWith();
    await actions.archive([inList(5), inList(6, { count: 3 })]);
    expect(done).toEqual([
      'select beyond 2',
      'leave 2',
      {
        action: { type: 'archive' },
        targets: [
          { emailId: 5, mailboxId: inbox },
          { threadId: 6, mailboxId: inbox },
        ],
      },
    ]);
  });

  it('leave alone what is already there', async () => {
    const { actions, done } = actionsWith();
    await actions.archive([inList(5, { mailboxId: archive })]);
    await actions.junk([inList(5, { mailboxId: junk })]);
    await actions.move([inList(5)], inbox);
    await actions.moveTargets([inList(5).target], inbox);
    expect(done).toEqual([]);
  });

  it('S31: tell of each action that was committed, with what undoes it', async () => {
    const { actions, applied } = actionsWith();
    await actions.archive([inList(5), inList(6)]);
    await actions.archive([inList(5, { mailboxId: archive })]);
    await actions.toggleFlagged([inList(7)]);
    expect(applied).toEqual([
      { type: 'archive', changed: 2, undoId: 3 },
      { type: 'keyword', changed: 1, undoId: 4 },
    ]);
  });

  it('move what is dropped', async () => {
    const { actions, done } = actionsWith();
    await actions.moveTargets([inList(5).target], archive);
    expect(done).toEqual([
      'leave 1',
      { action: { type: 'move', to: archive }, targets: [{ emailId: 5, mailboxId: inbox }] },
    ]);
  });
});

describe('where an account has no mailbox of that role', () => {
  const missing = (role: string, accounts = ['home mail']) => ({ reason: 'no-mailbox', role, accounts });

  it('nothing goes on, nothing is asked, nothing is done, and the account is named', async () => {
    const { actions, done } = actionsWith({ details: { accountId: 'home', mailboxIds: [bare] } });
    const both = [inList(5), inList(6, { mailboxId: bare })];
    await expect(actions.archive(both)).rejects.toMatchObject(missing('archive'));
    await expect(actions.junk([inReader(6)])).rejects.toMatchObject(missing('junk'));
    await expect(actions.delete([inList(5, { mailboxId: trash }), ...both])).rejects.toMatchObject(missing('trash'));
    await expect(actions.moveTargets([inList(6, { mailboxId: bare }).target], archive)).rejects.toMatchObject({
      reason: 'invalid',
    });
    expect(done).toEqual([]);
  });

  it('the other accounts are not held up', async () => {
    const { actions, done } = actionsWith();
    await actions.archive([inList(5)]);
    await actions.notJunk([inList(6, { mailboxId: bare })]);
    expect(done.filter((step) => typeof step === 'object')).toHaveLength(2);
  });

  it('the sentence says which, with names that draw no icon', () => {
    const sentence = (...names: string[]) =>
      missingMailboxSentence(new MissingMailboxError('archive', names), english.l10n);
    expect(sentence('Home')).toBe('Home has no Archive mailbox. Use “Move to…” and choose a mailbox instead.');
    expect(sentence('Home', 'Club $(bug)')).toBe(
      'Home, Club $\u200b(bug) have no Archive mailbox. Use “Move to…” and choose a mailbox instead.',
    );
  });
});

describe('delete', () => {
  it('puts into Trash without a question', async () => {
    const { actions, done } = actionsWith();
    await actions.delete([inList(5)]);
    expect(done).toEqual([
      'select beyond 1',
      'leave 1',
      { action: { type: 'delete' }, targets: [{ emailId: 5, mailboxId: inbox }] },
    ]);
  });

  it('asks once, for all messages, before anything goes for good', async () => {
    const { actions, done } = actionsWith();
    await actions.delete([inList(5, { mailboxId: trash, count: 4 }), inList(6, { mailboxId: junk }), inList(7)]);
    expect(done).toEqual([
      'asked about 5',
      'select beyond 3',
      'leave 3',
      { action: { type: 'delete' }, targets: [{ emailId: 7, mailboxId: inbox }] },
      {
        action: { type: 'destroy' },
        targets: [
          { threadId: 5, mailboxId: trash },
          { emailId: 6, mailboxId: junk },
        ],
      },
    ]);
  });

  it('does nothing at all when the person says no', async () => {
    const { actions, done } = actionsWith({ confirms: false });
    await actions.delete([inList(5, { mailboxId: trash }), inList(6)]);
    expect(done).toEqual(['asked about 1']);
  });

  it.each([
    ['in Trash only: for good', [trash], 'destroy'],
    ['in Trash and Inbox: to Trash', [trash, inbox], 'delete'],
    ['nowhere any more: the engine decides', [], 'delete'],
  ])('looks where a message without a mailbox is: %s', async (_what, mailboxIds, type) => {
    const { actions, done } = actionsWith({ details: { mailboxIds } });
    await actions.delete([inReader(5)]);
    expect(done.at(-1)).toMatchObject({ action: { type } });
  });
});

describe('read and flag', () => {
  it('mark all read while one is unread, else all unread', async () => {
    const unread = row(5, { unread: 1, keywords: [] });
    const { actions, done } = actionsWith({ threads: { 5: [row(4), unread], 6: [row(6)] } });
    await actions.toggleSeen([inList(5, { count: 2 }), inList(6)]);
    await actions.toggleSeen([inList(6)]);
    expect(done).toMatchObject([
      { action: { keyword: '$seen', on: true }, targets: [{ threadId: 5 }, { emailId: 6 }] },
      { action: { keyword: '$seen', on: false } },
    ]);
  });

  it('flag the newest message of a thread, and unflag all of it', async () => {
    const { actions, done } = actionsWith({ threads: { 5: [row(5)], 6: [row(6, { flagged: 1 }), row(5)] } });
    await actions.toggleFlagged([inList(5, { count: 3 })]);
    // The list is a moment behind: what the engine says counts.
    await actions.toggleFlagged([inList(6, { count: 3, flagged: 0 })]);
    expect(done).toEqual([
      { action: { type: 'keyword', keyword: '$flagged', on: true }, targets: [{ emailId: 5, mailboxId: inbox }] },
      { action: { type: 'keyword', keyword: '$flagged', on: false }, targets: [{ threadId: 6, mailboxId: inbox }] },
    ]);
  });

  it('know a message of a thread by its own keywords, as one in the reader', async () => {
    const { actions, done } = actionsWith({ details: { keywords: ['$flagged'] } });
    const member = row(5);
    await actions.toggleSeen([chosenOf(emailNode(member), member, 'inboxes')]);
    await actions.toggleFlagged([inReader(6)]);
    expect(done).toMatchObject([{ action: { on: true } }, { action: { on: false }, targets: [{ emailId: 6 }] }]);
  });
});
