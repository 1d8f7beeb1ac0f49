import type { Applied } from '../../engine/api';
import { EngineError, type MailClient } from '../../engine/client';
import type { Action, ActionTarget } from '../../model/action';
import type { MailboxId } from '../../model/ids';
import { flagged, isUnread, seen } from '../../model/keywords';
import type { MailboxRole } from '../../model/mailbox';
import type { Directory } from '../mailboxes/directory';
import type { MessageListView } from '../messages/message-list';
import type { Chosen } from '../messages/message-nodes';
import type { Reader } from '../view-context';
import { planDeletion } from './deletion';
import { checkRole } from './missing-mailbox';

/** Moves what was dropped on a mailbox. */
export type MoveMessages = (targets: readonly ActionTarget[], to: MailboxId) => Promise<void>;

/** What a person can do to chosen messages. Each fails with the engine's error, or with MissingMailboxError. */
export interface MessageActions {
  archive(chosen: readonly Chosen[]): Promise<void>;
  junk(chosen: readonly Chosen[]): Promise<void>;
  notJunk(chosen: readonly Chosen[]): Promise<void>;
  /** To Trash; what is in Trash or Junk for good, which is asked about, once. */
  delete(chosen: readonly Chosen[]): Promise<void>;
  move(chosen: readonly Chosen[], to: MailboxId): Promise<void>;
  moveTargets: MoveMessages;
  setSeen(chosen: readonly Chosen[], on: boolean): Promise<void>;
  toggleSeen(chosen: readonly Chosen[]): Promise<void>;
  setFlagged(chosen: readonly Chosen[], on: boolean): Promise<void>;
  toggleFlagged(chosen: readonly Chosen[]): Promise<void>;
}

/** What of the other parts the actions need. */
export interface MessageActionParts {
  readonly client: Pick<MailClient, 'request'>;
  readonly list: Pick<MessageListView, 'selectBeyond'>;
  readonly reader: Pick<Reader, 'leave'>;
  readonly directory: Pick<Directory, 'state'>;
  /** Asks whether that many messages may go for good. */
  readonly confirmDeletion: (count: number) => Promise<boolean>;
  /** Told of each action once it is committed, to offer Undo. */
  readonly onApplied: (action: Action, applied: Applied) => void;
}

export function createMessageActions({
  client,
  list,
  reader,
  directory,
  confirmDeletion,
  onApplied,
}: MessageActionParts): MessageActions {
  const apply = async (action: Action, targets: readonly ActionTarget[]): Promise<void> => {
    if (targets.length === 0) return;
    onApplied(action, await client.request('actions/apply', { action, targets: [...targets] }));
  };

  /** Before list and reader go on: a message that then stays where it is would be out of the person's sight. */
  const check = async (role: MailboxRole, chosen: readonly Chosen[]): Promise<void> => {
    await checkRole(role, chosen, directory.state, client);
  };

  const checkAccounts = (targets: readonly ActionTarget[], to: MailboxId): void => {
    const accountOf = (id: MailboxId | null) => (id === null ? undefined : directory.state.byId.get(id)?.accountId);
    const own = accountOf(to);
    const isOther = (id: MailboxId | null): boolean => own !== undefined && (accountOf(id) ?? own) !== own;
    if (!targets.some(({ mailboxId }) => isOther(mailboxId))) return;
    throw new EngineError('invalid', 'Messages cannot be moved to a mailbox of another account.');
  };

  /** For actions after which messages are no longer where they were: list and reader go on to the next first. */
  const takeAway = async (action: Action, chosen: readonly Chosen[], role?: MailboxRole): Promise<void> => {
    if (chosen.length === 0) return;
    if (role !== undefined) await check(role, chosen);
    const targets = chosen.map(({ target }) => target);
    await list.selectBeyond(chosen);
    await reader.leave(targets);
    await apply(action, targets);
  };

  /** What is already in the mailbox of that role stays as it is. */
  const notIn = (chosen: readonly Chosen[], role: MailboxRole): readonly Chosen[] =>
    chosen.filter(
      ({ message }) => message.mailboxId === null || directory.state.byId.get(message.mailboxId)?.role !== role,
    );

  /** Asked of the engine, not of the list: a key pressed twice is quicker than the list is drawn again. */
  const keywordsOf = async ({ message, listed }: Chosen): Promise<{ unread: boolean; flagged: boolean } | null> => {
    if (listed?.node.kind === 'thread') {
      const { threadId, mailboxId } = message;
      const rows = await client.request('messages/thread', { threadId, mailboxId });
      return { unread: rows.some((row) => row.unread > 0), flagged: rows.some((row) => row.flagged > 0) };
    }
    const keywords = (await client.request('messages/get', message))?.keywords;
    return keywords === undefined ? null : { unread: isUnread(keywords), flagged: keywords.includes(flagged) };
  };

  const setSeen = (chosen: readonly Chosen[], on: boolean): Promise<void> =>
    apply(
      { type: 'keyword', keyword: seen, on },
      chosen.map(({ target }) => target),
    );

  // A thread is flagged by its newest message, not thirty times; to unflag it is to unflag all of it.
  const setFlagged = (chosen: readonly Chosen[], on: boolean): Promise<void> =>
    apply(
      { type: 'keyword', keyword: flagged, on },
      chosen.map(({ target, message: { emailId, mailboxId } }) => (on ? { emailId, mailboxId } : target)),
    );

  return {
    archive: (chosen) => takeAway({ type: 'archive' }, notIn(chosen, 'archive'), 'archive'),
    junk: (chosen) => takeAway({ type: 'junk' }, notIn(chosen, 'junk'), 'junk'),
    notJunk: (chosen) => takeAway({ type: 'not-junk' }, chosen, 'inbox'),
    async delete(chosen) {
      const { toTrash, forGood } = await planDeletion(chosen, directory.state.byId, client);
      await check('trash', toTrash);
      if (forGood.length > 0 && !(await confirmDeletion(countOf(forGood)))) return;
      // One step for list and reader, so that neither goes on to a message that leaves a moment later.
      await list.selectBeyond(chosen);
      await reader.leave(chosen.map(({ target }) => target));
      await apply(
        { type: 'delete' },
        toTrash.map(({ target }) => target),
      );
      await apply(
        { type: 'destroy' },
        forGood.map(({ target }) => target),
      );
    },
    move: (chosen, to) =>
      takeAway(
        { type: 'move', to },
        chosen.filter(({ message }) => message.mailboxId !== to),
      ),
    async moveTargets(targets, to) {
      const moved = targets.filter(({ mailboxId }) => mailboxId !== to);
      if (moved.length === 0) return;
      checkAccounts(moved, to);
      await reader.leave(moved);
      await apply({ type: 'move', to }, moved);
    },
    setSeen,
    async toggleSeen(chosen) {
      const states = await Promise.all(chosen.map(keywordsOf));
      await setSeen(
        chosen,
        states.some((state) => state?.unread === true),
      );
    },
    setFlagged,
    async toggleFlagged(chosen) {
      const states = await Promise.all(chosen.map(keywordsOf));
      await setFlagged(
        chosen,
        states.some((state) => state?.flagged === false),
      );
    },
  };
}

function countOf(chosen: readonly Chosen[]): number {
  return chosen.reduce((sum, { target, listed }) => sum + ('threadId' in target ? (listed?.row.count ?? 1) : 1), 0);
}
