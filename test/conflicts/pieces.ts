import { expect } from 'vitest';
import { replayPending } from '../../src/db/overlay';
import { enqueueChange } from '../../src/db/pending-changes';
import { applyAction } from '../../src/engine/apply-action';
import { undoAction } from '../../src/engine/undo';
import type { Action } from '../../src/model/action';
import type { EmailId, MailboxId } from '../../src/model/ids';
import { kinds, type Effect, type First, type Kind, type KindName, type Where } from './kinds';
import { rest } from './rest';
import type { World } from './world';

/** A message that one cell is played with. */
export interface Piece {
  readonly name: KindName;
  readonly kind: Kind;
  readonly subject: string;
  readonly id: EmailId;
  source: string;
  target: string;
  readonly elsewhere: string;
  /** What the server has of it, by our book-keeping; null: nothing. */
  state: ReadonlySet<string> | null;
}

let played = 0;

/** Delivers a message for each kind, and does to it what is to be done before. */
export async function setUp(world: World, names: readonly KindName[]): Promise<Piece[]> {
  played += 1;
  const { db } = world.account;
  const planned = names.map((name, index) => {
    const kind: Kind = kinds[name];
    const id = `${played}-${index}`;
    const named = (where: Where, own: string): string => (where === 'own' ? `${own} ${id}` : world.roleName(where));
    // What is taken back goes the other way: it was in the target first.
    const [start, other] =
      kind.isUndo && kind.target !== null ? [kind.target, kind.source] : [kind.source, kind.target];
    return {
      name,
      kind,
      start: named(start, 'From'),
      other: named(other ?? 'own', 'To'),
      elsewhere: `Else ${id}`,
      subject: `Cell ${id} ${name}`,
    };
  });
  for (const { start, other, elsewhere, kind, subject } of planned) {
    for (const mailbox of [start, other, elsewhere]) if (isOwn(mailbox)) await world.makeMailbox(mailbox);
    await world.deliver(start, subject, kind.start);
  }
  await world.account.syncAll();
  const pieces = planned.map(({ name, kind, start, other, elsewhere, subject }): Piece => {
    const [id] = db.mail.all('SELECT id FROM emails WHERE subject = ?', [subject], (row) => row[0] as EmailId);
    if (id === undefined) throw new Error(`${subject} was not synced`);
    const state = new Set([...kind.start, `in ${start}`]);
    return { name, kind, subject, id, source: start, target: other, elsewhere, state };
  });
  for (let step = 0; pieces.some(({ kind }) => step < kind.first.length); step++) {
    for (const piece of pieces) {
      const first = piece.kind.first[step];
      if (first === undefined) continue;
      perform(world, piece, first);
      piece.state = withEffect(piece, effects[first]);
    }
    await rest(world, 'sent first');
  }
  for (const piece of pieces) {
    const { source, target, kind } = piece;
    if (kind.isUndo && kind.target !== null) Object.assign(piece, { source: target, target: source });
  }
  return pieces;
}

/** Whether it belongs to one message alone. */
export const isOwn = (mailbox: string): boolean => /^(From|To|Else) /.test(mailbox);

const effects: Readonly<Record<First, Effect>> = {
  read: { $seen: true },
  move: kinds.move.effect,
  archive: kinds.archive.effect,
  junk: kinds.junk.effect,
  delete: kinds.delete.effect,
  copy: kinds.copy.effect,
  remove: kinds.remove.effect,
};

/** What the person does. */
export function act(world: World, piece: Piece): void {
  const { name, kind, id } = piece;
  if (name === 'undo destroy') perform(world, piece, 'destroy');
  if (kind.isUndo) {
    const { undone } = undoAction(world.account.db, undoIds.get(id) ?? null, { now: Date.now() });
    expect(undone).toMatchObject({ messages: 1, kept: 0 });
  } else perform(world, piece, name);
}

const undoIds = new Map<EmailId, number>();

function perform(world: World, piece: Piece, what: First | KindName): void {
  const { db, accountId } = world.account;
  const { id, kind, target } = piece;
  switch (what) {
    case 'archive':
    case 'junk':
    case 'delete':
    case 'destroy': {
      apply(world, piece, { type: what });
      return;
    }
    case 'not junk': {
      apply(world, piece, { type: 'not-junk' });
      return;
    }
    // Of a message that is shown in another mailbox too, this takes it out of the one where it is done.
    case 'remove': {
      apply(world, piece, { type: 'destroy' });
      return;
    }
    case 'move': {
      apply(world, piece, { type: 'move', to: mailboxId(world, target) });
      return;
    }
    case 'copy': {
      const intent = { type: 'mailboxes', add: [mailboxId(world, target)], remove: [] } as const;
      db.mail.transaction(() => {
        enqueueChange(db, { accountId, emailId: id, intent }, Date.now());
        replayPending(db, [id]);
      });
      return;
    }
    default:
      for (const [keyword, on] of Object.entries(what === 'read' ? effects.read : kind.effect))
        apply(world, piece, { type: 'keyword', keyword, on: Boolean(on) });
  }
}

function apply(world: World, { id, source }: Piece, action: Action): void {
  const target = { emailId: id, mailboxId: mailboxId(world, source) };
  const { changed, undoId } = applyAction(world.account.db, action, [target], { now: Date.now(), remember: true });
  expect(changed).toBe(1);
  if (undoId !== null) undoIds.set(id, undoId);
}

/** The state of a message, once an effect is added to what the server has. */
export function withEffect({ state, source, target }: Piece, effect: Kind['effect']): ReadonlySet<string> | null {
  if (state === null || effect === 'destroy') return null;
  const names = new Set(state);
  if (effect === 'nothing') return names;
  for (const [name, on] of Object.entries(effect)) {
    const full = name === 'source' ? `in ${source}` : name === 'target' ? `in ${target}` : name;
    if (on) names.add(full);
    else names.delete(full);
  }
  return names;
}

function mailboxId({ account: { db } }: World, name: string): MailboxId {
  const [id] = db.mail.all('SELECT id FROM mailboxes WHERE name = ?', [name], (row) => row[0] as MailboxId);
  if (id === undefined) throw new Error(`no mailbox ${name} here`);
  return id;
}
