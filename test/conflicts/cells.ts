import { kinds, type GroupName, type Kind, type KindName } from './kinds';

export const groupTitles: Readonly<Record<GroupName, string>> = {
  flags: 'Read, unread, flags and keywords',
  moves: 'Move, archive, junk, not junk, delete',
  copies: 'Add to a mailbox',
  removals: 'Take out of one of two mailboxes',
  destroy: 'Delete for good',
  'undo destroy': 'Undo “delete for good”',
};

/** What happens on the server between the action and its sending. */
export const situations = {
  nothing: 'nothing',
  same: 'the same change, made elsewhere',
  opposite: 'the same change, made and taken back elsewhere',
  'other flag': 'another flag of the message changed',
  elsewhere: 'the message was moved to another mailbox',
  destroyed: 'the message was deleted for good',
  'target destroyed': 'the mailbox that it goes to, or stays in, was deleted',
  'target renamed': 'the mailbox that it goes to, or stays in, was renamed',
  'other left': 'the message was taken out of its other mailbox',
  'source destroyed': 'the mailbox that it is in was deleted, with its mail',
  'source renamed': 'the mailbox that it is in was renamed',
  renumbered: 'the mailbox that it is in was numbered anew (IMAP’s UIDVALIDITY)',
  forbidden: 'you may not change it any more (permission taken, or read-only)',
  'over quota': 'the account is full',
  'signed out': 'the password or token is not valid any more',
  offline: 'there is no connection',
} as const;

export type SituationName = keyof typeof situations;

/**
 * - `done`: the server has the change beside what others did, and nothing stands in the outbox;
 * - `gone`: the message is in no list any more, and nothing stands in the outbox;
 * - `refused`: the message is shown as the server has it, and the change stands in Outbox and Problems with `words`;
 * - `waits`: shown as wanted, not counted as an attempt, and done once the situation is over.
 */
export interface Cell {
  readonly result: 'done' | 'gone' | 'refused' | 'waits';
  /** What the person sees. */
  readonly seen: string;
  /** What stands in Outbox and Problems, or at least a part of it. */
  readonly words?: string;
  /**
   * Where another client puts a copy. Over JMAP that is the same message, and over IMAP (RFC 9051) a message of its own,
   * which the change is not about.
   */
  readonly copied?: { readonly to: 'source' | 'elsewhere'; readonly seenOverImap: string };
}

const done = (seen: string): Cell => ({ result: 'done', seen });
const gone = (seen: string): Cell => ({ result: 'gone', seen });
const refused = (words: string, seen: string): Cell => ({ result: 'refused', words, seen });
const waits = (seen: string): Cell => ({ result: 'waits', seen });

const messageGone = gone('The message leaves the list, and the change with it: there is nothing left to change.');
const forbidden = refused(
  'You may not do this in that mailbox.',
  'The message is shown as it is on the server. The change stands in Outbox and Problems: Retry once you may, or Discard.',
);
/** A message stands in one mailbox at least. */
const nowhere = refused(
  'This message would be in no mailbox any more.',
  'The message stays where it is. The change stands in Outbox and Problems: Discard it, and delete the message if you still want to.',
);
const signedOut = waits(
  'The change stays, shown and marked as waiting. “Sign in again” is shown; after it the change is sent by itself.',
);
const offline = waits(
  'The change stays, shown and marked as waiting, and is sent by itself when the connection is back.',
);

