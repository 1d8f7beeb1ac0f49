import * as v from 'valibot';
import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { AccountSummary } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import { notify } from '../notify';

/** What a context menu hands over: a node of the tree, which may be any of ours or of nobody. */
const accountNode = v.object({ accountId: v.string() });

/** The account of the node that a command was called on; undefined where it was called on none. */
export function namedAccount(accounts: readonly AccountSummary[], argument: unknown): AccountSummary | undefined {
  const node = v.safeParse(accountNode, argument);
  return node.success ? accounts.find(({ account }) => account.id === node.output.accountId) : undefined;
}

/** The account that a command is about: of the node it was called on, else the only one, else the person picks. */
export async function pickAccount(
  client: MailClient,
  argument: unknown,
  placeHolder: string,
): Promise<AccountSummary | null> {
  const accounts = await client.request('accounts/list', {});
  const named = namedAccount(accounts, argument);
  if (named) return named;
  if (accounts.length === 0) {
    void notify.information(vscode.l10n.t('There is no mail account yet.'));
    return null;
  }
  if (accounts.length === 1) return accounts[0] ?? null;
  const items = accounts.map((summary) => ({
    label: inert(summary.account.name),
    description: inert(summary.account.email),
    summary,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return picked?.summary ?? null;
}
