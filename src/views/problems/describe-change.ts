import type { OutboxItem } from '../../engine/api';
import type { MailboxId } from '../../model/ids';
import { flagged, seen } from '../../model/keywords';
import type { EmailIntent } from '../../model/pending-change';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';

type MailboxName = (id: MailboxId) => string;

/** What a change wants, as the command that made it is called. */
export function describeIntent(intent: EmailIntent, nameOf: MailboxName, l10n: Localiser): string {
  switch (intent.type) {
    case 'destroy':
      return l10n.t('Delete for good');
    case 'mailboxes': {
      const to = intent.add.map((id) => oneLine(nameOf(id), 60)).join(', ');
      const from = intent.remove.map((id) => oneLine(nameOf(id), 60)).join(', ');
      if (to === '') return l10n.t('Remove from {0}', from);
      return from === '' ? l10n.t('Add to {0}', to) : l10n.t('Move from {0} to {1}', from, to);
    }
    case 'keywords':
      return [
        ...intent.add.map((keyword) => describeKeyword(keyword, true, l10n)),
        ...intent.remove.map((keyword) => describeKeyword(keyword, false, l10n)),
      ].join(', ');
  }
}

function describeKeyword(keyword: string, on: boolean, l10n: Localiser): string {
  if (keyword === seen) return on ? l10n.t('Mark as read') : l10n.t('Mark as unread');
  if (keyword === flagged) return on ? l10n.t('Flag') : l10n.t('Remove flag');
  const name = oneLine(keyword, 60);
  return on ? l10n.t('Set keyword {0}', name) : l10n.t('Remove keyword {0}', name);
}

/** How it stands with a change, and why: the server's words where it refused. */
export function describeState(item: OutboxItem, l10n: Localiser): string {
  const why = item.lastError === null ? '' : oneLine(item.lastError, 300);
  switch (item.state) {
    case 'failed':
      return why === '' ? l10n.t('The server refused this change.') : why;
    case 'sending':
      return l10n.t('On its way to the server');
    case 'queued':
      if (item.attempts === 0) return l10n.t('Waits for the connection');
      if (item.attempts === 1) return l10n.t('Will be tried again. {0}', why).trim();
      return l10n.t('Will be tried again after {0} attempts. {1}', item.attempts, why).trim();
  }
}

/** A subject is another's text: it must not draw icons (`$(error)`) in a label of ours. */
export function subjectLabel(subject: string, l10n: Localiser): string {
  const line = oneLine(subject, 120).replaceAll('$(', '$\u200b(');
  return line === '' ? l10n.t('(no subject)') : line;
}
