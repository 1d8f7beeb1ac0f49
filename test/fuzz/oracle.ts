import {
  type Aspect,
  aspect,
  aspectsOf,
  both,
  isKeyword,
  isPlace,
  keywordAspect,
  leavesInCopy,
  mailboxAspect,
} from './aspects';
import { AspectRules } from './aspect-rules';
import type { SeenIntent } from './client';
import { isIn } from './mailbox-names';
import type { Picture } from './picture';
import { violations, type Known } from './violations';

interface Action {
  readonly intents: readonly SeenIntent[];
  /** What the aspects that it touched could end with before it. */
  readonly before: ReadonlyMap<Aspect, ReadonlySet<boolean>>;
}

const nothingDone: Action = { intents: [], before: new Map() };

/**
 * What may be true once all is quiet (S40). Everything is taken apart into aspects that have two values and commute: a
 * message has a keyword, stands in a mailbox, or exists. For each aspect the oracle keeps the values that it may end with:
 *
 * - Somebody else's change is on the server at once. It may still be overwritten by what was done here before it and
 *   was not sent by then.
 * - An action here is sent some time after it was acknowledged, so it is the last writer of what was done before it. Except
 *   that S28 drops it if the server seemed to show it already: where the other client went back and forth, or the person
 *   here toggled something which the other client touched, the other's value may stay.
 * - What was undone counts as an action with the opposite value. Not so where a change before it was discarded since: the
 *   undo only cancels what has not left, and then it comes to whatever was there before. Nor where the action began from
 *   something else than was so: a message that was moved by a lost command is still shown where it was.
 * - After Retry and Discard of refused changes both values are right: which of several changes of one message was refused,
 *   and when, is the server's doing. What stands in the list of refused changes is right with any value (S30).
 *
 * - A message is deleted for good only where the person saw it: if somebody else put it elsewhere meanwhile it may stay, and
 *   then it still goes from where it was seen.
 * - A mailbox that was renamed and numbered anew, in either order, before the client looked is another mailbox to it: what
 *   was to leave the old one is found in the new one, as if somebody else had moved it there, and stays.
 * - What is marked `\\Deleted` takes the mark along wherever it is moved to, by a client that does not know of it yet; so
 *   where a message stands that was marked since all was quiet is not held. A mark that was there then is known: such a
 *   copy is no place.
 * - Of what was added twice only its being there is held, once either side touched it: an action here is one copy's.
 * - Where copies have keywords of their own, one that somebody else made and that is not known here yet keeps what the
 *   original had: what is taken away here may still be a keyword of that copy, and so of the message.
 * - Deleting for good is a mark and then an EXPUNGE, as is the second half of a move without MOVE, and what somebody else
 *   moves away in between takes the mark along. Without UIDPLUS the EXPUNGE waits where others' marks are, and takes one
 *   that is set at that very moment.
 * - What somebody else leaves of several copies of a message may be the one that did not have yet what was done here to the
 *   others, or has not what another has. Nor does a keyword that somebody sets on an original outlast a move without MOVE,
 *   once the copy is made; Cyrus and Dovecot let others at the original in the middle of their own MOVE.
 * - A move without MOVE is a copy and a deletion. Where the person thinks otherwise in between, and the client could not
 *   write down that the copy is made, there are two messages where copies have no id in common: what nobody knows of is
 *   never deleted.
 * - What leaves one of several mailboxes stays in another one, even if somebody else has taken it out of there meanwhile.
 * - And where both sides put a copy of it into one mailbox, before either knew of the other's, there are two: by COPY, and
 *   not where both moved the one that there was. What a discard leaves of two moves in a row may be a COPY, too.
 *
 * `settled` starts anew from what the server has, so a run with rests in between is held to more.
 */
export class Oracle extends AspectRules implements Known {
  /** What each action did, for its undo. */
  private readonly actions = new Map<number, Action>();
  /** Mailboxes that went since all was quiet, by their name now. */
  destroyed: string[] = [];
  /** What it was told since all was quiet, for a failure that does not come again. */
  private told: string[] = [];
  /** What was added twice. */
  readonly doubles = new Set<string>();
  /** What either side did something to since all was quiet. */
  readonly touched = new Set<string>();
  /** Mailboxes whose mail was numbered anew since all was quiet, by their name now. */
  private renumbered: string[] = [];

  /** Changes that were discarded. */
  private readonly thrownAway = new Set<number>();

