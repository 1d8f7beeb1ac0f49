import type { Undone } from '../../engine/api';
import type { Action } from '../../model/action';
import type { MailboxId } from '../../model/ids';
import { flagged, seen } from '../../model/keywords';
import { formatCount } from '../format/counts';
import type { Language, Localiser } from '../format/language';
import { oneLine } from '../format/text';
import { inert } from '../format/inert';

/** What a person calls a mailbox. Its name comes from a server. */
export type MailboxName = (id: MailboxId) => string;

/** What was done, as one line: "Archived 3 messages". */
export function describeDone(action: Action, messages: number, nameOf: MailboxName, language: Language): string {
  const { l10n, locale } = language;
  const one = messages === 1;
  const count = formatCount(messages, locale);
  switch (action.type) {
    case 'archive':
      return one ? l10n.t('Archived 1 message') : l10n.t('Archived {0} messages', count);
    case 'junk':
      return one ? l10n.t('Marked 1 message as junk') : l10n.t('Marked {0} messages as junk', count);
    case 'not-junk':
      return one ? l10n.t('Marked 1 message as not junk') : l10n.t('Marked {0} messages as not junk', count);
    case 'delete':
      return one ? l10n.t('Deleted 1 message') : l10n.t('Deleted {0} messages', count);
    case 'destroy':
      // Not "for good": those that were in another mailbox too are still there.
      return one
        ? l10n.t('Deleted 1 message from Trash or Junk')
        : l10n.t('Deleted {0} messages from Trash or Junk', count);
    case 'move': {
      const name = inert(oneLine(nameOf(action.to), 60));
      return one ? l10n.t('Moved 1 message to {0}', name) : l10n.t('Moved {0} messages to {1}', count, name);
    }
    case 'keyword':
      return describeKeyword(action, messages, language);
  }
}

function describeKeyword(
  { keyword, on }: Extract<Action, { type: 'keyword' }>,
  messages: number,
  { l10n, locale }: Language,
): string {
  const one = messages === 1;
  const count = formatCount(messages, locale);
  if (keyword === seen && on)
    return one ? l10n.t('Marked 1 message as read') : l10n.t('Marked {0} messages as read', count);
  if (keyword === seen)
    return one ? l10n.t('Marked 1 message as unread') : l10n.t('Marked {0} messages as unread', count);
  if (keyword === flagged && on) return one ? l10n.t('Flagged 1 message') : l10n.t('Flagged {0} messages', count);
  if (keyword === flagged)
    return one ? l10n.t('Removed the flag of 1 message') : l10n.t('Removed the flag of {0} messages', count);
  const name = inert(oneLine(keyword, 60));
  if (on) return one ? l10n.t('Set {0} on 1 message', name) : l10n.t('Set {0} on {1} messages', name, count);
  return one ? l10n.t('Removed {0} from 1 message', name) : l10n.t('Removed {0} from {1} messages', name, count);
}

/**
 * What to tell of an undo; `complete` false: some of it could not be undone, which a person must not overlook. That comes first: VS
 * Code shows only some sixty letters of a notification until it is opened.
 */
export function describeUndone(
  { action, messages, kept, moved }: Undone,
  nameOf: MailboxName,
  language: Language,
): { readonly text: string; readonly complete: boolean } {
  const { l10n, locale } = language;
  const left = kept + moved;
  if (left === 0)
    return { text: l10n.t('Undone: {0}', describeDone(action, messages, nameOf, language)), complete: true };
  const done = describeDone(action, messages + left, nameOf, language);
  const sentence =
    messages > 0 ? undoneForSome(kept, moved) : left === 1 ? undoneForOne(moved) : undoneForNone(kept, moved);
  const text = sentence(l10n, done, formatCount(messages, locale), formatCount(messages + left, locale));
  return { text, complete: false };
}

type Sentence = (l10n: Localiser, done: string, undone: string, all: string) => string;

function undoneForOne(moved: number): Sentence {
  return (l10n, done) =>
    moved > 0
      ? l10n.t('The message was moved again since, so this cannot be undone: {0}.', done)
      : l10n.t('The message is gone for good, so this cannot be undone: {0}.', done);
}

function undoneForNone(kept: number, moved: number): Sentence {
  return (l10n, done) => {
    if (moved === 0) return l10n.t('The messages are gone for good, so this cannot be undone: {0}.', done);
    return kept === 0
      ? l10n.t('The messages were moved again since, so this cannot be undone: {0}.', done)
      : l10n.t('The messages are gone for good or were moved again since, so this cannot be undone: {0}.', done);
  };
}

function undoneForSome(kept: number, moved: number): Sentence {
  return (l10n, done, undone, all) => {
    if (moved === 0)
      return l10n.t('Undone for {0} of {1} messages, the others are gone for good: {2}.', undone, all, done);
    return kept === 0
      ? l10n.t('Undone for {0} of {1} messages, the others were moved again since: {2}.', undone, all, done)
      : l10n.t(
          'Undone for {0} of {1} messages, the others are gone or were moved again since: {2}.',
          undone,
          all,
          done,
        );
  };
}
