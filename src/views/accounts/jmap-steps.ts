import * as vscode from 'vscode';
import { usernameGuess, type AccountDraft } from './account-draft';
import { promptChoice, promptText, type Choice } from './prompts';
import { parseSessionUrl, serverFacts, type UrlProblem } from './server-url';
import { outcomeOf, type AccountWizardStep } from './step';

const isJmap = ({ protocol }: AccountDraft): boolean => protocol === 'jmap';

export function sessionUrlStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'session-url',
    applies: (draft) => draft.byHand && isJmap(draft),
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
      return outcomeOf(answer, (sessionUrl) => ({ ...draft, sessionUrl, username: usernameGuess(draft) }));
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
    applies: isJmap,
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
