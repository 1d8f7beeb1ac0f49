import type { MessageSource } from '../../engine/api';
import type { ActionTarget } from '../../model/action';
import type { MessageRow } from '../../model/email';
import type { EmailId, MailboxId, ThreadId } from '../../model/ids';
import type { ShownMessage } from '../view-context';

/**
 * A node of the messages tree says only which thing it is, and stays the same object as long as that is in the list. A row of the
 * list is a thread in a mailbox, even with one message, so that it keeps its selection when an answer comes in.
 * Menu commands are given such a node.
 */
export type MessageNode =
  | { readonly kind: 'thread'; readonly id: string; readonly threadId: ThreadId; readonly mailboxId: MailboxId }
  | {
      readonly kind: 'email';
      readonly id: string;
      readonly emailId: EmailId;
      readonly threadId: ThreadId;
      readonly mailboxId: MailboxId;
    }
  | { readonly kind: 'more'; readonly id: string };

type Place = Pick<MessageRow, 'threadId' | 'mailboxId'>;

export const threadNodeId = ({ threadId, mailboxId }: Place): string => `thread:${mailboxId}:${threadId}`;
export const emailNodeId = ({ emailId, mailboxId }: Pick<MessageRow, 'emailId' | 'mailboxId'>): string =>
  `email:${mailboxId}:${emailId}`;

export function threadNode({ threadId, mailboxId }: MessageRow): MessageNode {
  return { kind: 'thread', id: threadNodeId({ threadId, mailboxId }), threadId, mailboxId };
}

export function emailNode({ emailId, threadId, mailboxId }: MessageRow): MessageNode {
  return { kind: 'email', id: emailNodeId({ emailId, mailboxId }), emailId, threadId, mailboxId };
}

/** What a person chose: what an action is done to, and the message that stands for it (of a thread: its newest). */
export interface Chosen {
  readonly target: ActionTarget;
  readonly message: ShownMessage;
  /** Where it was chosen in the list; null where it was chosen in the reader. */
  readonly listed: { readonly node: MessageNode; readonly row: MessageRow } | null;
}

export function chosenOf(node: MessageNode, row: MessageRow, source: MessageSource): Chosen {
  const { emailId, threadId, mailboxId } = row;
  return {
    target: node.kind === 'thread' && row.count > 1 ? { threadId, mailboxId } : { emailId, mailboxId },
    message: { emailId, threadId, mailboxId, source },
    listed: { node, row },
  };
}

/** Without messages whose whole thread is chosen too: they are acted on once. */
export function withoutDoubles(nodes: readonly MessageNode[]): MessageNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return [...byId.values()].filter(
    (node) => node.kind === 'thread' || (node.kind === 'email' && !byId.has(threadNodeId(node))),
  );
}

/**
 * The node to go to when `leaving` leave the list: the first that stays below them, else the last above; null where none stays.
 * Next to a message inside a thread that is another one of that thread: never the thread, for then the next key would act on all of it.
 */
export function nodeBeyond(
  nodes: readonly MessageNode[],
  leaving: readonly MessageNode[],
  childrenOf: (threadId: string) => readonly MessageNode[],
): MessageNode | null {
  const gone = new Set(leaving.map(({ id }) => id));
  const last = leaving.at(-1);
  if (last?.kind === 'email') {
    const sibling = neighbourOf(childrenOf(threadNodeId(last)), gone);
    if (sibling !== null) return sibling;
  }
  for (const node of leaving) if (node.kind === 'email') gone.add(threadNodeId(node));
  return neighbourOf(nodes, gone);
}

function neighbourOf(nodes: readonly MessageNode[], gone: ReadonlySet<string>): MessageNode | null {
  const last = nodes.findLastIndex(({ id }) => gone.has(id));
  if (last < 0) return null;
  const stays = (node: MessageNode): boolean => node.kind !== 'more' && !gone.has(node.id);
  return nodes.slice(last + 1).find(stays) ?? nodes.slice(0, last).findLast(stays) ?? null;
}
