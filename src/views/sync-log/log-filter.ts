import type { LogLevel } from '../../engine/api';
import type { AccountId } from '../../model/ids';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';

/** Which entries a document of the sync log shows. Null: of all accounts, and of none in particular; of every level. */
export interface LogFilter {
  readonly accountIds: AccountId[] | null;
  readonly levels: LogLevel[] | null;
}

export const everything: LogFilter = { accountIds: null, levels: null };
/** The worst first. */
export const logLevels: readonly LogLevel[] = ['error', 'warning', 'info'];

/** As a URI's query: each filter has a document of its own. */
export function toQuery({ accountIds, levels }: LogFilter): string {
  const parameters = new URLSearchParams();
  for (const id of [...(accountIds ?? [])].sort()) parameters.append('account', id);
  for (const level of logLevels) if (levels?.includes(level) === true) parameters.append('level', level);
  return parameters.toString();
}

/** What makes no sense in it counts as not said. */
export function fromQuery(query: string): LogFilter {
  const parameters = new URLSearchParams(query);
  const accountIds = parameters.getAll('account') as AccountId[];
  const levels = logLevels.filter((level) => parameters.getAll('level').includes(level));
  return {
    accountIds: accountIds.length === 0 ? null : accountIds,
    levels: levels.length === 0 || levels.length === logLevels.length ? null : levels,
  };
}

/** The name of a filter's document: what it shows, without what a path cannot hold. */
export function documentName({ accountIds, levels }: LogFilter, names: readonly string[], l10n: Localiser): string {
  const parts = [
    l10n.t('Mailpane Sync Log'),
    ...(accountIds === null ? [] : names.map((name) => oneLine(name, 40).replaceAll(/[\\/:*?"<>|]/g, ' '))),
    ...(levels ?? []).map((level) => levelName(level, l10n)),
  ];
  return `${parts.join(' – ')}.log`;
}

export function levelName(level: LogLevel, l10n: Localiser): string {
  return { error: l10n.t('Errors'), warning: l10n.t('Warnings'), info: l10n.t('Information') }[level];
}
