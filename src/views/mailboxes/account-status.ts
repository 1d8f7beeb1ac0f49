import type { AccountStatus } from '../../model/account';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';

/** What an account is doing, in a few words beside its name. Empty where there is nothing to say. */
export function statusText(status: AccountStatus, { l10n, locale }: Language): string {
  switch (status.state) {
    case 'idle':
      return '';
    case 'connecting':
      return l10n.t('Connecting…');
    case 'syncing':
      return l10n.t('Syncing…');
    case 'backfilling':
      return status.total === null
        ? l10n.t('Fetching… {0}', formatCount(status.done, locale))
        : l10n.t('Fetching… {0} of {1}', formatCount(status.done, locale), formatCount(status.total, locale));
    case 'checking':
      return status.total === null
        ? l10n.t('Checking…')
        : l10n.t('Checking… {0} of {1}', formatCount(status.done, locale), formatCount(status.total, locale));
    case 'offline':
      return l10n.t('Offline');
    case 'signed-out':
      return l10n.t('Sign in needed');
    case 'trouble':
      return l10n.t('Trouble');
  }
}

/** Codicon of an account. */
export function statusIcon(status: AccountStatus): string {
  switch (status.state) {
    case 'offline':
      return 'debug-disconnect';
    case 'signed-out':
      return 'key';
    case 'trouble':
      return 'warning';
    default:
      return 'account';
  }
}

/** Whether it is talking to its server right now: shown as the view's progress. */
export function isBusy(status: AccountStatus): boolean {
  return ['connecting', 'syncing', 'backfilling', 'checking'].includes(status.state);
}

/** Why it is not well, in a person's words; empty where it is. */
export function statusMessage(status: AccountStatus): string {
  return 'message' in status ? status.message : '';
}
