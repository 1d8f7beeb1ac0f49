import type { SeenIntent } from './client';
import type { FuzzServer } from './fuzz-server';
import type { Picture } from './picture';

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
 *   undo only cancels what has not left, and then it comes to whatever was there before.
 * - After Retry and Discard of refused changes both values are right: which of several changes of one message was refused,
 *   and when, is the server's doing. What stands in the list of refused changes is right with any value (S30).
 *
 * - A message is deleted for good only where the person saw it: if somebody else put it elsewhere meanwhile it may stay, and
 *   then it still goes from where it was seen.
 * - A mailbox that was renamed and numbered anew, in either order, before the client looked is another mailbox to it: what
 *   was to leave the old one is found in the new one, as if somebody else had moved it there, and stays.
 * - What is marked `\\Deleted` takes the mark along wherever it is moved to, by a client that does not know of it yet; so
 *   where such a message stands is not held. Of what was added twice nothing is: an action here is one copy's.
 *
 * - Where copies have keywords of their own, one that somebody else made and that is not known here yet keeps what the
 *   original had: any keyword of a copy is the message's.
 *
 * - Deleting for good is a mark and then an EXPUNGE, and what somebody else moves away in between takes the mark along.
 * - And where both sides put a copy of it into one mailbox, before either knew of the other's, there are two.
 *
 * `settled` starts anew from what the server has, so a run with rests in between is held to more.
 */
export class Oracle {
  private messages = new Map<string, Map<string, Aspect>>();
  /** What each action did, for its undo. */
  private readonly actions = new Map<number, readonly SeenIntent[]>();
  private mailboxDestroyed = false;
  /** What it was told since all was quiet, for a failure that does not come again. */
  private told: string[] = [];
  /** Messages with a copy that is, or since all was quiet was, marked `\Deleted`. */
  private readonly marks = new Map<string, 'on' | 'off'>();
  private readonly doubles = new Set<string>();
  /** Of IMAP mailboxes, whose id is their path: what was renamed, in order. */
  private readonly renames: { readonly from: string; readonly to: string }[] = [];
  /** How many of them were known to the client when all was quiet. */
  private settledRenames = 0;

  /** Mailboxes whose mail was numbered anew since all was quiet, by their name now. */
  private renumbered: string[] = [];

  /** Messages of which somebody else made a copy that has keywords of its own, since all was quiet. */
  private readonly copied = new Set<string>();

  constructor(private readonly server: Pick<FuzzServer, 'keepsMovedIntoDestroyed' | 'copiesHaveKeywords'>) {}

