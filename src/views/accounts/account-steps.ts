import * as vscode from 'vscode';
import type { ConnectionTest, Discovered } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import {
  isWorthRepeating,
  settingsOf,
  stepToCorrect,
  withServer,
  type AccountDraft,
  type AccountStep,
} from './account-draft';
import { describeServerProblem, describeSignInProblem, reasonOf } from './connection-problem';
import { promptChoice, promptText, type Answer, type Checked, type Choice } from './prompts';
import { hostIn, parseSessionUrl, serverFacts, type UrlProblem } from './server-url';
import type { Outcome, Step } from './wizard';

export type AccountWizardStep = Step<AccountStep, AccountDraft>;
type AccountOutcome = Outcome<AccountStep, AccountDraft>;

const always = () => true;

/** Asks who the person is and looks for the server; no credential is sent. */
export function addressStep(client: MailClient, title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'address',
    applies: always,
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('Your mail address, or the host or session URL of your JMAP server'),
        placeholder: 'name@example.org',
        text: draft.address,
        check: (text, signal) => findServers(client, text.trim(), signal),
      });
      return outcomeOf(answer, (found) => ({ ...draft, ...found }));
    },
  };
}

type Found = Pick<AccountDraft, 'address' | 'servers' | 'searchProblem' | 'byHand'>;

async function findServers(client: MailClient, address: string, signal: AbortSignal): Promise<Checked<Found>> {
  const { t } = vscode.l10n;
  if (address === '') return { problem: t('Type a mail address, a host or a URL.') };
  try {
    const servers = await client.request('accounts/discover', { address }, signal);
    const searchProblem = servers.length === 0 ? t('No JMAP mail server was found for {0}.', address) : null;
    return { value: { address, servers, searchProblem, byHand: false } };
  } catch (error) {
    const problem = describeServerProblem(error, hostIn(address));
    if (isWorthRepeating(reasonOf(error))) return { problem };
    return { value: { address, servers: [], searchProblem: problem, byHand: false } };
  }
}

/** Shows host and encryption of what was found: choosing is the person's word that a password may go there. */
export function serverStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'server',
    applies: always,
    ask: async (draft, place) => {
      const problem = place.problem ?? draft.searchProblem;
      const found: Choice<Discovered | 'by-hand' | 'address'>[] = draft.servers.map((server) => ({
        ...describeServer(server.settings.sessionUrl),
        detail: server.found,
        value: server,
      }));
      const byHand = { label: `$(edit) ${t('Enter the server by hand…')}`, value: 'by-hand' as const };
      const address = {
        label: `$(arrow-left) ${t('Correct the address')}`,
        description: draft.address,
        value: 'address' as const,
      };
      const answer = await promptChoice<Discovered | 'by-hand' | 'address'>({
        title,
        place,
        placeholder: problem ?? t('Confirm the server: your password will be sent there'),
        choices: problem === null ? [...found, byHand] : [address, ...found, byHand],
        active: found.find(({ value }) => isChosen(draft, value)),
      });
      if (answer.kind === 'answer' && answer.value === 'address') return { to: 'back' };
      return outcomeOf(answer, (chosen) =>
        typeof chosen === 'string' ? { ...draft, byHand: true } : withServer(draft, chosen),
      );
    },
  };
}

function isChosen(draft: AccountDraft, value: Discovered | string): boolean {
  return typeof value !== 'string' && value.settings.sessionUrl === draft.sessionUrl;
}

function describeServer(sessionUrl: string): { label: string; description: string } {
  const { t } = vscode.l10n;
  const { host, encrypted } = serverFacts(sessionUrl);
  return encrypted
    ? { label: `$(lock) ${host}`, description: t('encrypted (TLS)') }
    : { label: `$(unlock) ${host}`, description: t('not encrypted, on this machine') };
}

export function sessionUrlStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'session-url',
    applies: (draft) => draft.byHand,
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('Session URL of the JMAP server: your password will be sent there'),
        placeholder: 'https://jmap.example.org/.well-known/jmap',
        text: draft.sessionUrl,
        check: (text) => {
          const parsed = parseSessionUrl(text);
          return 'url' in parsed ? { value: parsed.url } : { problem: describeUrlProblem(parsed.problem) };
        },
      });
      return outcomeOf(answer, (sessionUrl) => ({
        ...draft,
        sessionUrl,
        username: draft.username || (draft.address.includes('@') && !draft.address.includes('/') ? draft.address : ''),
      }));
    },
  };
}

function describeUrlProblem(problem: UrlProblem): string {
  const { t } = vscode.l10n;
  switch (problem) {
    case 'not-a-url':
      return t('This is not a URL. It looks like https://jmap.example.org/.well-known/jmap.');
    case 'insecure':
      return t('Plain http is only for a server on this machine. Use https.');
    case 'has-credentials':
      return t('Leave user name and password out of the URL: they are asked next.');
  }
}

export function methodStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'method',
    applies: always,
    ask: async (draft, place) => {
      const choices: Choice<'basic' | 'bearer'>[] = [
        { label: `$(account) ${t('User name and password')}`, value: 'basic' },
        { label: `$(key) ${t('API token')}`, detail: t('Made in the settings of your provider'), value: 'bearer' },
      ];
      const answer = await promptChoice({
        title,
        place,
        placeholder: t('How do you sign in at {0}?', serverFacts(draft.sessionUrl).host),
        choices,
        active: choices.find(({ value }) => value === draft.auth),
      });
      return outcomeOf(answer, (auth) => ({ ...draft, auth }));
    },
  };
}

export function usernameStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'username',
    applies: (draft) => draft.auth === 'basic',
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('User name at {0}', serverFacts(draft.sessionUrl).host),
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

/** Asks for password or token and signs in with it; what the server objects to is corrected where it was answered. */
export function secretStep(client: MailClient, title: string, options: SecretStepOptions | null): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'secret',
    applies: always,
    ask: async (draft, place) => {
      const { host } = serverFacts(draft.sessionUrl);
      const mayKeep = options?.mayKeep(draft) ?? false;
      const ask =
        draft.auth === 'bearer' ? t('API token for {0}', host) : t('Password of {0} at {1}', draft.username, host);
      const answer = await promptText<AccountOutcome>({
        title,
        place,
        prompt: mayKeep ? t('{0} (leave empty to keep it)', ask) : ask,
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
    const problem = describeSignInProblem(error, draft.sessionUrl, draft.auth);
    const step = stepToCorrect(reasonOf(error), draft);
    return step === 'secret' ? { problem } : { value: { to: 'correct', step, problem, draft } };
  }
  return { value: { to: 'next', draft: { ...draft, name: draft.name || draft.email || test.accountName } } };
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

function required(text: string, problem: string): Checked<string> {
  const value = text.trim();
  return value === '' ? { problem } : { value };
}

function outcomeOf<T>(answer: Answer<T>, apply: (value: T) => AccountDraft): AccountOutcome {
  return answer.kind === 'answer' ? { to: 'next', draft: apply(answer.value) } : { to: answer.kind };
}
