import * as vscode from 'vscode';
import type { ConnectionTest } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import { hostOf, settingsOf, usesToken, type AccountDraft } from './account-draft';
import { describeSendingProblem, describeSignInProblem, reasonOf } from './connection-problem';
import { promptText, type Checked } from './prompts';
import { signInHint } from './provider-hint';
import { always, outcomeOf, required, type AccountOutcome, type AccountWizardStep } from './step';
import { stepToCorrect } from './step-to-correct';
import { untrustedServer } from './untrusted-server';

export function usernameStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'username',
    applies: (draft) => !usesToken(draft),
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('User name at {0}', hostOf(draft)),
        text: draft.username,
        check: (text) => required(text, t('Type the user name; it is often the mail address.')),
      });
      return outcomeOf(answer, (username) => ({ ...draft, username }));
    },
  };
}

interface SecretStepOptions {
  /** True where one keeps the password by leaving the field empty. */
  mayKeep(draft: AccountDraft): boolean;
  /** The password kept so far, for a test without typing it again. */
  kept(): Promise<string | null>;
}

/** Asks for password or token and signs in with it; what a server objects to is corrected where it was answered. */
export function secretStep(client: MailClient, title: string, options: SecretStepOptions | null): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'secret',
    applies: always,
    ask: async (draft, place) => {
      const mayKeep = options?.mayKeep(draft) ?? false;
      const answer = await promptText<AccountOutcome>({
        title,
        place,
        prompt: mayKeep ? t('{0} (leave empty to keep it)', secretPrompt(draft)) : secretPrompt(draft),
        text: draft.secret,
        password: true,
        check: async (secret, signal) => {
          const used = secret || (mayKeep ? ((await options?.kept()) ?? '') : '');
          if (used === '') return { problem: t('Type the password or token.') };
          return testSignIn(client, { ...draft, secret }, used, signal);
        },
      });
      return answer.kind === 'answer' ? answer.value : { to: answer.kind };
    },
  };
}

function secretPrompt(draft: AccountDraft): string {
  const { t } = vscode.l10n;
  const host = hostOf(draft);
  if (usesToken(draft)) return t('API token for {0}', host);
  const ask = t('Password of {0} at {1}', draft.username, host);
  const hint = draft.protocol === 'imap' && draft.imap ? signInHint(draft.imap) : null;
  return hint === null ? ask : `${ask}. ${hint}`;
}

async function testSignIn(
  client: MailClient,
  draft: AccountDraft,
  secret: string,
  signal: AbortSignal,
): Promise<Checked<AccountOutcome>> {
  let test: ConnectionTest;
  try {
    test = await client.request('accounts/test', { settings: settingsOf(draft), secret }, signal);
  } catch (error) {
    if (draft.protocol === 'imap' && draft.imap && reasonOf(error) === 'tls') {
      const untrusted = await untrustedServer(client, draft.imap, 'imap', signal);
      if (untrusted)
        return { value: { to: 'correct', step: 'certificate', problem: '', draft: { ...draft, untrusted } } };
    }
    const problem = describeSignInProblem(error, draft);
    const step = stepToCorrect(reasonOf(error), draft);
    return step === 'secret' ? { problem } : { value: { to: 'correct', step, problem, draft } };
  }
  const correction = draft.protocol === 'imap' ? await testSending(client, draft, secret, signal) : null;
  if (correction) return { value: correction };
  return { value: { to: 'next', draft: { ...draft, name: draft.name || draft.email || test.accountName } } };
}

/** Where the sending server objects, the person is asked for it again, whatever it objects to: it may be left out. */
async function testSending(
  client: MailClient,
  draft: AccountDraft,
  secret: string,
  signal: AbortSignal,
): Promise<AccountOutcome | null> {
  const { smtp: server, username } = draft;
  if (server === null) return null;
  try {
    await client.request('accounts/test-sending', { server, username, secret }, signal);
    return null;
  } catch (error) {
    const untrusted = reasonOf(error) === 'tls' ? await untrustedServer(client, server, 'smtp', signal) : null;
    if (untrusted) return { to: 'correct', step: 'certificate', problem: '', draft: { ...draft, untrusted } };
    const problem = describeSendingProblem(error, server.host);
    return { to: 'correct', step: 'smtp-server', problem, draft: { ...draft, smtpByHand: true } };
  }
}

export function nameStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'name',
    applies: always,
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('Name of the account in the sidebar'),
        text: draft.name,
        check: (text) => required(text, t('Type a name.')),
      });
      return outcomeOf(answer, (name) => ({ ...draft, name }));
    },
  };
}
