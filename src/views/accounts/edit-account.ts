import * as vscode from 'vscode';
import type { Account } from '../../model/account';
import { accountSecrets } from '../secrets';
import type { ViewContext } from '../view-context';
import { draftOf, mayReuseSecret, settingsOf, type AccountDraft } from './account-draft';
import {
  methodStep,
  nameStep,
  secretStep,
  sessionUrlStep,
  usernameStep,
  type AccountWizardStep,
} from './account-steps';
import { pickAccount } from './pick-account';
import { runWizard } from './wizard';

type Part = 'name' | 'server' | 'user' | 'password';

/** Changes one part of an account; a changed server or user is tested before anything is kept. */
export async function editAccount(context: ViewContext, argument: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const summary = await pickAccount(context.client, argument, t('Account to edit'));
  if (!summary) return;
  const part = await pickPart(summary.account);
  if (part) await changeAccount(context, summary.account, t('Edit {0}', summary.account.name), part);
}

/** Asks for a new password or token after the server refused the old one. */
export async function signIn(context: ViewContext, argument: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const summary = await pickAccount(context.client, argument, t('Account to sign in to'));
  if (summary) await changeAccount(context, summary.account, t('Sign In to {0}', summary.account.name), 'password');
}

async function pickPart(account: Account): Promise<Part | null> {
  const { t } = vscode.l10n;
  const { sessionUrl, auth, username } = draftOf(account);
  const user = auth === 'basic' ? username : t('API token');
  const parts: (vscode.QuickPickItem & { part: Part })[] = [
    { label: `$(tag) ${t('Name')}`, description: account.name, part: 'name' },
    { label: `$(server) ${t('Server')}`, description: sessionUrl, part: 'server' },
    { label: `$(account) ${t('User')}`, description: user, part: 'user' },
    { label: `$(key) ${t('Password or Token')}`, part: 'password' },
  ];
  const placeHolder = t('What to change in {0}', account.name);
  return (await vscode.window.showQuickPick(parts, { placeHolder, title: t('Edit Mail Account') }))?.part ?? null;
}

async function changeAccount(context: ViewContext, account: Account, title: string, part: Part): Promise<void> {
  const { client, extension } = context;
  const secrets = accountSecrets(extension.secrets);
  const secret = secretStep(client, title, {
    mayKeep: (draft) => part !== 'password' && mayReuseSecret(account.settings, settingsOf(draft)),
    kept: () => secrets.get(account.id),
  });
  const credentials = [methodStep(title), usernameStep(title), secret];
  const steps: Record<Part, AccountWizardStep[]> = {
    name: [nameStep(title)],
    server: [sessionUrlStep(title), ...credentials],
    user: credentials,
    password: [secret],
  };
  const draft = await runWizard(steps[part], draftOf(account));
  if (!draft) return;
  await client.request('accounts/update', { accountId: account.id, ...changesOf(account, draft) });
  if (draft.secret !== '') await secrets.store(account.id, draft.secret);
}

function changesOf(account: Account, draft: AccountDraft) {
  return { name: draft.name, email: account.email, settings: settingsOf(draft), secret: draft.secret || null };
}
