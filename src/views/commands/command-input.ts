import type { MessageNode } from '../messages/message-nodes';

/** What a command is called with: nodes from a menu, the place from a key binding, nothing from the palette. */
export type CommandInput =
  { readonly from: 'nodes'; readonly nodes: readonly MessageNode[] } | { readonly from: 'list' | 'reader' | 'palette' };

/**
 * Menus pass the node they were opened on and all selected ones; that one node alone counts if it is not among the selected.
 * Key bindings pass `{ from }`. Whatever else an extension may pass is as good as nothing.
 */
export function commandInput(first: unknown, second: unknown): CommandInput {
  if (isNode(first)) {
    const selected = Array.isArray(second) ? second.filter(isNode) : [];
    return { from: 'nodes', nodes: selected.some(({ id }) => id === first.id) ? selected : [first] };
  }
  if (typeof first === 'object' && first !== null && 'from' in first) {
    if (first.from === 'list' || first.from === 'reader') return { from: first.from };
  }
  return { from: 'palette' };
}

function isNode(value: unknown): value is MessageNode {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) return false;
  return value.kind === 'thread' || value.kind === 'email';
}
