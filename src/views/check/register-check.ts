import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { CheckReport } from '../../engine/api';
import type { AccountId } from '../../model/ids';
import { namedAccount } from '../accounts/pick-account';
import { formatCount } from '../format/counts';
import { interfaceLanguage } from '../format/interface-language';
import { oneLine } from '../format/text';
import { registerReadOnlyDocuments } from '../read-only-document';
import { showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { formatCheckReport, summarise } from './format-check-report';
import { notify } from '../notify';

const scheme = 'mailpane-check';
const uri = vscode.Uri.from({ scheme, path: '/Check and Repair.md' });

/** S39 on demand: the command, its progress, and what was found as a document. */
export function registerCheck(context: ViewContext): vscode.Disposable {
  const { client, log } = context;
  const language = interfaceLanguage();
  const documents = registerReadOnlyDocuments(scheme, async (_, signal) =>
    formatCheckReport(await client.request('check/last', {}, signal), language),
  );
  const run = async (argument: unknown): Promise<void> => {
    const chosen = await chooseAccount(context, argument);
    if (chosen === undefined) return;
    const report = await withProgress(context, chosen);
    const summary = summarise(report, language);
    await documents.show(uri, 'start');
    if (summary !== null) void notify.information(summary);
  };
  return vscode.Disposable.from(
    documents,
    vscode.commands.registerCommand('mailpane.checkAndRepair', async (argument: unknown) => {
      await run(argument).catch((error: unknown) => showError(error, log));
    }),
  );
}

/** Of the node that the menu was opened on; else the person picks where there are several. Null: all; undefined: none. */
async function chooseAccount({ client }: ViewContext, argument: unknown): Promise<AccountId | null | undefined> {
  const accounts = await client.request('accounts/list', {});
  const named = namedAccount(accounts, argument);
  if (named !== undefined) return named.account.id;
  if (accounts.length < 2) return null;
  const all = { label: vscode.l10n.t('All Accounts'), description: '', accountId: null };
  const items = accounts.map(({ account }) => ({
    label: inert(account.name),
    description: inert(account.email),
    accountId: account.id,
  }));
  const placeHolder = vscode.l10n.t('Which account is to be compared with its server?');
  return (await vscode.window.showQuickPick([all, ...items], { placeHolder, matchOnDescription: true }))?.accountId;
}

/** Says how far it is, and lets it be cancelled: what was mended until then stays. */
async function withProgress({ client }: ViewContext, accountId: AccountId | null): Promise<CheckReport> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Checking mail'),
    cancellable: true,
  };
  const count = (number: number): string => formatCount(number, interfaceLanguage().locale);
  return await vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    const tell = async (): Promise<void> => {
      const { accounts } = await client.request('overview', {}, abort.signal);
      const message = accounts
        .flatMap(({ account, status }) => {
          if (status.state !== 'checking' || status.total === null) return [];
          const name = inert(oneLine(account.name, 40));
          return vscode.l10n.t('{0}: {1} of {2}', name, count(status.done), count(status.total));
        })
        .join(', ');
      progress.report({ message });
    };
    const parts = vscode.Disposable.from(
      token.onCancellationRequested(() => abort.abort()),
      client.onChanged(({ status }) => {
        if (status) tell().catch(() => undefined);
      }),
    );
    try {
      return await client.request('check/run', { accountId }, abort.signal);
    } finally {
      parts.dispose();
    }
  });
}
