import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { Account, AccountSettings } from '../../model/account';
import { isSameMail } from '../../model/same-mail';
import { notify } from '../notify';
import { accountSecrets } from '../secrets';
import type { ViewContext } from '../view-context';
import {
  draftOf,
  hostOf,
  mayReuseSecret,
  namesOf,
  settingsOf,
  usesToken,
  type AccountDraft,
  type AccountStep,
} from './account-draft';
import { certificateStep } from './certificate-step';
import { imapSecurityStep, imapServerStep, smtpSecurityStep, smtpServerStep } from './imap-steps';
import { methodStep, sessionUrlStep } from './jmap-steps';
import { hostAndPort } from './mail-server';
import { pickAccount } from './pick-account';
import { nameStep, secretStep, usernameStep } from './sign-in-steps';
import type { AccountWizardStep } from './step';
import { whatIsLost } from './what-is-lost';
import { runWizard } from './wizard';

type Part = 'name' | 'server' | 'sending' | 'user' | 'password';

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

type PartChoice = vscode.QuickPickItem & { readonly part: Part };

async function pickPart(account: Account): Promise<Part | null> {
  const { t } = vscode.l10n;
  const draft = draftOf(account);
  const { sessionUrl, imap, smtp, username } = draft;
  const server = draft.protocol === 'jmap' ? sessionUrl : imap ? hostAndPort(imap, 'imap') : hostOf(draft);
  const sending: PartChoice = {
    label: `$(send) ${t('Server for Sending')}`,
    description: smtp ? hostAndPort(smtp, 'smtp') : t('none: mail is only read'),
    part: 'sending',
  };
  const parts: PartChoice[] = [
    { label: `$(tag) ${t('Name')}`, description: inert(account.name), part: 'name' },
    { label: `$(server) ${t('Server')}`, description: inert(server), part: 'server' },
    ...(draft.protocol === 'imap' ? [sending] : []),
    {
      label: `$(account) ${t('User')}`,
      description: usesToken(draft) ? t('API token') : inert(username),
      part: 'user',
    },
    { label: `$(key) ${t('Password or Token')}`, part: 'password' },
  ];
  const placeHolder = t('What to change in {0}', inert(account.name));
  return (await vscode.window.showQuickPick(parts, { placeHolder, title: t('Edit Mail Account') }))?.part ?? null;
}

async function changeAccount(context: ViewContext, account: Account, title: string, part: Part): Promise<void> {
  const { client, extension } = context;
  const secrets = accountSecrets(extension.secrets);
  const secret = secretStep(client, title, {
    mayKeep: (draft) => part !== 'password' && mayReuseSecret(account.settings, settingsOf(draft)),
    kept: () => secrets.get(account.id),
  });
  const user = [methodStep(title), usernameStep(title)];
  const sending = [smtpServerStep(title), smtpSecurityStep(title)];
  const correctable: AccountStep[] = part === 'server' ? ['imap-server', 'smtp-server'] : ['smtp-server'];
  const proof = [certificateStep(correctable), secret];
  const steps: Record<Part, AccountWizardStep[]> = {
    name: [nameStep(title)],
    server: [sessionUrlStep(title), imapServerStep(title), imapSecurityStep(title), ...sending, ...user, ...proof],
    sending: [...sending, ...proof],
    // The sending server is asked for only where it objects, so that it never stands in the way of reading.
    user: [...user, ...sending, ...proof],
    password: [...sending, ...proof],
  };
  const draft = await runWizard(steps[part], { ...draftOf(account), smtpByHand: part === 'sending' });
  if (!draft || !(await mayChange(context, account, settingsOf(draft)))) return;
  await client.request('accounts/update', { accountId: account.id, ...changesOf(account, draft) });
  if (draft.secret !== '') await secrets.store(account.id, draft.secret);
}

/** Another user or server may have another person's mail: the account is emptied then, and this cannot be undone. */
async function mayChange(context: ViewContext, account: Account, settings: AccountSettings): Promise<boolean> {
  if (isSameMail(account.settings, settings)) return true;
  const { t } = vscode.l10n;
  const change = t('Change and Read Anew');
  const detail = [
    await whatIsLost(context, account.id),
    t('What the changed account has is then read from its server.'),
  ].join('\n');
  const question = t('Change "{0}" to another user or server?', account.name);
  return (await notify.warning(question, { modal: true, detail }, change)) === change;
}

function changesOf(account: Account, draft: AccountDraft) {
  return { ...namesOf(account, draft), settings: settingsOf(draft), secret: draft.secret || null };
}
