import { describe, expect, it } from 'vitest';
import { runWizard, type Outcome, type Place, type Step } from '../../../../src/views/accounts/wizard';

type Name = 'one' | 'two' | 'three';
interface Draft {
  readonly one?: string;
  readonly two?: string;
  readonly three?: string;
  readonly skipTwo?: boolean;
}
type Script = (draft: Draft, place: Place) => Outcome<Name, Draft>;

/** Three steps that answer from a script, and what was asked. */
function scripted(scripts: Record<Name, Script[]>) {
  const asked: { name: Name; place: Place }[] = [];
  const steps = (['one', 'two', 'three'] as const).map((name): Step<Name, Draft> => ({
    name,
    applies: (draft) => name !== 'two' || draft.skipTwo !== true,
    ask: (draft, place) => {
      asked.push({ name, place });
      const script = scripts[name].shift();
      if (!script) throw new Error(`${name} was asked too often`);
      return Promise.resolve(script(draft, place));
    },
  }));
  return { steps, asked };
}

const say =
  (change: Draft): Script =>
  (draft) => ({ to: 'next', draft: { ...draft, ...change } });
const back: Script = () => ({ to: 'back' });

describe('runWizard', () => {
  it('asks every step and counts them', async () => {
    const { steps, asked } = scripted({
      one: [say({ one: 'a' })],
      two: [say({ two: 'b' })],
      three: [say({ three: 'c' })],
    });
    expect(await runWizard(steps, {})).toEqual({ one: 'a', two: 'b', three: 'c' });
    expect(asked.map(({ place }) => [place.step, place.total, place.canGoBack])).toEqual([
      [1, 3, false],
      [2, 3, true],
      [3, 3, true],
    ]);
  });

  it('leaves out a step that an answer makes needless, and does not count it', async () => {
    const { steps, asked } = scripted({ one: [say({ skipTwo: true })], two: [], three: [say({ three: 'c' })] });
    expect(await runWizard(steps, {})).toEqual({ skipTwo: true, three: 'c' });
    expect(asked.map(({ name, place }) => `${name} ${String(place.step)}/${String(place.total)}`)).toEqual([
      'one 1/3',
      'three 2/2',
    ]);
  });

  it('goes back over a step that does not apply, with the answers kept', async () => {
    const { steps, asked } = scripted({
      one: [say({ one: 'a', skipTwo: true }), (draft) => ({ to: 'next', draft })],
      two: [],
      three: [back, (draft) => ({ to: 'next', draft: { ...draft, three: draft.one ?? 'lost' } })],
    });
    expect(await runWizard(steps, {})).toMatchObject({ three: 'a' });
    expect(asked.map(({ name }) => name)).toEqual(['one', 'three', 'one', 'three']);
  });

  it('stays at the first step when there is nothing before it', async () => {
    const { steps } = scripted({ one: [back, say({ one: 'a' })], two: [say({})], three: [say({})] });
    expect(await runWizard(steps, {})).toEqual({ one: 'a' });
  });

  it('returns to the step that a later one found wrong, says why once, and loses no other answer', async () => {
    const { steps, asked } = scripted({
      one: [say({ one: 'wrong' }), say({ one: 'right' })],
      two: [say({ two: 'b' }), (draft) => ({ to: 'next', draft })],
      three: [
        (draft) => ({ to: 'correct', step: 'one', problem: 'no such host', draft: { ...draft, three: 'kept' } }),
        (draft) => ({ to: 'next', draft }),
      ],
    });
    expect(await runWizard(steps, {})).toEqual({ one: 'right', two: 'b', three: 'kept' });
    expect(asked.map(({ place }) => place.problem)).toEqual([null, null, null, 'no such host', null, null]);
  });

  it('stays and says why when the dialogue does not ask what is wrong', async () => {
    const { steps, asked } = scripted({
      one: [],
      two: [],
      three: [(draft) => ({ to: 'correct', step: 'one', problem: 'no such host', draft }), say({ three: 'c' })],
    });
    expect(await runWizard(steps.slice(2), {})).toEqual({ three: 'c' });
    expect(asked.map(({ place }) => place.problem)).toEqual([null, 'no such host']);
  });

  it('ends with nothing when the person leaves', async () => {
    const { steps } = scripted({ one: [say({})], two: [() => ({ to: 'cancel' })], three: [] });
    expect(await runWizard(steps, {})).toBeNull();
  });
});