  settled(picture: Picture): void {
    this.told = [];
    for (const known of [this.copied, this.marked, this.touched]) known.clear();
    this.destroyed = [];
    this.renumbered = [];
    this.names.settled();
    const all = Object.entries(picture.messages);
    for (const [subject, { mailboxes }] of all)
      if (this.copyLeft.has(subject) && mailboxes.length > 1) this.doubles.add(subject);
    this.copyLeft.clear();
    this.severalTimes = new Set(all.filter(([, { mailboxes }]) => mailboxes.length > 1).map(([subject]) => subject));
    this.messages = new Map(
      Object.entries(picture.messages).map(([subject, message]) => {
        const present = ['exists', ...message.keywords.map(keywordAspect), ...message.mailboxes.map(mailboxAspect)];
        return [subject, new Map(present.map((name) => [name, aspect(true)]))];
      }),
    );
  }

  added(subject: string, mailbox: string, keywords: readonly string[]): void {
    this.tell('added', subject, mailbox, keywords);
    const present = ['exists', mailboxAspect(mailbox), ...keywords.map(keywordAspect)];
    this.messages.set(subject, new Map(present.map((name) => [name, aspect(true)])));
  }

  /** `duringMove`: a MOVE of ours was under way at the server at the same time. */
  remoteKeyword(subject: string, keyword: string, on: boolean, duringMove: boolean): void {
    this.tell('remoteKeyword', subject, keyword, on, duringMove);
    this.remote(subject, keywordAspect(keyword), on);
    const places = [...(this.messages.get(subject) ?? [])].filter(([name]) => isPlace(name));
    const isMoving = places.some(([, { local }]) => local.size > 0);
    const isByCopy = this.server.withheld.has('MOVE') || duringMove;
    if (isMoving && isByCopy) this.aspect(subject, keywordAspect(keyword)).possible = both();
  }

  /** To one mailbox, out of all others of `mailboxes`. */
  remoteMove(subject: string, to: string, mailboxes: readonly string[]): void {
    this.tell('remoteMove', subject, to);
    this.copyGoes(subject);
    for (const id of mailboxes) this.remote(subject, mailboxAspect(id), id === to);
  }

  remoteAdd(subject: string, mailbox: string): void {
    this.tell('remoteAdd', subject, mailbox);
    this.remote(subject, mailboxAspect(mailbox), true);
    if (!this.server.copiesHaveKeywords) return;
    this.copied.add(subject);
    for (const [name, found] of this.messages.get(subject) ?? []) {
      if (!isKeyword(name)) continue;
      if (found.local.has(leavesInCopy(name))) found.possible = both();
    }
  }

  remoteDestroy(subject: string): void {
    this.tell('remoteDestroy', subject);
    this.remote(subject, 'exists', false);
  }

  /** `before`: the server just before. What moves at the same time may or may not have been in there. */
  remoteMailboxDestroyed(id: string, before: Picture): void {
    this.tell('remoteMailboxDestroyed', id);
    this.destroyed.push(id);
    for (const [subject, { mailboxes }] of Object.entries(before.messages)) {
      const aspects = [...(this.messages.get(subject) ?? [])];
      // Out of there, or into another one.
      const isMoving = aspects.some(
        ([name, { local }]) => isPlace(name) && (name === mailboxAspect(id) ? local.size > 0 : local.has(true)),
      );
      // A copy that is marked \Deleted stands in no mailbox of the picture, and goes with its own.
      if (isMoving || mailboxes.length === 0 || this.marked.has(subject))
        this.aspect(subject, 'exists').possible = both();
      else if (mailboxes.includes(id)) {
        this.copyGoes(subject);
        if (new Set(mailboxes).size === 1) this.remote(subject, 'exists', false);
        this.remote(subject, mailboxAspect(id), false);
      }
    }
  }

  /** All mail of a mailbox went to another one and came back; what was moved into it while it was away may be lost. */
  remoteDetour(id: string, before: Picture['messages'], wasAway: boolean): void {
    this.tell('remoteDetour', id, wasAway);
    if (wasAway) this.destroyed.push(id);
    this.renumbered.push(id);
    for (const [subject, { mailboxes }] of Object.entries(before)) {
      if (!mailboxes.includes(id)) continue;
      if (this.names.wasGiven(id)) this.remote(subject, mailboxAspect(id), false);
      this.remote(subject, mailboxAspect(id), true);
    }
  }

