import { aspectsOf, isKeyword, isPlace, keywordAspect, mailboxAspect, mailboxOf, type Aspect } from './aspects';
import type { SeenIntent } from './client';
import type { FuzzServer } from './fuzz-server';
import type { Picture, PictureMessage } from './picture';

type Aspects = ReadonlyMap<string, Aspect>;

/** What an oracle was told since all was quiet; messages by subject. */
export interface Known {
  readonly server: Pick<FuzzServer, 'keepsMovedIntoDestroyed' | 'copiesHaveKeywords' | 'knowsCopies' | 'withheld'>;
  readonly messages: ReadonlyMap<string, Aspects>;
  readonly destroyed: readonly string[];
  readonly marked: ReadonlySet<string>;
  readonly doubles: ReadonlySet<string>;
  readonly copyLeft: ReadonlySet<string>;
  readonly touched: ReadonlySet<string>;
  readonly severalTimes: ReadonlySet<string>;
  readonly copied: ReadonlySet<string>;
  isRenamed(mailbox: string): boolean;
  current(aspect: string): string;
}

/** What the server has and must not have, or the other way round, once all is quiet (see `Oracle`). */
export function violations(known: Known, picture: Picture, failed: readonly SeenIntent[]): string[] {
  const listed = new Set(
    failed.flatMap((intent) => aspectsOf(intent).map(([name]) => `${intent.subject}\n${known.current(name)}`)),
  );
  const problems: string[] = [];
  for (const subject of Object.keys(picture.messages)) {
    if (!known.messages.has(subject)) problems.push(`${subject} is on the server, and nobody made it`);
  }
  for (const [subject, aspects] of known.messages) {
    const message = picture.messages[subject];
    const have = new Set(
      message && ['exists', ...message.keywords.map(keywordAspect), ...message.mailboxes.map(mailboxAspect)],
    );
    const check = (name: string): void => {
      if (listed.has(`${subject}\n${name}`)) return;
      const possible = aspects.get(name)?.possible ?? new Set([false]);
      if (possible.has(have.has(name))) return;
      problems.push(`${subject} ${have.has(name) ? 'has' : 'lacks'} “${name}”, which nobody wanted last`);
    };
    const isSeveral = known.doubles.has(subject) || known.copyLeft.has(subject);
    if ((!isSeveral || message === undefined) && !mayBeLost(known, subject, aspects, message)) check('exists');
    if (message === undefined) continue;
    const isDeleted = aspects.get('exists')?.local.has(false) === true;
    if (known.copyLeft.has(subject) && (message.mailboxes.length > 1 || isDeleted)) continue;
    if (known.doubles.has(subject) && (known.touched.has(subject) || known.destroyed.length > 0)) continue;
    const twice = known.doubles.has(subject) ? [] : twiceIn(message.mailboxes);
    problems.push(
      ...twice
        .filter((id) => !mayStandTwice(known, subject, id, aspects))
        .map((id) => `${subject} stands in ${id} twice`),
    );
    if (twice.length > 0) continue; // each copy is a message of its own
    // Renamed and numbered anew, a mailbox is gone to the client, and what was to go there stands in the list.
    const isMoveRefused = failed.some(
      (intent) => intent.subject === subject && Object.keys(intent.mailboxes).some((id) => id.startsWith('gone:')),
    );
    // Or the EXPUNGE was refused.
    const isRefused = failed.some((intent) => intent.subject === subject && intent.destroy);
    const isLeftMarked = isDeleted && (isRefused || isLeftToOthers(known, message));
    for (const name of new Set([...aspects.keys(), ...have])) {
      if (name === 'exists') continue;
      const id = mailboxOf(name);
      const isFree = known.marked.has(subject) || isLeftMarked || (isMoveRefused && known.isRenamed(id));
      const isMailHeld = picture.mailboxes[id] !== undefined && picture.mailboxes[id].isNode !== true;
      // S28: of what is to be deleted no keyword is sent.
      if (isKeyword(name) ? !isLeftMarked : isMailHeld && !isFree) check(name);
    }
  }
  return problems;
}

const twiceIn = (mailboxes: readonly string[]): string[] =>
  mailboxes.filter((one, index) => mailboxes.indexOf(one) !== index);

/** Both sides have put a copy there. */
function mayStandTwice(known: Known, subject: string, mailbox: string, aspects: Aspects): boolean {
  const isPartlyDiscarded = [...aspects].some(([name, { isLoose }]) => isPlace(name) && isLoose);
  const canCopy =
    isPartlyDiscarded ||
    known.copied.has(subject) ||
    known.severalTimes.has(subject) ||
    known.server.withheld.has('MOVE');
  const place = aspects.get(mailboxAspect(mailbox));
  return canCopy && known.server.copiesHaveKeywords && place?.local.has(true) === true && place.remote.has(true);
}

/** Deleted for good, and left to others' EXPUNGE. */
const isLeftToOthers = ({ server }: Known, { mailboxes }: PictureMessage): boolean =>
  server.withheld.has('UIDPLUS') && mailboxes.length === 0;

/** `message`: as it is found, if it is. */
function mayBeLost(known: Known, subject: string, aspects: Aspects, message?: PictureMessage): boolean {
  if (message !== undefined) return isLeftToOthers(known, message);
  if (known.server.withheld.has('UIDPLUS') && known.marked.has(subject)) return true;
  if (known.server.keepsMovedIntoDestroyed) return false;
  return known.destroyed.some((id) => aspects.get(mailboxAspect(id))?.local.has(true) === true);
}
