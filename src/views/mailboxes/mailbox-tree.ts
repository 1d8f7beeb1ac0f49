import type { AccountId, MailboxId } from '../../model/ids';
import type { DirectoryState } from './directory';

/**
 * A node of the mailboxes tree says only which thing it is; what is known of that thing is in the directory. A node is the same
 * object as long as its thing is there, because VS Code knows elements by identity. Menu commands are given such a node.
 */
export type MailboxNode =
  | { readonly kind: 'inboxes'; readonly id: string }
  | { readonly kind: 'account'; readonly id: string; readonly accountId: AccountId }
  | { readonly kind: 'mailbox'; readonly id: string; readonly mailboxId: MailboxId };

export interface MailboxTree {
  readonly roots: readonly MailboxNode[];
  readonly nodes: ReadonlyMap<string, MailboxNode>;
  readonly children: ReadonlyMap<string, readonly MailboxNode[]>;
  readonly parents: ReadonlyMap<string, MailboxNode>;
}

export const emptyTree: MailboxTree = { roots: [], nodes: new Map(), children: new Map(), parents: new Map() };

export const inboxesNodeId = 'inboxes';
export const accountNodeId = (accountId: AccountId): string => `account:${accountId}`;
export const mailboxNodeId = (mailboxId: MailboxId): string => `mailbox:${mailboxId}`;

/**
 * Accounts with their mailboxes, in the order in which the engine gave them; "All Inboxes" above where there are several accounts.
 * One walk over the mailboxes. A mailbox whose parent or account is not there stands on the level above, so that none is hidden.
 */
export function buildTree(state: DirectoryState, before: MailboxTree): MailboxTree {
  const nodes = new Map<string, MailboxNode>();
  const children = new Map<string, MailboxNode[]>();
  const parents = new Map<string, MailboxNode>();
  const roots: MailboxNode[] = [];

  const add = (node: MailboxNode, parent: MailboxNode | undefined): MailboxNode => {
    const kept = before.nodes.get(node.id) ?? node;
    nodes.set(kept.id, kept);
    if (parent === undefined) {
      roots.push(kept);
      return kept;
    }
    parents.set(kept.id, parent);
    const siblings = children.get(parent.id);
    if (siblings === undefined) children.set(parent.id, [kept]);
    else siblings.push(kept);
    return kept;
  };

  const accounts = state.overview.accounts.map(({ account }) => account.id);
  if (accounts.length > 1) add({ kind: 'inboxes', id: inboxesNodeId }, undefined);
  for (const accountId of accounts) add({ kind: 'account', id: accountNodeId(accountId), accountId }, undefined);
  for (const mailbox of state.mailboxes) {
    if (!state.accounts.has(mailbox.accountId)) continue; // an account that is just being removed
    // The engine gives parents first, so a parent that is not there yet is none, and no cycle can be built.
    const parent = mailbox.parentId === null ? undefined : nodes.get(mailboxNodeId(mailbox.parentId));
    add(
      { kind: 'mailbox', id: mailboxNodeId(mailbox.id), mailboxId: mailbox.id },
      parent ?? nodes.get(accountNodeId(mailbox.accountId)),
    );
  }
  return { roots, nodes, children, parents };
}

/** What of a tree has to be asked for again: everything, or the items of some nodes that stand where they stood. */
export type TreeChange = 'structure' | readonly MailboxNode[];

/** A signature differs whenever what a node shows differs. */
export function compareTrees(
  before: MailboxTree,
  now: MailboxTree,
  signatureBefore: (node: MailboxNode) => string,
  signatureNow: (node: MailboxNode) => string,
): TreeChange {
  if (before.nodes.size !== now.nodes.size || !sameNodes(before.roots, now.roots)) return 'structure';
  for (const node of now.nodes.values()) {
    if (!sameNodes(before.children.get(node.id), now.children.get(node.id))) return 'structure';
  }
  return [...now.nodes.values()].filter((node) => signatureBefore(node) !== signatureNow(node));
}

function sameNodes(before: readonly MailboxNode[] = [], now: readonly MailboxNode[] = []): boolean {
  return before.length === now.length && before.every((node, index) => node === now[index]);
}
