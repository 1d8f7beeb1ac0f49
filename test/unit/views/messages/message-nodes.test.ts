import { describe, expect, it } from 'vitest';
import { parseTargets, serialiseTargets } from '../../../../src/views/messages/message-drag';
import {
  chosenOf,
  emailNode,
  nodeBeyond,
  threadNode,
  withoutDoubles,
  type MessageNode,
} from '../../../../src/views/messages/message-nodes';
import { asEmailId, asMailboxId, asThreadId, row } from '../support/samples';

const thread = (id: number): MessageNode => threadNode(row(id));
const email = (id: number, inThread: number): MessageNode => emailNode(row(id, { threadId: asThreadId(inThread) }));
const more: MessageNode = { kind: 'more', id: 'more:3' };

describe('chosenOf', () => {
  it('is all of a folded thread in its mailbox, and its newest message to read', () => {
    const shown = row(7, { count: 3 });
    expect(chosenOf(threadNode(shown), shown, 'inboxes')).toMatchObject({
      target: { threadId: 7, mailboxId: 1 },
      message: { emailId: 7, threadId: 7, mailboxId: 1, source: 'inboxes' },
    });
  });

  it('is one message where there is one, or where one of a thread was chosen', () => {
    const single = row(7);
    expect(chosenOf(threadNode(single), single, 'inboxes').target).toEqual({ emailId: 7, mailboxId: 1 });
    const member = row(7, { count: 3 });
    expect(chosenOf(emailNode(member), member, 'inboxes').target).toEqual({ emailId: 7, mailboxId: 1 });
  });
});

describe('withoutDoubles', () => {
  it('leaves out "Load more", what stands twice, and messages of a thread that is chosen', () => {
    expect(withoutDoubles([email(11, 1), thread(1), email(21, 2), thread(3), thread(3), more])).toEqual([
      thread(1),
      email(21, 2),
      thread(3),
    ]);
  });

  it('tells the same thread in two mailboxes apart', () => {
    const elsewhere = threadNode(row(1, { mailboxId: asMailboxId(2) }));
    expect(withoutDoubles([thread(1), elsewhere])).toHaveLength(2);
  });
});

describe('nodeBeyond', () => {
  const nodes = [thread(5), thread(4), thread(3), more];
  const children = (id: string): MessageNode[] => (id === thread(4).id ? [email(42, 4), email(41, 4)] : []);

  it.each([
    ['the one below', [thread(5)], thread(4)],
    ['the one below all that leave', [thread(5), thread(4)], thread(3)],
    ['the last above where none is below', [thread(3)], thread(4)],
    ['nothing where all leave', [thread(5), thread(4), thread(3)], null],
    ['the next message of the same thread', [email(42, 4)], email(41, 4)],
    ['the message above of the same thread', [email(41, 4)], email(42, 4)],
    ['the thread below when all messages of one leave', [email(42, 4), email(41, 4)], thread(3)],
    ['nothing where nothing leaves', [], null],
  ])('is %s', (_what, leaving, expected) => {
    expect(nodeBeyond(nodes, leaving, children)).toEqual(expected);
  });
});

describe('what is dragged', () => {
  it('arrives as it left', () => {
    const targets = [
      { emailId: asEmailId(1), mailboxId: null },
      { threadId: asThreadId(2), mailboxId: asMailboxId(3) },
    ];
    expect(parseTargets(serialiseTargets(targets))).toEqual(targets);
  });

  it.each(['', 'not JSON', '{}', '[1]', '[{"emailId":-1,"mailboxId":1}]', '[{"threadId":1}]', 'null'])(
    'is nothing where it is not ours: %s',
    (text) => {
      expect(parseTargets(text)).toEqual([]);
    },
  );
});
