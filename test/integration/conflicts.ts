import { afterAll, beforeAll, describe, it } from 'vitest';
import { situations, type SituationName } from '../conflicts/cells';
import { playSituation } from '../conflicts/play';
import { orders } from '../conflicts/rest';
import type { World } from '../conflicts/world';

/** Every cell of docs/conflicts.md on one server; `without`: situations that cannot be brought about there. */
export function describeConflicts(
  name: string,
  start: () => Promise<World>,
  without: readonly SituationName[] = [],
): void {
  describe(`conflicts on ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    const played = (Object.keys(situations) as SituationName[]).filter((situation) => !without.includes(situation));
    describe.each(played)('%s', (situation) => {
      it.each(orders)('S1, S29, S30: %s', (order) => playSituation(world, situation, order));
    });
  });
}