export const cells: Readonly<Record<GroupName, Partial<Readonly<Record<SituationName, Cell>>>>> = {
  flags: {
    nothing: done('The change is made.'),
    same: done('It is so already. Nothing is asked of you.'),
    opposite: done('Your change counts: it arrives last.'),
    'other flag': done('Both changes are kept.'),
    elsewhere: done('The message is in its new mailbox, with your change.'),
    destroyed: messageGone,
    'source destroyed': messageGone,
    'source renamed': done('The change is made.'),
    renumbered: done('The change is made.'),
    forbidden,
    'signed out': signedOut,
    offline,
  },
  moves: {
    nothing: done('The message is in its new mailbox.'),
    same: done('It is there already. Nothing is asked of you.'),
    opposite: done('Your move counts: it arrives last.'),
    'other flag': done('The message is in its new mailbox, with the other’s flag.'),
    elsewhere: done('The message is in both mailboxes: neither move is lost.'),
    destroyed: messageGone,
    'target destroyed': refused(
      'The mailbox that this message was moved to is gone.',
      'The message is back where it was. The change stands in Outbox and Problems: Discard it, and move the message to another mailbox.',
    ),
    'target renamed': done('The message is in the mailbox, under its new name.'),
    'source destroyed': messageGone,
    'source renamed': done('The message is in its new mailbox.'),
    renumbered: done('The message is in its new mailbox.'),
    forbidden,
    'over quota': refused(
      'The mailbox is full.',
      'The message is back where it was. The change stands in Outbox and Problems: make room and Retry, or Discard.',
    ),
    'signed out': signedOut,
    offline,
  },
  copies: {
    nothing: done('The message is in both mailboxes.'),
    same: done('It is in both mailboxes already. Nothing is asked of you.'),
    opposite: done('The message is in both mailboxes: your change arrives last.'),
    'other flag': done('The message is in both mailboxes, with the other’s flag.'),
    elsewhere: done('The message is in its new mailbox, and in the one that you added.'),
    destroyed: messageGone,
    'target destroyed': refused(
      'The mailbox that this message was moved to is gone.',
      'The message stays where it was. The change stands in Outbox and Problems: Discard it.',
    ),
    'target renamed': done('The message is in both mailboxes.'),
    'source destroyed': messageGone,
    'source renamed': done('The message is in both mailboxes.'),
    renumbered: done('The message is in both mailboxes.'),
    forbidden,
    'over quota': refused(
      'The mailbox is full.',
      'The message stays where it was. The change stands in Outbox and Problems: make room and Retry, or Discard.',
    ),
    'signed out': signedOut,
    offline,
  },
  removals: {
    nothing: done('The message is in the other mailbox only.'),
    same: done('It is out of there already. Nothing is asked of you.'),
    opposite: {
      ...done('Your change counts: it arrives last.'),
      copied: { to: 'source', seenOverImap: 'What was put back is a message of its own, and stays.' },
    },
    'other flag': done('The message is in the other mailbox only, with the other’s flag.'),
    elsewhere: {
      ...done('The message is in the other mailbox, and where it was moved to.'),
      copied: { to: 'elsewhere', seenOverImap: 'What was moved is a message of its own.' },
    },
    destroyed: messageGone,
    'target destroyed': nowhere,
    'target renamed': done('The message is in the other mailbox only, under its new name.'),
    'other left': nowhere,
    'source destroyed': done('The message is in the other mailbox only.'),
    'source renamed': done('The message is in the other mailbox only.'),
    renumbered: done('The message is in the other mailbox only.'),
    forbidden,
    'signed out': signedOut,
    offline,
  },
  destroy: {
    nothing: gone('The message is gone.'),
    same: gone('The message is gone already. Nothing is asked of you.'),
    'other flag': gone('The message is gone.'),
    elsewhere: refused(
      'This message was moved to another mailbox meanwhile, so it was not deleted.',
      'The message is shown in its new mailbox: somebody may have saved it. The change stands in Outbox and Problems: Discard it, and delete the message there if you still want to.',
    ),
    'source destroyed': gone('The message is gone, with its mailbox.'),
    'source renamed': gone('The message is gone.'),
    renumbered: gone('The message is gone.'),
    forbidden,
    'signed out': signedOut,
    offline,
  },
  'undo destroy': {
    nothing: done('The message is back; the server never heard of it.'),
    'other flag': done('The message is back, with the other’s flag.'),
    elsewhere: done('The message is shown in its new mailbox.'),
    destroyed: gone('The message is gone: somebody else deleted it.'),
    'source destroyed': gone('The message is gone, with its mailbox.'),
    'source renamed': done('The message is back.'),
    renumbered: done('The message is back.'),
    offline: done('The message is back, offline too.'),
  },
};

/** Whether the cell can be played: what all messages share is not deleted or renamed under the others. */
export function isPlayed(name: KindName, situation: SituationName): boolean {
  const kind: Kind = kinds[name];
  if (cells[kind.group][situation] === undefined) return false;
  if (situation.startsWith('target')) return kind.target === 'own';
  if (situation.startsWith('source') || situation === 'renumbered') return kind.source === 'own';
  return true;
}

export function cellOf(name: KindName, situation: SituationName): Cell {
  const cell = cells[kinds[name].group][situation];
  if (cell === undefined) throw new RangeError(`no cell ${name} × ${situation}`);
  return cell;
}
