import type { EmailAddress, EmailDetails, MessageRow } from '../../model/email';
import { nameAndAddress } from '../format/addresses';
import { fullDate } from '../format/dates';
import type { Language } from '../format/language';
import { escapeMarkdown } from '../format/markdown';
import { describeIntent, describeRefusal, type FindMailbox } from '../outbox/describe-change';

/** More recipients than these are counted, not named. */
const namedRecipients = 5;

/**
 * Markdown of a row's tooltip: subject, from, to, date, preview, what stands against it. All text of the mail is escaped.
 * `details` null: the message went meanwhile, and the row is all that is known.
 */
export function messageTooltip(
  row: MessageRow,
  details: EmailDetails | null,
  find: FindMailbox,
  language: Language,
): string {
  const { l10n } = language;
  const from = details?.addresses.from ?? row.from;
  const to = details === null ? row.to : [...details.addresses.to, ...details.addresses.cc];
  const lines = [
    `**${escapeMarkdown(row.subject, 300) || escapeMarkdown(l10n.t('(no subject)'))}**`,
    [
      field(l10n.t('From'), addresses(from, language)),
      field(l10n.t('To'), addresses(to, language)),
      field(l10n.t('Date'), escapeMarkdown(fullDate(details?.sentAt ?? row.receivedAt, language))),
    ]
      .filter((line) => line !== '')
      .join('  \n'),
    escapeMarkdown(details?.preview ?? row.preview, 300),
    row.pending === 'pending' ? `*${escapeMarkdown(l10n.t('A change is not yet on the server.'))}*` : '',
    ...failures(row, details, find, language).map((text) => `**${escapeMarkdown(text, 500)}**`),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function failures(
  row: MessageRow,
  details: EmailDetails | null,
  find: FindMailbox,
  { l10n }: Language,
): readonly string[] {
  if (row.pending !== 'failed') return [];
  const refused = details?.refused ?? [];
  // A thread is marked for any of its messages; the details are those of its newest.
  if (refused.length === 0) return [l10n.t('A change failed: see Outbox and Problems.')];
  return refused.map(({ intent, reason }) =>
    l10n.t('{0} failed: {1}', describeIntent(intent, find, l10n), describeRefusal(reason, l10n)),
  );
}

function field(name: string, value: string): string {
  return value === '' ? '' : `${escapeMarkdown(name)}: ${value}`;
}

function addresses(list: readonly EmailAddress[], { l10n }: Language): string {
  const named = list
    .slice(0, namedRecipients)
    .map(nameAndAddress)
    .filter((text) => text !== '');
  const more = list.length - namedRecipients;
  if (more > 0) named.push(l10n.t('{0} more', more));
  return named.map((text) => escapeMarkdown(text)).join(', ');
}