  settled(picture: Picture): void {
    this.mailboxDestroyed = false;
    this.told = [];
    this.copied.clear();
    this.renumbered = [];
    this.settledRenames = this.renames.length;
    for (const [subject, mark] of this.marks) if (mark === 'off') this.marks.delete(subject);
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

  remoteKeyword(subject: string, keyword: string, on: boolean): void {
    this.tell('remoteKeyword', subject, keyword, on);
    this.remote(subject, keywordAspect(keyword), on);
  }

  /** To one mailbox, out of all others of `mailboxes`. */
  remoteMove(subject: string, to: string, mailboxes: readonly string[]): void {
    this.tell('remoteMove', subject, to);
    for (const id of mailboxes) this.remote(subject, mailboxAspect(id), id === to);
  }

  remoteAdd(subject: string, mailbox: string): void {
    this.tell('remoteAdd', subject, mailbox);
    this.remote(subject, mailboxAspect(mailbox), true);
    if (!this.server.copiesHaveKeywords) return;
    this.copied.add(subject);
    for (const [name, found] of this.messages.get(subject) ?? []) {
      if (isKeyword(name) && found.local.size > 0) found.possible = both();
    }
  }

  remoteDestroy(subject: string): void {
    this.tell('remoteDestroy', subject);
    this.remote(subject, 'exists', false);
  }

  /** `before`: the server just before. What moves at the same time may or may not have been in there. */
  remoteMailboxDestroyed(id: string, before: Picture): void {
    this.tell('remoteMailboxDestroyed', id);
    this.mailboxDestroyed = true;
    for (const [subject, { mailboxes }] of Object.entries(before.messages)) {
      const isMoving = [...(this.messages.get(subject) ?? [])].some(
        ([name, { local }]) => name.startsWith('in ') && local.size > 0,
      );
      // A copy that is marked \Deleted stands in no mailbox of the picture, and goes with its own.
      if (isMoving || this.marks.has(subject)) this.aspect(subject, 'exists').possible = both();
      else if (mailboxes.includes(id)) {
        if (mailboxes.length === 1) this.remote(subject, 'exists', false);
        this.remote(subject, mailboxAspect(id), false);
      }
    }
  }

  /** All mail of a mailbox went to another one and came back; what was moved at the same time may be on the way lost. */
  remoteDetour(id: string, before: Picture['messages']): void {
    this.tell('remoteDetour', id);
    this.mailboxDestroyed = true;
    this.renumbered.push(id);
    for (const [subject, { mailboxes }] of Object.entries(before)) {
      if (!mailboxes.includes(id)) continue;
      if (this.renames.slice(this.settledRenames).some(({ to }) => id === to || id.startsWith(`${to}/`)))
        this.remote(subject, mailboxAspect(id), false);
      this.remote(subject, mailboxAspect(id), true);
    }
  }

  /** A copy was marked `\Deleted` or the mark was taken away. */
  remoteMark(subject: string, mailbox: string, on: boolean): void {
    this.tell('remoteMark', subject, mailbox, on);
    this.marks.set(subject, on ? 'on' : 'off');
    this.remote(subject, mailboxAspect(mailbox), !on);
  }

  doubled(subject: string): void {
    this.tell('doubled', subject);
    this.doubles.add(subject);
  }

  remoteMailboxRenamed(from: string, to: string): void {
    this.tell('remoteMailboxRenamed', from, to);
    if (from === to) return;
    for (const id of this.renumbered.filter((one) => one === from || one.startsWith(`${from}/`)))
      for (const aspects of this.messages.values()) {
        const place = aspects.get(mailboxAspect(id));
        if (place?.remote.has(true) !== true) continue;
        place.remote.add(false);
        place.possible.add(true);
      }
    this.renames.push({ from, to });
    this.renumbered = this.renumbered.map((id) => this.current(mailboxAspect(id)).slice('in '.length));
    for (const [subject, aspects] of this.messages) {
      this.messages.set(subject, new Map([...aspects].map(([name, value]) => [this.current(name), value])));
    }
  }

  acted(intents: readonly SeenIntent[], undoId: number | null): void {
    this.tell('acted', intents, undoId);
    for (const intent of intents)
      for (const [name, value] of aspectsOf(intent)) this.local(intent.subject, name, value);
    if (undoId !== null) this.actions.set(undoId, intents);
  }

  /** `failed`: what stood among the refused changes before. */
  undone(undoId: number, failed: readonly SeenIntent[]): void {
    this.tell('undone', undoId);
    const refused = new Set(failed.map(({ changeId }) => changeId));
    for (const intent of this.actions.get(undoId) ?? []) {
      if (refused.has(intent.changeId) || intent.destroy) this.loosen([intent]);
      for (const [name, value] of aspectsOf(intent)) {
        const found = this.aspect(intent.subject, name);
        if (found.isLoose) found.possible = both();
        else this.local(intent.subject, name, !value, true);
      }
    }
  }

  /** The engine died while it undid this: a change that was cancelled leaves no trace, so it cannot be told whether it was. */
  maybeUndone(undoId: number): void {
    this.loosen(this.actions.get(undoId) ?? []);
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
    }
  }

  /** In order, a line each. */
  get history(): readonly string[] {
    return this.told;
  }

  private tell(what: string, ...details: readonly unknown[]): void {
    this.told.push(`${Math.round(performance.now())} ${what} ${JSON.stringify(details)}`);
  }

