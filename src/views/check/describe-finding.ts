import type { Finding, FindingKind } from '../../model/findings';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';

/** What a kind of finding is called, of one and of several; what was done about it; and why it was left. */
interface Words {
  readonly one: string;
  readonly many: (count: string) => string;
  readonly mended: string;
  readonly left: string;
}

/** A finding as a line for a person: what was wrong, and what became of it. */
export function describeFinding({ kind, found, mended }: Finding, language: Language): string {
  const { l10n, locale } = language;
  const words = wordsOf(kind, language);
  const what = found === 1 ? words.one : words.many(formatCount(found, locale));
  const left = found - mended;
  if (left === 0) return l10n.t('{0}: {1}.', what, words.mended);
  if (mended === 0) return l10n.t('{0}: {1}', what, words.left);
  return l10n.t('{0}: {1} {2}; the rest {3}', what, formatCount(mended, locale), words.mended, words.left);
}

function wordsOf(kind: FindingKind, { l10n }: Language): Words {
  const kept = l10n.t('left as they were.');
  const words: Record<FindingKind, Words> = {
    'rows-without-owner': {
      one: l10n.t('1 entry that belonged to nothing'),
      many: (count) => l10n.t('{0} entries that belonged to nothing', count),
      mended: l10n.t('removed, or put in order'),
      left: kept,
    },
    'bodies-without-message': {
      one: l10n.t('the text of 1 message that is gone'),
      many: (count) => l10n.t('the texts of {0} messages that are gone', count),
      mended: l10n.t('removed'),
      left: kept,
    },
    'changes-without-message': {
      one: l10n.t('1 waiting change of a message that is not here'),
      many: (count) => l10n.t('{0} waiting changes of messages that are not here', count),
      mended: l10n.t('removed'),
      left: l10n.t('left as it was; it cannot be sent. “Outbox and Problems” lists what waits.'),
    },
    'list-copies-wrong': {
      one: l10n.t('1 message in the wrong place of its list'),
      many: (count) => l10n.t('{0} messages in the wrong place of their lists', count),
      mended: l10n.t('put in order'),
      left: kept,
    },
    'shown-wrong': {
      one: l10n.t('1 message that did not show what the server has and what waits'),
      many: (count) => l10n.t('{0} messages that did not show what the server has and what waits', count),
      mended: l10n.t('shown anew'),
      left: kept,
    },
    'counts-wrong': {
      one: l10n.t('1 mailbox with wrong numbers beside it'),
      many: (count) => l10n.t('{0} mailboxes with wrong numbers beside them', count),
      mended: l10n.t('counted anew'),
      left: kept,
    },
    'checkpoint-lost': {
      one: l10n.t('1 note of how far the sync was, missing'),
      many: (count) => l10n.t('{0} notes of how far the sync was, missing', count),
      mended: l10n.t('written anew, after all was compared'),
      left: kept,
    },
    'mailboxes-missing': {
      one: l10n.t('1 mailbox missing here'),
      many: (count) => l10n.t('{0} mailboxes missing here', count),
      mended: l10n.t('added'),
      left: kept,
    },
    'mailboxes-extra': {
      one: l10n.t('1 mailbox that the server does not have'),
      many: (count) => l10n.t('{0} mailboxes that the server does not have', count),
      mended: l10n.t('removed here'),
      left: kept,
    },
    'mailboxes-different': {
      one: l10n.t('1 mailbox with another name, place or role than on the server'),
      many: (count) => l10n.t('{0} mailboxes with another name, place or role than on the server', count),
      mended: l10n.t('corrected'),
      left: kept,
    },
    'mailboxes-unreadable': {
      one: l10n.t('1 mailbox that the server does not open'),
      many: (count) => l10n.t('{0} mailboxes that the server does not open', count),
      mended: l10n.t('compared'),
      left: l10n.t('not compared. The sync log says why.'),
    },
    'emails-missing': {
      one: l10n.t('1 message missing here'),
      many: (count) => l10n.t('{0} messages missing here', count),
      mended: l10n.t('fetched'),
      left: kept,
    },
    'emails-extra': {
      one: l10n.t('1 message that the server does not have'),
      many: (count) => l10n.t('{0} messages that the server does not have', count),
      mended: l10n.t('removed here'),
      left: l10n.t('kept, because a change of it waits: the server’s answer to that decides.'),
    },
    'emails-mistaken': {
      one: l10n.t('1 message taken for another one'),
      many: (count) => l10n.t('{0} messages taken for others', count),
      mended: l10n.t('corrected'),
      left: kept,
    },
    'keywords-different': {
      one: l10n.t('1 message with other flags than on the server'),
      many: (count) => l10n.t('{0} messages with other flags than on the server', count),
      mended: l10n.t('corrected'),
      left: kept,
    },
    'places-different': {
      one: l10n.t('1 message in other mailboxes than on the server'),
      many: (count) => l10n.t('{0} messages in other mailboxes than on the server', count),
      mended: l10n.t('put where they are'),
      left: kept,
    },
    'threads-different': {
      one: l10n.t('1 message in another conversation than on the server'),
      many: (count) => l10n.t('{0} messages in other conversations than on the server', count),
      mended: l10n.t('corrected'),
      left: kept,
    },
    'list-in-doubt': {
      one: l10n.t('1 list of messages of which the server did not prove that it is complete'),
      many: (count) => l10n.t('{0} lists of messages of which the server did not prove that they are complete', count),
      mended: l10n.t('compared'),
      left: l10n.t('nothing was removed by it. Check again later.'),
    },
  };
  return words[kind];
}
