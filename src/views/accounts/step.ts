import type { AccountDraft, AccountStep } from './account-draft';
import type { Answer, Checked } from './prompts';
import type { Outcome, Step } from './wizard';

export type AccountWizardStep = Step<AccountStep, AccountDraft>;
export type AccountOutcome = Outcome<AccountStep, AccountDraft>;

export const always = () => true;

export function required(text: string, problem: string): Checked<string> {
  const value = text.trim();
  return value === '' ? { problem } : { value };
}

export function outcomeOf<T>(answer: Answer<T>, apply: (value: T) => AccountDraft): AccountOutcome {
  return answer.kind === 'answer' ? { to: 'next', draft: apply(answer.value) } : { to: answer.kind };
}
