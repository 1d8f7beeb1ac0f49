import type { DatabaseNotice } from '../../engine/api';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';

/** What happened to the database, as sentences for a notification. */
export function describeNotice(notice: DatabaseNotice, { l10n, locale }: Language): string {
  const { what, changes, orphans, unreadable, undecided, accounts } = notice;
  const count = (number: number): string => formatCount(number, locale);
  const sentences = [
    {
      damaged: l10n.t('The mail database was damaged and has been set aside. Mail is fetched again from the server.'),
      missing: l10n.t(
        'The file of the mail database was gone. Your accounts are still here, and mail is fetched again from the server; changes that had not reached it are lost.',
      ),
      restored: l10n.t('The backup was restored. The database that it replaced was kept.'),
    }[what],
  ];
  if (what === 'damaged' && accounts === 0) {
    sentences.push(l10n.t('No account could be read from it: add your accounts again.'));
  }
  if (changes === 1) sentences.push(l10n.t('1 change that had not reached the server was saved.'));
  else if (changes > 1)
    sentences.push(l10n.t('{0} changes that had not reached the server were saved.', count(changes)));
  else if (what === 'damaged' && unreadable === 0) sentences.push(l10n.t('No unsent changes were found in it.'));
  if (undecided === 1) sentences.push(l10n.t('1 of them waits for your decision in Outbox and Problems.'));
  else if (undecided > 1)
    sentences.push(l10n.t('{0} of them wait for your decision in Outbox and Problems.', count(undecided)));
  if (orphans > 0) {
    sentences.push(
      l10n.t('{0} more belong to an account that could not be read; they are in the file only.', count(orphans)),
    );
  }
  if (unreadable === 1) sentences.push(l10n.t('1 change could not be read any more: do again what you miss.'));
  else if (unreadable > 1)
    sentences.push(l10n.t('{0} changes could not be read any more: do again what you miss.', count(unreadable)));
  return sentences.join(' ');
}
