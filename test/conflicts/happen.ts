import type { SituationName } from './cells';
import type { Effect, Kind } from './kinds';
import { withEffect, type Piece } from './pieces';
import type { Order } from './rest';
import type { World } from './world';

/** What somebody else does meanwhile. */
export async function happen(world: World, piece: Piece, situation: SituationName, order: Order): Promise<void> {
  const { source, target, elsewhere, subject, kind, state } = piece;
  switch (situation) {
    case 'nothing':
      return;
    case 'same':
    case 'opposite':
      if (kind.effect === 'destroy') {
        await world.destroy(placesOf(piece), subject);
        piece.state = null;
        return;
      }
      await other(world, piece, true);
      if (situation === 'opposite') await other(world, piece, false);
      else piece.state = withEffect(piece, kind.effect);
      return;
    case 'other flag':
      await world.flag(source, subject, '$answered', true);
      piece.state = new Set([...(state ?? []), '$answered']);
      return;
    case 'elsewhere':
      await world.move(subject, source, elsewhere);
      piece.state = new Set([...(state ?? [])].filter((name) => name !== `in ${source}`)).add(`in ${elsewhere}`);
      return;
    case 'destroyed':
      await world.destroy(placesOf(piece), subject);
      piece.state = null;
      return;
    case 'target destroyed':
      await world.dropMailbox(target);
      leave(piece, target);
      // Marks are set, and only the move is refused; what is known to be in vain is not tried.
      if (order === 'sent first' && world.protocol === 'imap') piece.state = withEffect(piece, keywordsOf(kind.effect));
      return;
    case 'target renamed':
      await world.renameMailbox(target, `${target} renamed`);
      piece.target = `${target} renamed`;
      rename(piece, target);
      return;
    case 'other left':
      await world.leave(target, subject);
      leave(piece, target);
      return;
    case 'source destroyed':
      await world.dropMailbox(source);
      leave(piece, source);
      return;
    case 'source renamed':
      await world.renameMailbox(source, `${source} renamed`);
      piece.source = `${source} renamed`;
      rename(piece, source);
      return;
    case 'renumbered':
      await world.renumber(source);
      return;
    default:
      await world.trouble(situation);
      if (situation === 'over quota' && world.protocol === 'imap')
        piece.state = withEffect(piece, keywordsOf(kind.effect));
  }
}

/** The effect of a kind, by another client; `on` false: taken back. */
async function other(world: World, { kind, subject, source, target }: Piece, on: boolean): Promise<void> {
  if (typeof kind.effect === 'string') return;
  const { effect } = kind;
  const isMove = effect.source === false && effect.target === true;
  for (const [name, value] of Object.entries(keywordsOf(effect))) {
    await world.flag(on || !isMove ? source : target, subject, name, value === on);
  }
  if (isMove) await (on ? world.move(subject, source, target) : world.move(subject, target, source));
  else if (effect.target === true) await (on ? world.copy(subject, source, target) : world.leave(target, subject));
  else if (effect.source === false) await (on ? world.leave(source, subject) : world.copy(subject, target, source));
}

function keywordsOf(effect: Kind['effect']): Effect {
  if (typeof effect === 'string') return {};
  return Object.fromEntries(Object.entries(effect).filter(([name]) => name !== 'source' && name !== 'target'));
}

const placesOf = ({ state }: Piece): string[] =>
  [...(state ?? [])].flatMap((name) => (name.startsWith('in ') ? [name.slice('in '.length)] : []));

function leave(piece: Piece, mailbox: string): void {
  const left = new Set([...(piece.state ?? [])].filter((name) => name !== `in ${mailbox}`));
  piece.state = placesOf({ ...piece, state: left }).length > 0 ? left : null;
}

function rename(piece: Piece, mailbox: string): void {
  const old = `in ${mailbox}`;
  piece.state = new Set([...(piece.state ?? [])].map((name) => (name === old ? `${old} renamed` : name)));
}
