import { describe, expect, it } from 'vitest';
import {
  buildTree,
  compareTrees,
  emptyTree,
  type MailboxNode,
  type MailboxTree,
} from '../../../../src/views/mailboxes/mailbox-tree';
import { signature } from '../../../../src/views/mailboxes/mailbox-item';
import type { DirectoryState } from '../../../../src/views/mailboxes/directory';
import { account, asAccountId, asMailboxId, directoryState, mailbox, overview } from '../support/samples';

const work = account('work');
const home = account('home');

function outline(tree: MailboxTree): string[] {
  const lines: string[] = [];
  const walk = (nodes: readonly MailboxNode[], indent: string): void => {
    for (const node of nodes) {
      lines.push(indent + node.id);
      walk(tree.children.get(node.id) ?? [], `${indent}  `);
    }
  };
  walk(tree.roots, '');
  return lines;
}

const change = (before: DirectoryState, now: DirectoryState) => {
  const treeBefore = buildTree(before, emptyTree);
  const tree = buildTree(now, treeBefore);
  return compareTrees(
    treeBefore,
    tree,
    (node) => signature(node, before),
    (node) => signature(node, now),
  );
};

describe('buildTree', () => {
  it('has the mailboxes of each account below it, as deep as they are, in the engine’s order', () => {
    const state = directoryState(overview([work, home]), [
      mailbox(1, { role: 'inbox' }),
      mailbox(5),
      mailbox(3, { parentId: asMailboxId(5) }),
      mailbox(4, { parentId: asMailboxId(3) }),
      mailbox(2, { accountId: asAccountId('home') }),
    ]);
    expect(outline(buildTree(state, emptyTree))).toEqual([
      'inboxes',
      'account:work',
      '  mailbox:1',
      '  mailbox:5',
      '    mailbox:3',
      '      mailbox:4',
      'account:home',
      '  mailbox:2',
    ]);
  });

  it('has no "All Inboxes" where there is one account, whose inbox says the same', () => {
    const tree = buildTree(directoryState(overview([work]), [mailbox(1)]), emptyTree);
    expect(outline(tree)).toEqual(['account:work', '  mailbox:1']);
  });

  it('hides no mailbox and does not loop when parents are missing, come later, or are cyclic', () => {
    const state = directoryState(overview([work]), [
      mailbox(1, { parentId: asMailboxId(99) }),
      mailbox(2, { parentId: asMailboxId(3) }),
      mailbox(3, { parentId: asMailboxId(2) }),
      mailbox(4, { parentId: asMailboxId(4) }),
    ]);
    expect(outline(buildTree(state, emptyTree))).toEqual([
      'account:work',
      '  mailbox:1',
      '  mailbox:2',
      '    mailbox:3',
      '  mailbox:4',
    ]);
  });

  it('leaves out mailboxes of an account that is gone', () => {
    const state = directoryState(overview([home]), [mailbox(1)]);
    expect(outline(buildTree(state, emptyTree))).toEqual(['account:home']);
  });

  it('keeps the objects of nodes that are still there, by which VS Code knows what is selected and unfolded', () => {
    const before = buildTree(directoryState(overview([work]), [mailbox(1), mailbox(2)]), emptyTree);
    const after = buildTree(directoryState(overview([work, home]), [mailbox(2, { name: 'Renamed' })]), before);
    expect(after.nodes.get('mailbox:2')).toBe(before.nodes.get('mailbox:2'));
    expect(after.nodes.get('account:work')).toBe(before.nodes.get('account:work'));
    expect(after.nodes.has('mailbox:1')).toBe(false);
  });

  it('takes five thousand mailboxes nested in each other', () => {
    const deep = Array.from({ length: 5000 }, (_, index) =>
      mailbox(index + 1, { parentId: index === 0 ? null : asMailboxId(index) }),
    );
    expect(buildTree(directoryState(overview([work]), deep), emptyTree).nodes.size).toBe(5001);
  });
});

describe('compareTrees', () => {
  const before = directoryState(overview([work], { unread: 1 }), [mailbox(1), mailbox(2)]);

  it('names only the nodes whose looks changed', () => {
    const now = directoryState(overview([work], { unread: 2 }), [mailbox(1, { unread: 2 }), mailbox(2)]);
    expect(change(before, now)).toEqual([{ kind: 'mailbox', id: 'mailbox:1', mailboxId: 1 }]);
  });

  it('names nothing where nothing changed', () => {
    expect(change(before, directoryState(overview([work]), [mailbox(1), mailbox(2)]))).toEqual([]);
  });

  it('sees what an account is doing', () => {
    const now = directoryState(overview([account('work', { state: 'syncing' })]), before.mailboxes);
    expect(change(before, now)).toEqual([{ kind: 'account', id: 'account:work', accountId: 'work' }]);
  });

  it.each([
    ['added', [mailbox(1), mailbox(2), mailbox(3)]],
    ['removed', [mailbox(1)]],
    ['in another order', [mailbox(2), mailbox(1)]],
    ['moved below another', [mailbox(1), mailbox(2, { parentId: asMailboxId(1) })]],
    ['replaced', [mailbox(1), mailbox(3)]],
  ])('is another structure when a mailbox is %s', (_what, mailboxes) => {
    expect(change(before, directoryState(overview([work]), mailboxes))).toBe('structure');
  });
});
