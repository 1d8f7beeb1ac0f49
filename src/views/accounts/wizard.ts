/**
 * Walks through the steps of a dialogue, forward and back, and to an earlier step that a later one found wrong. It knows
 * nothing of how a step asks: `prompts.ts` does.
 */
export interface Step<Name extends string, Draft> {
  readonly name: Name;
  /** Whether what was answered so far makes this step necessary. */
  applies(draft: Draft): boolean;
  ask(draft: Draft, place: Place): Promise<Outcome<Name, Draft>>;
}

/** Where in the dialogue a step is asked: "2 of 5". */
export interface Place {
  readonly step: number;
  readonly total: number;
  readonly canGoBack: boolean;
  /** What was wrong with the last answer to this step, in a person's words; null at first. */
  readonly problem: string | null;
}

export type Outcome<Name extends string, Draft> =
  | { readonly to: 'next'; readonly draft: Draft }
  | { readonly to: 'back' }
  | { readonly to: 'cancel' }
  /**
   * A later step found an earlier one wrong: it is asked again, with all other answers kept. Where the dialogue does not
   * have that step, as one that only changes a password, the problem is shown where the person is.
   */
  | { readonly to: 'correct'; readonly step: Name; readonly problem: string; readonly draft: Draft };

/** The draft after the last step; null if the person left. Steps that apply are recounted after each answer. */
export async function runWizard<Name extends string, Draft>(
  steps: readonly Step<Name, Draft>[],
  initial: Draft,
): Promise<Draft | null> {
  let draft = initial;
  let problem: string | null = null;
  let current = steps.findIndex((step) => step.applies(draft));
  for (;;) {
    const step = steps[current];
    if (!step) return draft;
    const previous = steps.findLastIndex((other, index) => index < current && other.applies(draft));
    const outcome = await step.ask(draft, { ...countSteps(steps, draft, step), canGoBack: previous >= 0, problem });
    problem = null;
    switch (outcome.to) {
      case 'cancel':
        return null;
      case 'back':
        if (previous >= 0) current = previous;
        break;
      case 'correct': {
        draft = outcome.draft;
        problem = outcome.problem;
        const wrong = steps.findIndex((other) => other.name === outcome.step);
        if (wrong >= 0) current = wrong;
        break;
      }
      case 'next': {
        const answered = outcome.draft;
        draft = answered;
        const next = steps.findIndex((other, index) => index > current && other.applies(answered));
        current = next < 0 ? steps.length : next;
      }
    }
  }
}

function countSteps<Name extends string, Draft>(
  steps: readonly Step<Name, Draft>[],
  draft: Draft,
  current: Step<Name, Draft>,
): { step: number; total: number } {
  const applying = steps.filter((step) => step === current || step.applies(draft));
  return { step: applying.indexOf(current) + 1, total: applying.length };
}
