import * as vscode from 'vscode';
import { registerReadOnlyDocuments } from '../read-only-document';
import { showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { chooseFilter } from './choose-filter';
import { copyBugReport } from './copy-bug-report';
import { formatSyncLog } from './format-sync-log';
import { documentName, everything, fromQuery, toQuery, type LogFilter } from './log-filter';

const scheme = 'mailpane-log';
const newest = 2000;
/** A sync writes many entries in a moment: documents are read anew at most so often, in ms. */
const refreshInterval = 500;

/** The sync log as read-only documents, one a filter, that follow what happens while they are open. */
export function registerSyncLog(context: ViewContext): vscode.Disposable {
  const { client, log } = context;
  const documents = registerReadOnlyDocuments(scheme, async ({ query }, signal) => {
    const entries = await client.request('sync/log', { ...fromQuery(query), limit: newest }, signal);
    return formatSyncLog(entries, vscode.l10n);
  });
  let timer: NodeJS.Timeout | null = null;
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = null;
      documents.refresh();
    }, refreshInterval);
  };
  const show = async (filter: LogFilter) => {
    const accounts = await client.request('accounts/list', {});
    const chosen = accounts.filter(({ account }) => filter.accountIds?.includes(account.id) === true);
    const names = chosen.map(({ account }) => account.name);
    // The language `log` comes with VS Code and colours levels and times.
    const path = `/${documentName(filter, names, vscode.l10n)}`;
    await documents.show(vscode.Uri.from({ scheme, path, query: toQuery(filter) }), 'end');
  };
  const commands: Record<string, (argument: unknown) => Promise<void>> = {
    'mailpane.showSyncLog': () => show(everything),
    'mailpane.filterSyncLog': async (argument) => {
      const accounts = await client.request('accounts/list', {});
      const filter = await chooseFilter(accounts, filterOf(argument));
      if (filter !== undefined) await show(filter);
    },
    'mailpane.copyBugReport': () => copyBugReport(context),
  };
  return vscode.Disposable.from(
    documents,
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        await run(argument).catch((error: unknown) => showError(error, log));
      }),
    ),
    client.onChanged(refresh),
    new vscode.Disposable(() => clearTimeout(timer ?? undefined)),
  );
}

/** Of the document whose title bar was used, or that has the focus. */
function filterOf(argument: unknown): LogFilter {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === scheme ? fromQuery(uri.query) : everything;
}
