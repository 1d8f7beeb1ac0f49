import { expect } from 'vitest';
import { getEmailDetails } from '../../src/db/message-lists';
import { listChanges } from '../../src/db/pending-changes';
import type { EmailId } from '../../src/model/ids';
import type { Cell } from './cells';
import { withEffect, type Piece } from './pieces';
import type { World } from './world';

export interface Outcome {
  /** Of the changes of the message. */
  readonly outbox: readonly string[];
  readonly shown: readonly string[] | 'gone';
  /** Null: the same as shown. */
  readonly server: readonly string[] | 'gone' | null;
}

export function expected(piece: Piece, { result, words = '', copied }: Cell, protocol: World['protocol']): unknown {
  const sorted = (names: ReadonlySet<string> | null): readonly string[] | 'gone' =>
    names === null ? 'gone' : [...names].sort();
  const wanted = sorted(withEffect(piece, piece.kind.effect));
  const rows = (text: string): unknown[] =>
    Array.from({ length: changesOf(piece.kind) }, (): unknown => expect.stringContaining(text));
  switch (result) {
    case 'done':
      if (copied !== undefined && protocol === 'imap') {
        const copy = `in ${piece[copied.to]}`;
        const others = typeof wanted === 'string' ? [] : wanted.filter((name) => name !== copy);
        return { outbox: [], shown: others, server: [...others, copy].sort() };
      }
      return { outbox: [], shown: wanted, server: null };
    case 'gone':
      return { outbox: [], shown: 'gone', server: null };
    case 'refused':
      return { outbox: rows(`failed: ${words}`), shown: sorted(piece.state), server: null };
    case 'waits':
      return {
        outbox: rows('queued, 0 attempts: '),
        shown: wanted,
        server: wanted.toString() === sorted(piece.state).toString() ? null : sorted(piece.state),
      };
  }
}

/** Keywords are one change, mailboxes another. */
function changesOf({ effect }: Piece['kind']): number {
  if (typeof effect === 'string') return 1;
  const isOfMailboxes = (name: string): boolean => name === 'source' || name === 'target';
  return new Set(Object.keys(effect).map(isOfMailboxes)).size;
}

export async function outcome(world: World, pieces: readonly Piece[]): Promise<Record<string, Outcome>> {
  const { db } = world.account;
  const truth = await world.truth(pieces.map(({ subject }) => subject));
  const changes = listChanges(db);
  return Object.fromEntries(
    pieces.map(({ name, id, subject }) => {
      const onServer = truth.get(subject);
      const server = onServer === undefined ? 'gone' : [...onServer].sort();
      const shown = shownState(world, id);
      const outbox = changes
        .filter(({ emailId }) => emailId === id)
        .map(({ state, attempts, lastError }) =>
          state === 'failed' ? `failed: ${lastError ?? ''}` : `${state}, ${attempts} attempts: ${lastError ?? ''}`,
        );
      return [name, { outbox, shown, server: server.toString() === shown.toString() ? null : server }];
    }),
  );
}

function shownState({ account: { db } }: World, id: EmailId): readonly string[] | 'gone' {
  const details = getEmailDetails(db, id);
  if (details === null || details.mailboxIds.length === 0) return 'gone';
  const names = details.mailboxIds.flatMap((at) =>
    db.mail.all('SELECT name FROM mailboxes WHERE id = ?', [at], (row) => `in ${String(row[0])}`),
  );
  return [...details.keywords, ...names].sort();
}
