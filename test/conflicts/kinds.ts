/** Keywords and mailboxes of a message that a kind of change touches: `true` gives, `false` takes. */
export type Effect = Readonly<Record<string, boolean>>;

/** What a person does, and what it comes to. */
export interface Kind {
  readonly title: string;
  readonly group: GroupName;
  /** Keywords of the message at first. */
  readonly start: readonly string[];
  /** What was done before, one after the other: the server has it, and everybody has seen it. */
  readonly first: readonly First[];
  /** The person takes the last of `first` back. */
  readonly isUndo: boolean;
  /** Of what the person does then. */
  readonly effect: Effect | 'destroy' | 'nothing';
  readonly source: Where;
  readonly target: Where | null;
}

export type First = 'read' | 'move' | 'archive' | 'junk' | 'delete' | 'copy' | 'remove';

/** A mailbox of the message's own, or one with a role: that one all messages of the account share. */
export type Where = 'own' | 'archive' | 'junk' | 'trash' | 'inbox';

export type GroupName = 'flags' | 'moves' | 'copies' | 'removals' | 'destroy' | 'undo destroy';

const plain = { start: [], first: [], isUndo: false, source: 'own', target: null } as const;
const flags = { ...plain, group: 'flags' } as const;
const moved = { source: false, target: true } as const;
const moves = { ...plain, group: 'moves', effect: moved } as const;
const undoes = { ...moves, isUndo: true, target: 'own' } as const;

export const kinds = {
  read: { ...flags, title: 'mark as read', effect: { $seen: true } },
  unread: { ...flags, title: 'mark as unread', start: ['$seen'], effect: { $seen: false } },
  label: { ...flags, title: 'set a keyword', effect: { project: true } },
  unlabel: { ...flags, title: 'remove a keyword', start: ['project'], effect: { project: false } },
  'undo read': { ...flags, title: 'undo “mark as read”', first: ['read'], isUndo: true, effect: { $seen: false } },
  move: { ...moves, title: 'move', target: 'own' },
  archive: { ...moves, title: 'archive', target: 'archive' },
  junk: { ...moves, title: 'move to Junk', target: 'junk', effect: { ...moved, $junk: true } },
  'not junk': {
    ...moves,
    title: 'not junk',
    start: ['$junk'],
    source: 'junk',
    target: 'inbox',
    effect: { ...moved, $junk: false, $notjunk: true },
  },
  delete: { ...moves, title: 'delete', target: 'trash' },
  'undo move': { ...undoes, title: 'undo a move', first: ['move'] },
  'undo archive': { ...undoes, title: 'undo “archive”', first: ['archive'], source: 'archive' },
  'undo junk': {
    ...undoes,
    title: 'undo “move to Junk”',
    first: ['junk'],
    source: 'junk',
    effect: { ...moved, $junk: false },
  },
  'undo delete': { ...undoes, title: 'undo a deletion', first: ['delete'], source: 'trash' },
  copy: { ...plain, group: 'copies', title: 'add to a mailbox', target: 'own', effect: { target: true } },
  'undo remove': {
    ...plain,
    group: 'copies',
    title: 'undo “delete for good” in one of two mailboxes',
    first: ['copy', 'remove'],
    isUndo: true,
    target: 'own',
    effect: { target: true },
  },
  remove: {
    ...plain,
    group: 'removals',
    title: 'delete for good in one of two mailboxes',
    first: ['copy'],
    target: 'own',
    effect: { source: false },
  },
  destroy: { ...plain, group: 'destroy', title: 'delete for good', effect: 'destroy' },
  'undo destroy': {
    ...plain,
    group: 'undo destroy',
    title: 'undo “delete for good” before it left',
    isUndo: true,
    effect: 'nothing',
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
