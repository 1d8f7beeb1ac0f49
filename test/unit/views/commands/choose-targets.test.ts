import { describe, expect, it } from 'vitest';
import { awaitTargets, chooseTargets } from '../../../../src/views/commands/choose-targets';
import { commandInput } from '../../../../src/views/commands/command-input';
import { chosenOf, threadNode, type MessageNode } from '../../../../src/views/messages/message-nodes';
import type { ShownMessage } from '../../../../src/views/view-context';
import { asEmailId, asMailboxId, asThreadId, row } from '../support/samples';

const node = (id: number): MessageNode => threadNode(row(id));
const more: MessageNode = { kind: 'more', id: 'more:1' };

describe('commandInput', () => {
  it('is the node of a menu with all selected ones', () => {
    expect(commandInput(node(1), [node(1), node(2)])).toEqual({ from: 'nodes', nodes: [node(1), node(2)] });
  });

  it('is that node alone where it is not among the selected', () => {
    expect(commandInput(node(3), [node(1), node(2)])).toEqual({ from: 'nodes', nodes: [node(3)] });
    expect(commandInput(node(3), undefined)).toEqual({ from: 'nodes', nodes: [node(3)] });
  });

  it('leaves out "Load more"', () => {
    expect(commandInput(node(1), [node(1), more])).toEqual({ from: 'nodes', nodes: [node(1)] });
  });

  it('is the place where a key was pressed', () => {
    expect(commandInput({ from: 'list' }, undefined)).toEqual({ from: 'list' });
    expect(commandInput({ from: 'reader' }, undefined)).toEqual({ from: 'reader' });
  });

  it.each([undefined, null, 7, 'x', {}, { from: 'elsewhere' }, { kind: 'thread' }, more, []])(
    'is the palette for anything else: %o',
    (first) => {
      expect(commandInput(first, undefined)).toEqual({ from: 'palette' });
    },
  );
});

const listOf = (...selected: number[]) => ({
  selectedNodes: selected.map(node),
  hasSelection: selected.length > 0,
  chosen: (nodes: readonly MessageNode[]) =>
    nodes.flatMap((chosen) => (chosen.kind === 'thread' ? chosenOf(chosen, row(chosen.threadId), 'inboxes') : [])),
});
const message: ShownMessage = {
  emailId: asEmailId(9),
  threadId: asThreadId(9),
  mailboxId: asMailboxId(1),
  source: 'inboxes',
};
const readerWith = (current: ShownMessage | null, hasFocus: boolean) => ({ current, hasFocus });
describe('chooseTargets', () => {
  const emails = (...of: Parameters<typeof chooseTargets>): number[] =>
    chooseTargets(...of).map(({ message: { emailId } }) => emailId);

  it('is what the menu was opened on, whatever has the focus', () => {
    expect(emails({ from: 'nodes', nodes: [node(1), node(2)] }, listOf(3), readerWith(message, true))).toEqual([1, 2]);
  });

  it('is what has the focus when a key is pressed', () => {
    expect(emails({ from: 'list' }, listOf(3), readerWith(message, true))).toEqual([3]);
    expect(emails({ from: 'reader' }, listOf(3), readerWith(message, false))).toEqual([9]);
  });

  it('is from the palette the reader with the focus, else the selection, else the reader', () => {
    expect(emails({ from: 'palette' }, listOf(3), readerWith(message, true))).toEqual([9]);
    expect(emails({ from: 'palette' }, listOf(3), readerWith(message, false))).toEqual([3]);
    expect(emails({ from: 'palette' }, listOf(), readerWith(message, false))).toEqual([9]);
    expect(emails({ from: 'palette' }, listOf(3), readerWith(null, true))).toEqual([3]);
  });

  it('is nothing where nothing is chosen', () => {
    expect(emails({ from: 'palette' }, listOf(), readerWith(null, false))).toEqual([]);
    expect(emails({ from: 'reader' }, listOf(3), readerWith(null, false))).toEqual([]);
  });
});

describe('awaitTargets: while VS Code draws the list again, it tells of no selection', () => {
  /** Tells of its selection at the third look. */
  const beingDrawn = (selected: number, hasSelection: boolean) => {
    let looks = 0;
    return {
      ...listOf(),
      hasSelection,
      get selectedNodes() {
        return ++looks < 3 ? [] : [node(selected)];
      },
    };
  };
  const emails = async (...of: Parameters<typeof awaitTargets>): Promise<number[]> =>
    (await awaitTargets(...of)).map(({ message: { emailId } }) => emailId);

  it.each([true, false])('a key of the list is not lost', async (hasSelection) => {
    expect(await emails({ from: 'list' }, beingDrawn(3, hasSelection), readerWith(message, false))).toEqual([3]);
  });

  it('a command of the palette does not take the message in the reader for the one selected in the list', async () => {
    expect(await emails({ from: 'palette' }, beingDrawn(3, true), readerWith(message, false))).toEqual([3]);
  });

  it('waits for a row that the list is about to show', async () => {
    let looks = 0;
    const list = { ...listOf(3), chosen: () => (++looks < 3 ? [] : listOf(3).chosen([node(3)])) };
    expect(await emails({ from: 'list' }, list, readerWith(null, false))).toEqual([3]);
  });

  it('is nothing after a while where nothing is selected, and at once where that is known', async () => {
    expect(await emails({ from: 'list' }, listOf(), readerWith(message, false))).toEqual([]);
    let looks = 0;
    const onMore = { ...listOf(), selectedNodes: [more], chosen: () => (looks++, []) };
    expect(await emails({ from: 'list' }, onMore, readerWith(message, false))).toEqual([]);
    expect(looks).toBeLessThan(3);
    expect(await emails({ from: 'palette' }, listOf(), readerWith(message, false))).toEqual([9]);
  });
});
