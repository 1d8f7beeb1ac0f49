import type { Finding, FindingKind } from '../../model/findings';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';

/** What a kind of finding is called, of one and of several; what was done about it; and why it was left. */
interface Words {
  readonly one: string;
  readonly many: (count: string) => string;
  /** Left out: it was corrected. */
  readonly mended?: string;
  /** Left out: nobody can say more than that it was. */
  readonly left?: string;
}

/** A finding as a line for a person: what was wrong, and what became of it. */
export function describeFinding({ kind, found, mended }: Finding, language: Language): string {
  const { l10n, locale } = language;
  const words = wordsOf(kind, language);
  const what = found === 1 ? words.one : words.many(formatCount(found, locale));
  const done = words.mended ?? l10n.t('corrected');
  const left = words.left ?? l10n.t('left as they were.');
  if (mended === found) return l10n.t('{0}: {1}.', what, done);
  if (mended === 0) return l10n.t('{0}: {1}', what, left);
  return l10n.t('{0}: {1} {2}; the rest {3}', what, formatCount(mended, locale), done, left);
}

function wordsOf(kind: FindingKind, { l10n }: Language): Words {
  const words: Record<FindingKind, Words> = {
    'rows-without-owner': {
      one: l10n.t('1 entry that belonged to nothing'),
      many: (count) => l10n.t('{0} entries that belonged to nothing', count),
      mended: l10n.t('removed, or put in order'),
    },
    'bodies-without-message': {
      one: l10n.t('the text of 1 message that is gone'),
      many: (count) => l10n.t('the texts of {0} messages that are gone', count),
      mended: l10n.t('removed'),
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
    },
    'shown-wrong': {
      one: l10n.t('1 message that did not show what the server has and what waits'),
      many: (count) => l10n.t('{0} messages that did not show what the server has and what waits', count),
      mended: l10n.t('shown anew'),
    },
    'counts-wrong': {
      one: l10n.t('1 mailbox with wrong numbers beside it'),
      many: (count) => l10n.t('{0} mailboxes with wrong numbers beside them', count),
      mended: l10n.t('counted anew'),
    },
    'checkpoint-lost': {
      one: l10n.t('1 note of how far the sync was, missing'),
      many: (count) => l10n.t('{0} notes of how far the sync was, missing', count),
      mended: l10n.t('written anew, after all was compared'),
    },
    'mailboxes-missing': {
      one: l10n.t('1 mailbox missing here'),
      many: (count) => l10n.t('{0} mailboxes missing here', count),
      mended: l10n.t('added'),
    },
    'mailboxes-extra': {
      one: l10n.t('1 mailbox that the server does not have'),
      many: (count) => l10n.t('{0} mailboxes that the server does not have', count),
      mended: l10n.t('removed here'),
    },
    'mailboxes-different': {
      one: l10n.t('1 mailbox with another name, place or role than on the server'),
      many: (count) => l10n.t('{0} mailboxes with another name, place or role than on the server', count),
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
    },
    'keywords-different': {
      one: l10n.t('1 message with other flags than on the server'),
      many: (count) => l10n.t('{0} messages with other flags than on the server', count),
    },
    'places-different': {
      one: l10n.t('1 message in other mailboxes than on the server'),
      many: (count) => l10n.t('{0} messages in other mailboxes than on the server', count),
      mended: l10n.t('put where they are'),
    },
    'threads-different': {
      one: l10n.t('1 message in another conversation than on the server'),
      many: (count) => l10n.t('{0} messages in other conversations than on the server', count),
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
