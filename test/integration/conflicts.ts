import { afterAll, beforeAll, describe, it } from 'vitest';
import { situations, type SituationName } from '../conflicts/cells';
import type { KindName } from '../conflicts/kinds';
import { playSituation } from '../conflicts/play';
import { orders } from '../conflicts/rest';
import type { World } from '../conflicts/world';

/** A situation, or one for a kind of change. */
type Left = SituationName | readonly [SituationName, KindName];

/** Every cell of docs/conflicts.md on one server; `without`: what cannot be brought about there. */
export function describeConflicts(name: string, start: () => Promise<World>, without: readonly Left[] = []): void {
  describe(`conflicts on ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    const played = (Object.keys(situations) as SituationName[]).filter((situation) => !without.includes(situation));
    describe.each(played)('%s', (situation) => {
      const left = without.flatMap((one) => (typeof one === 'string' || one[0] !== situation ? [] : [one[1]]));
      it.each(orders)('S1, S29, S30: %s', (order) => playSituation(world, situation, order, left));
    });
  });
}
