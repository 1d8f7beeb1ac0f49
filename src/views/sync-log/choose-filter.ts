import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { AccountSummary, LogLevel } from '../../engine/api';
import type { AccountId } from '../../model/ids';
import { levelName, logLevels, type LogFilter } from './log-filter';

interface Item extends vscode.QuickPickItem {
  readonly accountId?: AccountId;
  readonly level?: LogLevel;
}

/** Asks which accounts and levels are to be shown; nothing of a group chosen means all of it. Undefined: cancelled. */
export async function chooseFilter(
  accounts: readonly AccountSummary[],
  current: LogFilter,
): Promise<LogFilter | undefined> {
  const { t } = vscode.l10n;
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: Item[] = [
    heading(t('Levels')),
    ...logLevels.map((level) => ({
      label: levelName(level, vscode.l10n),
      level,
      picked: current.levels?.includes(level) === true,
    })),
    heading(t('Accounts')),
    ...accounts.map(({ account }) => ({
      label: inert(account.name),
      description: inert(account.email),
      accountId: account.id,
      picked: current.accountIds?.includes(account.id) === true,
    })),
  ];
  const options = {
    canPickMany: true,
    title: t('Filter Sync Log'),
    placeHolder: t('What to show; nothing chosen shows everything'),
  } as const;
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked === undefined) return undefined;
  const accountIds = picked.flatMap(({ accountId }) => accountId ?? []);
  const levels = picked.flatMap(({ level }) => level ?? []);
  return {
    accountIds: accountIds.length === 0 ? null : accountIds,
    levels: levels.length === 0 || levels.length === logLevels.length ? null : levels,
  };
}