  /** A copy was marked `\Deleted` or the mark was taken away. */
  remoteMark(subject: string, mailbox: string, on: boolean): void {
    this.tell('remoteMark', subject, mailbox, on);
    this.marked.add(subject);
    this.copyGoes(subject);
    this.remote(subject, mailboxAspect(mailbox), !on);
  }

  doubled(subject: string): void {
    this.tell('doubled', subject);
    this.doubles.add(subject);
  }

  remoteMailboxRenamed(from: string, to: string): void {
    this.tell('remoteMailboxRenamed', from, to);
    if (from === to) return;
    for (const id of this.renumbered.filter((one) => isIn(one, from)))
      for (const aspects of this.messages.values()) {
        const place = aspects.get(mailboxAspect(id));
        if (place?.remote.has(true) !== true) continue;
        place.remote.add(false);
        place.possible.add(true);
      }
    this.names.renamed(from, to);
    this.renumbered = this.renumbered.map((id) => this.names.now(id));
    this.destroyed = this.destroyed.map((id) => this.names.now(id));
    for (const [subject, aspects] of this.messages) {
      this.messages.set(subject, new Map([...aspects].map(([name, value]) => [this.current(name), value])));
    }
  }

  acted(intents: readonly SeenIntent[], undoId: number | null): void {
    this.tell('acted', intents, undoId);
    const before = new Map<Aspect, ReadonlySet<boolean>>();
    for (const intent of intents) {
      this.noteCopyLeft(intent);
      for (const [name, value] of aspectsOf(intent)) {
        const found = this.aspect(intent.subject, name);
        if (!before.has(found)) before.set(found, new Set(found.possible));
        this.local(intent.subject, name, value);
      }
      this.mayBePutBack(intent);
    }
    if (undoId !== null) this.actions.set(undoId, { intents, before });
  }

  /** `failed`: what stood among the refused changes before. */
  undone(undoId: number, failed: readonly SeenIntent[]): void {
    this.tell('undone', undoId);
    const refused = new Set(failed.map(({ changeId }) => changeId));
    const { intents, before } = this.actions.get(undoId) ?? nothingDone;
    for (const intent of intents) {
      this.touched.add(intent.subject);
      this.noteCopyLeft(intent);
      const isLeftOut = refused.has(intent.changeId) || this.thrownAway.has(intent.changeId);
      if (isLeftOut || intent.destroy) this.loosen([intent]);
      for (const [name, value] of aspectsOf(intent)) {
        const found = this.aspect(intent.subject, name);
        if (found.isLoose) found.possible = both();
        else this.local(intent.subject, name, !value, true);
        for (const possible of before.get(found) ?? []) found.possible.add(possible);
      }
    }
  }

  /** Whether the server had them or not: to undo their action later leaves them as they are, and a rest does not change that. */
  discarded(changeIds: readonly number[]): void {
    this.tell('discarded', { changeIds });
    for (const id of changeIds) this.thrownAway.add(id);
  }

  /** The engine died while it undid this: a change that was cancelled leaves no trace, so it cannot be told whether it was. */
  maybeUndone(undoId: number): void {
    this.loosen(this.actions.get(undoId)?.intents ?? []);
  }

  /** Nobody can say any more which value these end with. */
  loosen(intents: readonly SeenIntent[]): void {
    this.tell('loosen', intents);
    for (const intent of intents) {
      for (const [name] of aspectsOf(intent)) {
        const found = this.aspect(intent.subject, name);
        found.isLoose = true;
        found.local = both();
        found.possible = both();
      }
      // Of one that was to go for good a copy may be marked already, and then it is shown nowhere.
      if (!intent.destroy) continue;
      for (const [name, { possible }] of this.messages.get(intent.subject) ?? [])
        if (isPlace(name)) possible.add(false);
    }
  }

  /** In order, a line each. */
  get history(): readonly string[] {
    return this.told;
  }

  private tell(what: string, ...details: readonly unknown[]): void {
    const [first] = details;
    if (typeof first === 'string') this.touched.add(first);
    if (Array.isArray(first)) for (const { subject } of first as SeenIntent[]) this.touched.add(subject);
    this.told.push(`${Math.round(performance.now())} ${what} ${JSON.stringify(details)}`);
  }

  /** What the server has and must not have, or the other way round. */
  violations(picture: Picture, failed: readonly SeenIntent[]): string[] {
    return violations(this, picture, failed);
  }
}
