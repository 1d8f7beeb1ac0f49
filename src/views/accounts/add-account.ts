import * as vscode from 'vscode';
import { EngineError } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import { errorSentence, messageOf } from '../show-error';
import type { MessageList, ViewContext } from '../view-context';
import { emptyDraft, type AccountDraft } from './account-draft';
import { certificateStep } from './certificate-step';
import { addressStep, protocolStep, serverStep } from './find-steps';
import { imapSecurityStep, imapServerStep, smtpSecurityStep, smtpServerStep } from './imap-steps';
import { methodStep, sessionUrlStep } from './jmap-steps';
import { keepAccount } from './keep-account';
import { showInboxOf } from './show-inbox';
import { nameStep, secretStep, usernameStep } from './sign-in-steps';
import { runWizard } from './wizard';
import { notify } from '../notify';

/** Asks for an account step by step, keeps it, and shows its inbox as soon as the first sync has found it. */
export async function addAccount(context: ViewContext, messages: Pick<MessageList, 'show'>): Promise<void> {
  const title = vscode.l10n.t('Add Mail Account');
  const { client } = context;
  const steps = [
    addressStep(client, title),
    serverStep(title),
    protocolStep(title),
    sessionUrlStep(title),
    imapServerStep(title),
    imapSecurityStep(title),
    smtpServerStep(title),
    smtpSecurityStep(title),
    methodStep(title),
    usernameStep(title),
    certificateStep(['server', 'imap-server', 'smtp-server']),
    secretStep(client, title, null),
    nameStep(title),
  ];
  const draft = await runWizard(steps, emptyDraft);
  const accountId = draft && (await keepOrRetry(context, draft));
  if (accountId !== null) await showInboxOf(context, messages, accountId);
}

/** What was typed is not lost when the disk is full or the keychain locked. */
async function keepOrRetry(context: ViewContext, draft: AccountDraft): Promise<AccountId | null> {
  const { t } = vscode.l10n;
  for (;;) {
    try {
      return await keepAccount(context, draft);
    } catch (error) {
      context.log.error(`The account could not be added: ${messageOf(error)}`);
      const retry = t('Retry');
      const sentence = error instanceof EngineError ? errorSentence(error) : messageOf(error);
      const chosen = await notify.error(t('The account was not added. {0}', sentence), retry);
      if (chosen !== retry) return null;
    }
  }
}
