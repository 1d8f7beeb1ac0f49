import { aspect, both, isKeyword, isPlace, keywordAspect, leavesInCopy, mailboxOf, type Aspect } from './aspects';
import type { SeenIntent } from './client';
import { MailboxNames } from './mailbox-names';
import type { Known } from './violations';

/** What a change by either side makes of the values that an aspect may end with, and of its neighbours (see `Oracle`). */
export abstract class AspectRules {
  messages = new Map<string, Map<string, Aspect>>();
  /** Messages with a copy of which the `\Deleted` mark was set or taken away since all was quiet. */
  readonly marked = new Set<string>();
  /** What may have been copied for a move that the person did not want in the end: see `Oracle`. */
  readonly copyLeft = new Set<string>();
  /** What stood in several mailboxes when all was quiet. */
  severalTimes: ReadonlySet<string> = new Set();
  protected readonly names = new MailboxNames();
  /** Messages of which somebody else made a copy that has keywords of its own, since all was quiet. */
  readonly copied = new Set<string>();

  constructor(readonly server: Known['server']) {}

  /** Since all was quiet. */
  isRenamed(id: string): boolean {
    return this.names.isNew(id);
  }

  /** An aspect by the name that its mailbox has now. */
  current(name: string): string {
    return this.names.current(name);
  }

  protected remote(subject: string, name: string, value: boolean): void {
    const found = this.aspect(subject, name);
    const exists = this.aspect(subject, 'exists');
    const isMoving = [...(this.messages.get(subject) ?? [])].some(([at, { local }]) => isPlace(at) && local.has(false));
    if (value && isPlace(name) && isMoving && this.server.withheld.has('MOVE')) this.marked.add(subject);
    if (value && isPlace(name) && exists.local.has(false)) {
      exists.possible.add(true);
      this.swallowKeywords(subject);
      if (this.server.copiesHaveKeywords) this.marked.add(subject);
      for (const [place, { possible }] of this.messages.get(subject) ?? []) if (isPlace(place)) possible.add(false);
    }
    found.remote.add(value);
    found.wasTrue ||= value;
    found.possible = new Set([value, ...found.local]);
    this.mayBeUnseen(subject);
  }

  /** S28: of what is to be deleted no keyword is sent, and yet it may stay. */
  protected swallowKeywords(subject: string): void {
    for (const [name, { local, possible }] of this.messages.get(subject) ?? [])
      if (isKeyword(name) && local.size > 0) for (const value of both()) possible.add(value);
  }

  /** Somebody else takes one of several copies away: it may be the one that had what was done here. */
  protected copyGoes(subject: string): void {
    const isSeveral = this.copied.has(subject) || this.severalTimes.has(subject);
    if (!this.server.copiesHaveKeywords || !isSeveral) return;
    for (const [name, found] of this.messages.get(subject) ?? [])
      if (isKeyword(name) && (found.local.size > 0 || this.severalTimes.has(subject))) found.possible = both();
  }

  /** Copies that stay are marked unread before one goes that seemed to be: what somebody else reads meanwhile is unread. */
  protected mayBeUnseen(subject: string): void {
    const aspects = this.messages.get(subject);
    const read = aspects?.get(keywordAspect('$seen'));
    const isSeveral = this.copied.has(subject) || this.severalTimes.has(subject);
    if (!this.server.copiesHaveKeywords || !isSeveral || read?.remote.has(true) !== true) return;
    const isLeaving = [...(aspects ?? [])].some(([name, { local }]) => isPlace(name) && local.has(false));
    if (isLeaving) read.possible.add(false);
  }

  /** `blind`: queued whatever is shown. An action holds only what it changes in what is shown. */
  protected local(subject: string, name: string, value: boolean, blind = false): void {
    const found = this.aspect(subject, name);
    const mayBeDropped = blind || found.local.size > 0 || found.remote.size > 1;
    found.local.add(value);
    found.wasTrue ||= value;
    found.possible = new Set([value, ...(mayBeDropped ? found.remote : [])]);
    if (isKeyword(name) && this.copied.has(subject) && value === leavesInCopy(name)) found.possible = both();
    this.mayBeUnseen(subject);
    const places = [...(this.messages.get(subject) ?? [])].filter(([place]) => isPlace(place));
    if (name === 'exists' && places.some(([, { remote }]) => remote.has(true))) {
      found.possible.add(true);
      this.swallowKeywords(subject);
      for (const [, place] of places) place.possible.add(false);
    }
  }

  protected aspect(subject: string, name: string): Aspect {
    const aspects = this.messages.get(subject) ?? new Map<string, Aspect>();
    this.messages.set(subject, aspects);
    const current = this.current(name);
    const found = aspects.get(current) ?? aspect(false);
    aspects.set(current, found);
    return found;
  }

  /** JMAP: what leaves a mailbox for no other one is said to stand in one of those where it was, lest it stands nowhere. */
  protected mayBePutBack({ subject, mailboxes }: SeenIntent): void {
    const values = Object.values(mailboxes);
    if (this.server.copiesHaveKeywords || values.length === 0 || values.includes(true)) return;
    for (const [name, place] of this.messages.get(subject) ?? []) {
      if (!isPlace(name) || !place.wasTrue || mailboxes[mailboxOf(name)] === false) continue;
      place.local.add(true);
      place.possible.add(true);
    }
  }

  /** The message was to be moved before, and is to be moved or deleted otherwise now. */
  protected noteCopyLeft({ subject, mailboxes, destroy }: SeenIntent): void {
    if (!this.server.withheld.has('MOVE') || this.server.knowsCopies) return;
    if (Object.keys(mailboxes).length === 0 && !destroy) return;
    const aspects = [...(this.messages.get(subject) ?? [])];
    if (aspects.some(([name, { local }]) => isPlace(name) && local.has(true))) this.copyLeft.add(subject);
  }
}
