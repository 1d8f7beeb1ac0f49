import type { Overview } from '../../engine/api';
import type { OutboxGroup, OutboxItem } from '../../model/outbox-item';
import { formatCount } from '../format/counts';
import { fullDate, relativeDate } from '../format/dates';
import type { Language } from '../format/language';
import { isolate, oneLine } from '../format/text';
import type { DirectoryState } from '../mailboxes/directory';
import { describeAttempts, describeIntent, describeState, subjectLabel } from './describe-change';
import { countOf, isDiscardable, isRetryable, type OutboxNode } from './outbox-tree';

/** What a node of the view shows. Plain text everywhere. */
export interface OutboxRow {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: { readonly id: string; readonly color: string | null } | null;
  /** All of it for a screen reader. */
  readonly accessibleName: string;
  /** Words for `viewItem =~ /\bword\b/` in the manifest. */
  readonly contextValue: string;
}

/**
 * The title of the view. VS Code shows no description beside a folded one, but a person has to see that something is in it;
 * beside an open one a count would leave no room for that.
 */
export function outboxTitle(
  { failed, pending }: Pick<Overview, 'failed' | 'pending'>,
  isOpen: boolean,
  { l10n, locale }: Language,
): string {
  const count = failed + pending;
  return count === 0 || isOpen
    ? l10n.t('Outbox and Problems')
    : l10n.t('Outbox and Problems ({0})', formatCount(count, locale));
}

/** Beside the title of the open view: "2 failed, 3 waiting". "" where there is nothing. */
export function outboxSummary(
  { failed, pending }: Pick<Overview, 'failed' | 'pending'>,
  { l10n, locale }: Language,
): string {
  const parts = [
    failed > 0 ? l10n.t('{0} failed', formatCount(failed, locale)) : '',
    pending > 0 ? l10n.t('{0} waiting', formatCount(pending, locale)) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Of a subject in a row: what stands behind it has to fit too. In UTF-16 units. */
const subjectLength = 40;

export function outboxRow(node: OutboxNode, state: DirectoryState, now: number, language: Language): OutboxRow {
  switch (node.kind) {
    case 'group':
      return groupRow(node, state, language);
    case 'reason':
      return reasonRow(node.part, language);
    case 'change':
      return changeRow(node.change, state, now, language);
    case 'more': {
      const label = language.l10n.t('{0} more', formatCount(node.count, language.locale));
      const icon = { id: 'ellipsis', color: null };
      return { label, description: '', tooltip: label, icon, accessibleName: label, contextValue: 'more' };
    }
  }
}

function groupRow(
  { state, accountId, parts }: Extract<OutboxNode, { kind: 'group' }>,
  { accounts }: DirectoryState,
  { l10n, locale }: Language,
): OutboxRow {
  const isFailed = state === 'failed';
  const label = isFailed ? l10n.t('Failed') : l10n.t('Waiting');
  const count = formatCount(countOf(parts), locale);
  const name = accountId === null ? '' : oneLine(accounts.get(accountId)?.account.name ?? '', 60);
  const description = [count, name].filter((part) => part !== '').join(' · ');
  return {
    label,
    description,
    tooltip: isFailed
      ? l10n.t('The server refused these changes. They stay here until you retry or discard them.')
      : l10n.t('These changes are kept on this computer and go to the server as soon as it can be reached.'),
    icon: isFailed ? { id: 'error', color: 'list.errorForeground' } : { id: 'cloud-upload', color: null },
    accessibleName: [label, count, name].filter((part) => part !== '').join(', '),
    contextValue: isFailed ? 'group retryable discardable' : 'group',
  };
}

function reasonRow({ changes, count }: OutboxGroup, { l10n, locale }: Language): OutboxRow {
  const [first] = changes;
  const label = first === undefined ? '' : describeState(first, l10n);
  const counted = formatCount(count, locale);
  return {
    label,
    description: count === 1 ? '' : counted,
    tooltip: label,
    icon: null,
    accessibleName: count === 1 ? label : [label, counted].join(', '),
    contextValue: 'group retryable discardable',
  };
}

function changeRow(change: OutboxItem, { byId }: DirectoryState, now: number, language: Language): OutboxRow {
  const { l10n } = language;
  const label = describeIntent(change.intent, (id) => byId.get(id) ?? null, l10n);
  const when = relativeDate(change.createdAt, now, language);
  const how = describeState(change, l10n);
  const subject = isolate(subjectLabel(change.subject, l10n, subjectLength));
  // Why it failed, or that it waits for the connection, stands in the row above.
  const isFirstTry = change.state === 'queued' && change.attempts === 0 && change.emailId !== null;
  const isSaidAbove = change.state === 'failed' || isFirstTry;
  const tooltip = [
    subjectLabel(change.subject, l10n),
    label,
    how,
    [fullDate(change.createdAt, language), describeAttempts(change.attempts, language)]
      .filter((part) => part !== '')
      .join(' · '),
  ];
  return {
    label,
    description: [subject, isSaidAbove ? when : how].join(' · '),
    tooltip: tooltip.join('\n'),
    icon: iconOf(change),
    accessibleName: [label, subjectLabel(change.subject, l10n), how, when].join(', '),
    contextValue: ['change', isRetryable(change) ? 'retryable' : '', isDiscardable(change) ? 'discardable' : '']
      .filter((word) => word !== '')
      .join(' '),
  };
}

function iconOf({ state, attempts }: OutboxItem): OutboxRow['icon'] {
  if (state === 'failed') return { id: 'error', color: 'list.errorForeground' };
  if (state === 'sending') return { id: 'sync', color: 'descriptionForeground' };
  if (attempts > 0) return { id: 'warning', color: 'list.warningForeground' };
  return { id: 'cloud-upload', color: 'descriptionForeground' };
}
