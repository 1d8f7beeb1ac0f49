import type { AccountSummary, Overview } from '../../engine/api';
import type { EngineState } from '../../engine/client';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';
import { escapeMarkdown } from '../format/markdown';
import { oneLine } from '../format/text';
import { statusMessage, statusText } from '../mailboxes/account-status';

/** What the one status bar item says. `text` may hold codicons; no text of a mail or a server stands in it. */
export interface StatusSummary {
  readonly text: string;
  /** Markdown; names and messages in it are escaped. */
  readonly tooltip: string;
  readonly accessibleName: string;
  readonly severity: 'normal' | 'warning' | 'error';
  readonly command:
    | 'mailpane.openInbox'
    | 'mailpane.signIn'
    | 'mailpane.showProblems'
    | 'mailpane.showSyncLog'
    | 'mailpane.showEngineFailure';
}

/** Null: there is nothing to say, because there is no account. What a person must act on comes before what is merely so. */
export function statusSummary(overview: Overview, engine: EngineState, language: Language): StatusSummary | null {
  const { l10n } = language;
  if (engine.state === 'failed') {
    const isOutdated = engine.error.reason === 'outdated';
    const text = isOutdated ? l10n.t('Reload for mail') : l10n.t('Mail cannot start');
    return {
      text: `${isOutdated ? '$(refresh)' : '$(error)'} ${text}`,
      tooltip: escapeMarkdown(engine.error.message, 500),
      accessibleName: `${text}: ${oneLine(engine.error.message, 500)}`,
      severity: isOutdated ? 'warning' : 'error',
      command: 'mailpane.showEngineFailure',
    };
  }
  if (overview.accounts.length === 0) return null;
  const unread = formatCount(overview.unread, language.locale);
  const unreadWords = overview.unread === 1 ? l10n.t('1 unread message') : l10n.t('{0} unread messages', unread);
  const state = worstState(overview, language);
  const words = [unreadWords, state.words].filter((part) => part !== '').join(', ');
  return {
    text: [`$(mail) ${unread}`, state.text].filter((part) => part !== '').join('  '),
    tooltip: tooltip(overview, unreadWords, language),
    accessibleName: l10n.t('Mail: {0}', words),
    severity: state.severity,
    command: state.command,
  };
}

type State = Pick<StatusSummary, 'text' | 'severity' | 'command'> & { readonly words: string };

function worstState(overview: Overview, { l10n, locale }: Language): State {
  const inState = (state: AccountSummary['status']['state']): AccountSummary[] =>
    overview.accounts.filter(({ status }) => status.state === state);
  if (inState('signed-out').length > 0) {
    const words = l10n.t('Sign in needed');
    return { text: `$(key) ${words}`, words, severity: 'warning', command: 'mailpane.signIn' };
  }
  if (overview.failed > 0) {
    const words =
      overview.failed === 1
        ? l10n.t('1 change failed')
        : l10n.t('{0} changes failed', formatCount(overview.failed, locale));
    return { text: `$(warning) ${words}`, words, severity: 'warning', command: 'mailpane.showProblems' };
  }
  if (inState('trouble').length > 0) {
    const words = l10n.t('Sync trouble');
    return { text: `$(warning) ${words}`, words, severity: 'normal', command: 'mailpane.showSyncLog' };
  }
  if (inState('offline').length > 0) {
    const how = inState('offline').length < overview.accounts.length ? l10n.t('Partly offline') : l10n.t('Offline');
    const waits = overview.pending > 0;
    const words = waits ? l10n.t('{0}, {1} waiting', how, formatCount(overview.pending, locale)) : how;
    const command = waits ? 'mailpane.showProblems' : 'mailpane.openInbox';
    return { text: `$(debug-disconnect) ${words}`, words, severity: 'normal', command };
  }
  return { text: '', words: '', severity: 'normal', command: 'mailpane.openInbox' };
}

function tooltip(overview: Overview, unreadWords: string, language: Language): string {
  const { l10n, locale } = language;
  const accounts = overview.accounts.map(({ account, status }) => {
    const told = [statusText(status, language) || l10n.t('Up to date'), statusMessage(status)];
    const name = escapeMarkdown(account.name, 80) || escapeMarkdown(account.email, 80);
    return `**${name}**: ${told
      .filter((part) => part !== '')
      .map((part) => escapeMarkdown(part, 300))
      .join(' — ')}`;
  });
  const waiting =
    overview.pending === 0
      ? ''
      : overview.pending === 1
        ? l10n.t('1 change waits to be sent')
        : l10n.t('{0} changes wait to be sent', formatCount(overview.pending, locale));
  return [escapeMarkdown(unreadWords), ...accounts, escapeMarkdown(waiting)].filter((part) => part !== '').join('\n\n');
}
