import { expect } from 'vitest';
import { getEmailDetails } from '../../src/db/message-lists';
import { replayPending } from '../../src/db/overlay';
import { enqueueChange, listChanges } from '../../src/db/pending-changes';
import { applyAction } from '../../src/engine/apply-action';
import { outboxHandlers } from '../../src/engine/handlers/outbox';
import { undoAction } from '../../src/engine/undo';
import type { Action } from '../../src/model/action';
import type { EmailId, MailboxId } from '../../src/model/ids';
import { SyncError } from '../../src/sync/sync-error';
import { SyncManager } from '../../src/sync/sync-manager';
import { cellOf, isPlayed, kinds, type Kind, type KindName, type SituationName } from './cells';
import type { World } from './world';

/** Whether the change reaches the server before we hear of what happened there, or after. */
export type Order = 'sent first' | 'news first';
export const orders: readonly Order[] = ['sent first', 'news first'];

/** A message that one cell is played with. */
interface Piece {
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

/** Rounds of sending and looking, after which all has to be at rest. */
const mostRounds = 5;
let played = 0;

/**
 * Plays the column of a situation: one message for each kind of change, all in one account, all sent in one go. What
 * comes of each is compared with its cell; names in the comparison are those of the kinds.
 */
export async function playSituation(world: World, situation: SituationName, order: Order): Promise<void> {
  const names = (Object.keys(kinds) as KindName[]).filter((name) => isPlayed(name, situation));
  const pieces = await setUp(world, names);
  try {
    for (const piece of pieces) act(world, piece);
    for (const piece of pieces) await happen(world, piece, situation);
    await rest(world, order);
    const cellsOf = pieces.map((piece) => ({ piece, cell: cellOf(piece.name, situation) }));
    expect(await outcome(world, pieces)).toEqual(
      Object.fromEntries(cellsOf.map(({ piece, cell }) => [piece.name, expected(piece, cell.result, cell.words)])),
    );
    await afterwards(world, pieces, situation);
  } finally {
    world.heal();
    await tidy(world, pieces);
  }
}

async function setUp(world: World, names: readonly KindName[]): Promise<Piece[]> {
  played += 1;
  const { db } = world.account;
  const planned = names.map((name, index) => {
    const kind: Kind = kinds[name];
    const id = `${played}-${index}`;
    const role = world.roleName(name === 'archive' ? 'archive' : name === 'junk' ? 'junk' : 'trash');
    const start = `From ${id}`;
    const other = kind.target === 'role' || kind.source === 'role' ? role : `To ${id}`;
    return { name, kind, start, other, elsewhere: `Else ${id}`, subject: `Cell ${id} ${name}` };
  });
  for (const { start, other, elsewhere, kind, subject } of planned) {
    await world.makeMailbox(start);
    if (other.startsWith('To ')) await world.makeMailbox(other);
    await world.makeMailbox(elsewhere);
    await world.deliver(start, subject, kind.start);
  }
  await world.account.syncAll();
  const pieces = planned.map(({ name, kind, start, other, elsewhere, subject }): Piece => {
    const [id] = db.mail.all('SELECT id FROM emails WHERE subject = ?', [subject], (row) => row[0] as EmailId);
    if (id === undefined) throw new Error(`${subject} was not synced`);
    const state = new Set([...kind.start, `in ${start}`]);
    return { name, kind, subject, id, source: start, target: other, elsewhere, state };
  });
  // What is to be undone is done, taken and seen before.
  const undone = pieces.filter(({ kind }) => kind.undoes !== null && kind.undoes !== 'destroy');
  for (const piece of undone) {
    const { kind, source, target } = piece;
    apply(world, piece, firstAction(world, piece));
    if (kind.undoes === 'keyword') piece.state = new Set([...(piece.state ?? []), '$seen']);
    else Object.assign(piece, { source: target, target: source, state: new Set([`in ${target}`]) });
  }
  if (undone.length > 0) await rest(world, 'sent first');
  return pieces;
}

function firstAction(world: World, { kind, target }: Piece): Action {
  switch (kind.undoes) {
    case 'keyword':
      return { type: 'keyword', keyword: '$seen', on: true };
    case 'delete':
      return { type: 'delete' };
    case 'destroy':
      return { type: 'destroy' };
    default:
      return { type: 'move', to: mailboxId(world, target) };
  }
}

const undoIds = new Map<EmailId, number>();

function apply(world: World, { id, source }: Piece, action: Action): void {
  const { db } = world.account;
  const target = { emailId: id, mailboxId: mailboxId(world, source) };
  const { changed, undoId } = applyAction(db, action, [target], { now: Date.now(), remember: true });
  expect(changed).toBe(1);
  if (undoId !== null) undoIds.set(id, undoId);
}

/** What the person does. */
function act(world: World, piece: Piece): void {
  const { name, kind, id, target } = piece;
  const { db, accountId } = world.account;
  if (kind.undoes !== null) {
    if (kind.undoes === 'destroy') apply(world, piece, { type: 'destroy' });
    expect(undoAction(db, undoIds.get(id) ?? null, { now: Date.now() }).undone).toMatchObject({ messages: 1, kept: 0 });
    return;
  }
  switch (name) {
    case 'archive':
    case 'junk':
    case 'delete':
    case 'destroy':
      apply(world, piece, { type: name });
      return;
    case 'move':
      apply(world, piece, { type: 'move', to: mailboxId(world, target) });
      return;
    case 'copy': {
      const intent = { type: 'mailboxes', add: [mailboxId(world, target)], remove: [] } as const;
      db.mail.transaction(() => {
        enqueueChange(db, { accountId, emailId: id, intent }, Date.now());
        replayPending(db, [id]);
      });
      return;
    }
    default:
      for (const [keyword, on] of Object.entries(kind.effect))
        apply(world, piece, { type: 'keyword', keyword, on: Boolean(on) });
  }
}

/** What somebody else does meanwhile. */
async function happen(world: World, piece: Piece, situation: SituationName): Promise<void> {
  const { source, target, elsewhere, subject, kind, state } = piece;
  switch (situation) {
    case 'nothing':
      return;
    case 'same':
    case 'opposite':
      if (kind.effect === 'destroy') {
        await world.destroy(source, subject);
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
      await world.destroy(source, subject);
      piece.state = null;
      return;
    case 'target destroyed':
      await world.dropMailbox(target);
      return;
    case 'target renamed':
      await world.renameMailbox(target, `${target} renamed`);
      piece.target = `${target} renamed`;
      return;
    case 'source destroyed':
      await world.dropMailbox(source);
      piece.state = null;
      return;
    case 'source renamed':
      await world.renameMailbox(source, `${source} renamed`);
      piece.source = `${source} renamed`;
      piece.state = new Set([...(state ?? [])].map((name) => (name === `in ${source}` ? `${name} renamed` : name)));
      return;
    case 'renumbered':
      await world.renumber(source);
      return;
    default:
      world.trouble(situation);
      // The mark is set, and only the move is refused.
      if (situation === 'over quota' && !world.isAtomic && kind.effect !== 'destroy' && '$junk' in Object(kind.effect))
        piece.state = new Set([...(state ?? []), '$junk']);
  }
}

/** The effect of a kind, by another client; `on` false: taken back. */
async function other(world: World, { kind, subject, source, target }: Piece, on: boolean): Promise<void> {
  if (typeof kind.effect === 'string') return;
  const isMove = kind.effect.target === true;
  for (const [name, value] of Object.entries(kind.effect)) {
    if (name === 'source' || name === 'target') continue;
    await world.flag(on || !isMove ? source : target, subject, name, value === on);
  }
  if (!isMove) return;
  if (on) await world.move(subject, source, target);
  else await world.move(subject, target, source);
}

function withEffect({ state, source, target }: Piece, effect: Kind['effect']): ReadonlySet<string> | null {
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

interface Outcome {
  /** Of the changes of the message. */
  readonly outbox: readonly string[];
  readonly shown: readonly string[] | 'gone';
  /** Null: the same as shown. */
  readonly server: readonly string[] | 'gone' | null;
}

function expected(piece: Piece, result: ReturnType<typeof cellOf>['result'], words = ''): unknown {
  const sorted = (names: ReadonlySet<string> | null): readonly string[] | 'gone' =>
    names === null ? 'gone' : [...names].sort();
  const wanted = sorted(withEffect(piece, piece.kind.effect));
  const changes = piece.name === 'junk' ? 2 : 1;
  const rows = (text: string): unknown[] =>
    Array.from({ length: changes }, (): unknown => expect.stringContaining(text));
  switch (result) {
    case 'done':
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

async function outcome(world: World, pieces: readonly Piece[]): Promise<Record<string, Outcome>> {
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

/** What the product does by itself: it sends and looks, until nothing is left to do. */
async function rest({ account }: World, order: Order): Promise<void> {
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error instanceof SyncError)) throw error;
    });
  };
  if (order === 'news first') await attempt(() => account.cycle());
  for (let round = 0; round < mostRounds; round++) {
    await attempt(() => account.drain());
    await attempt(() => account.cycle());
    if (listChanges(account.db).every(({ state }) => state === 'failed')) break;
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
    world.heal();
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

function mailboxId({ account: { db } }: World, name: string): MailboxId {
  const [id] = db.mail.all('SELECT id FROM mailboxes WHERE name = ?', [name], (row) => row[0] as MailboxId);
  if (id === undefined) throw new Error(`no mailbox ${name} here`);
  return id;
}

async function tidy(world: World, pieces: readonly Piece[]): Promise<void> {
  for (const { source, target, elsewhere, subject } of pieces) {
    for (const name of [source, target, elsewhere]) {
      if (/^(From|To|Else) /.test(name)) await world.dropMailbox(name);
      else if ((await world.truth([subject])).get(subject)?.has(`in ${name}`) === true)
        await world.destroy(name, subject);
    }
  }
  await world.account.syncAll();
}
