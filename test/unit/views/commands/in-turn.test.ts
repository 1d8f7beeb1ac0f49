import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../../src/views/commands/in-turn';

describe('createTurns', () => {
  it('begins a piece of work when the one before has ended, also by an error, and hands on what became of each', async () => {
    const inTurn = createTurns();
    const told: string[] = [];
    const work = (name: string, fails: boolean) => async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      told.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    };
    const [one, two, three] = [inTurn(work('1', false)), inTurn(work('2', true)), inTurn(work('3', false))];
    await expect(two).rejects.toThrow('2 failed');
    expect([await one, await three]).toEqual(['1', '3']);
    expect(told).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });
});
