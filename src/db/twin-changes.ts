import type { EmailId } from '../model/ids';
import type { EmailIntent } from '../model/pending-change';
import type { MailDb } from './mail-db';
import { changesOf, deleteChanges, getChanges, setIntent } from './pending-changes';
import { undoableActions } from './undo-actions';

/**
 * S28: two rows turn out to be one message. What waits under one of them about keywords that the person has set under the
 * other one since, and that is sent already, is not sent after it: the later word counts.
 */
export function yieldToLater(db: MailDb, waiting: EmailId, other: EmailId): void {
  const changes = changesOf(db, waiting).filter(({ state }) => state === 'queued');
  if (!changes.some(({ intent }) => intent.type === 'keywords')) return;
  const words = wordsOn(db, other);
  for (const { id, intent } of changes) {
    if (intent.type !== 'keywords') continue;
    const said = new Set(words.filter(({ changeId }) => changeId > id).flatMap(({ keywords }) => keywords));
    const left = (keywords: readonly string[]): string[] => keywords.filter((keyword) => !said.has(keyword));
    const rest: EmailIntent = { type: 'keywords', add: left(intent.add), remove: left(intent.remove) };
    if (rest.add.length + rest.remove.length === 0) deleteChanges(db, [id]);
    else if (rest.add.length + rest.remove.length < intent.add.length + intent.remove.length) setIntent(db, id, rest);
  }
}

/** What was done to the keywords of a message and is sent, as far as the history goes (S31). */
function wordsOn(db: MailDb, emailId: EmailId) {
  const words = undoableActions(db).flatMap(({ steps }) =>
    steps.flatMap(({ changeId, emailId: id, inverse }) =>
      id === emailId && inverse?.type === 'keywords' ? { changeId, keywords: [...inverse.add, ...inverse.remove] } : [],
    ),
  );
  const unsent = new Set(
    getChanges(
      db,
      words.map(({ changeId }) => changeId),
    ).map(({ id }) => id),
  );
  return words.filter(({ changeId }) => !unsent.has(changeId));
}