  /** What the server has and must not have, or the other way round. */
  violations(picture: Picture, failed: readonly SeenIntent[]): string[] {
    const listed = new Set(
      failed.flatMap((intent) => aspectsOf(intent).map(([name]) => `${intent.subject}\n${this.current(name)}`)),
    );
    const problems: string[] = [];
    for (const subject of Object.keys(picture.messages)) {
      if (!this.messages.has(subject)) problems.push(`${subject} is on the server, and nobody made it`);
    }
    for (const [subject, aspects] of this.messages) {
      if (this.doubles.has(subject)) continue;
      const message = picture.messages[subject];
      for (const id of new Set(message?.mailboxes.filter((one, index, all) => all.indexOf(one) !== index))) {
        const place = aspects.get(mailboxAspect(id));
        const byBoth = this.server.copiesHaveKeywords && place?.local.has(true) === true && place.remote.has(true);
        if (!byBoth) problems.push(`${subject} stands in ${id} more than once`);
      }
      const have = new Set(
        message && ['exists', ...message.keywords.map(keywordAspect), ...message.mailboxes.map(mailboxAspect)],
      );
      const check = (name: string): void => {
        if (listed.has(`${subject}\n${name}`)) return;
        const possible = aspects.get(name)?.possible ?? new Set([false]);
        if (possible.has(have.has(name))) return;
        problems.push(`${subject} ${have.has(name) ? 'has' : 'lacks'} “${name}”, which nobody wanted last`);
      };
      if (message === undefined) {
        if (!this.mayBeLost(aspects)) check('exists');
        continue;
      }
      for (const name of new Set([...aspects.keys(), ...have])) {
        const isPlace = name.startsWith('in ');
        const mailbox = isPlace ? picture.mailboxes[name.slice(3)] : undefined;
        // Renamed and numbered anew, a mailbox is gone to the client, and what was to go there stands in the list.
        const isMoveRefused = failed.some(
          (intent) => intent.subject === subject && Object.keys(intent.mailboxes).some((id) => id.startsWith('gone:')),
        );
        const isHeld = mailbox !== undefined && mailbox.isNode !== true && !this.marks.has(subject) && !isMoveRefused;
        if (!isPlace || isHeld) check(name);
      }
    }
    return problems;
  }

  private mayBeLost(aspects: ReadonlyMap<string, Aspect>): boolean {
    if (this.server.keepsMovedIntoDestroyed || !this.mailboxDestroyed) return false;
    return [...aspects].some(([name, { local }]) => name.startsWith('in ') && local.size > 0);
  }

  private remote(subject: string, name: string, value: boolean): void {
    const found = this.aspect(subject, name);
    const exists = this.aspect(subject, 'exists');
    if (value && name.startsWith('in ') && exists.local.has(false)) {
      exists.possible.add(true);
      if (this.server.copiesHaveKeywords) this.marks.set(subject, 'on');
      for (const [place, { possible }] of this.messages.get(subject) ?? [])
        if (place.startsWith('in ')) possible.add(false);
    }
    found.remote.add(value);
    found.possible = new Set([value, ...found.local]);
  }

  /** `blind`: queued whatever is shown. An action holds only what it changes in what is shown. */
  private local(subject: string, name: string, value: boolean, blind = false): void {
    const found = this.aspect(subject, name);
    const mayBeDropped = blind || found.local.size > 0 || found.remote.size > 1;
    found.local.add(value);
    found.possible = new Set([value, ...(mayBeDropped ? found.remote : [])]);
    if (isKeyword(name) && this.copied.has(subject)) found.possible = both();
    const places = [...(this.messages.get(subject) ?? [])].filter(([place]) => place.startsWith('in '));
    if (name === 'exists' && places.some(([, { remote }]) => remote.has(true))) {
      found.possible.add(true);
      for (const [, place] of places) place.possible.add(false);
    }
  }

  private aspect(subject: string, name: string): Aspect {
    const aspects = this.messages.get(subject) ?? new Map<string, Aspect>();
    this.messages.set(subject, aspects);
    const current = this.current(name);
    const found = aspects.get(current) ?? aspect(false);
    aspects.set(current, found);
    return found;
  }

  private current(name: string): string {
    if (!name.startsWith('in ')) return name;
    const follow = (path: string, { from, to }: { from: string; to: string }): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    return mailboxAspect(this.renames.reduce(follow, name.slice(3)));
  }
}

interface Aspect {
  possible: Set<boolean>;
  /** Values that were set since all was quiet, by either side. */
  local: Set<boolean>;
  readonly remote: Set<boolean>;
  /** See `loosen`. */
  isLoose: boolean;
}

const aspect = (value: boolean): Aspect => ({
  possible: new Set([value]),
  local: new Set(),
  remote: new Set(),
  isLoose: false,
});
const both = (): Set<boolean> => new Set([true, false]);
const keywordAspect = (keyword: string): string => keyword;
const isKeyword = (name: string): boolean => name !== 'exists' && !name.startsWith('in ');
const mailboxAspect = (id: string): string => `in ${id}`;

function aspectsOf(intent: SeenIntent): [string, boolean][] {
  return [
    ...Object.entries(intent.keywords),
    ...Object.entries(intent.mailboxes).map(([id, value]): [string, boolean] => [mailboxAspect(id), value]),
    ...(intent.destroy ? [['exists', false] as [string, boolean]] : []),
  ];
}
