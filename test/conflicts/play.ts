import { expect } from 'vitest';
import { listChanges } from '../../src/db/pending-changes';
import { outboxHandlers } from '../../src/engine/handlers/outbox';
import { SyncManager } from '../../src/sync/sync-manager';
import { cellOf, isPlayed, type SituationName } from './cells';
import { happen } from './happen';
import { kinds, type KindName } from './kinds';
import { expected, outcome } from './outcome';
import { act, isOwn, setUp, withEffect, type Piece } from './pieces';
import { rest, type Order } from './rest';
import type { World } from './world';

/**
 * Plays the column of a situation: one message for each kind of change, all in one account, all sent in one go. What
 * comes of each is compared with its cell; names in the comparison are those of the kinds. `without`: left out.
 */
export async function playSituation(
  world: World,
  situation: SituationName,
  order: Order,
  without: readonly KindName[] = [],
): Promise<void> {
  const played = (Object.keys(kinds) as KindName[]).filter((name) => isPlayed(name, situation));
  const names = played.filter((name) => !without.includes(name));
  const pieces = await setUp(world, names);
  try {
    for (const piece of pieces) act(world, piece);
    for (const piece of pieces) await happen(world, piece, situation, order);
    await rest(world, order);
    const cellsOf = pieces.map((piece) => ({ piece, cell: cellOf(piece.name, situation) }));
    expect(await outcome(world, pieces)).toEqual(
      Object.fromEntries(cellsOf.map(({ piece, cell }) => [piece.name, expected(piece, cell, world.protocol)])),
    );
    await afterwards(world, pieces, situation);
  } finally {
    await world.heal();
    await tidy(world, pieces);
  }
}

/** What the person does about it: Retry where the trouble passed, Discard where it does not. */
async function afterwards(world: World, pieces: readonly Piece[], situation: SituationName): Promise<void> {
  const { db } = world.account;
  const sync = new SyncManager({ db, onCredentialsNeeded: () => undefined });
  const handlers = outboxHandlers({ db, sync, cacheDir: '' });
  try {
    const standing = pieces.filter(({ id }) => listChanges(db).some(({ emailId }) => emailId === id));
    if (standing.length === 0) return;
    await world.heal();
    const passes = ['forbidden', 'over quota', 'signed out', 'offline'].includes(situation);
    if (passes) handlers['outbox/retry']({ changeIds: null });
    else handlers['outbox/discard']({ changeIds: listChanges(db).map(({ id }) => id) });
    await rest(world, 'sent first');
    expect(await outcome(world, standing)).toEqual(
      Object.fromEntries(
        standing.map((piece) => {
          const wanted = passes ? withEffect(piece, piece.kind.effect) : piece.state;
          return [piece.name, { outbox: [], shown: wanted === null ? 'gone' : [...wanted].sort(), server: null }];
        }),
      ),
    );
  } finally {
    await sync.stop();
  }
}

async function tidy(world: World, pieces: readonly Piece[]): Promise<void> {
  for (const { source, target, elsewhere, subject } of pieces) {
    for (const name of [source, target, elsewhere]) {
      if (isOwn(name)) await world.dropMailbox(name);
      else if ((await world.truth([subject])).get(subject)?.has(`in ${name}`) === true)
        await world.destroy([name], subject);
    }
  }
  await world.account.syncAll();
}
