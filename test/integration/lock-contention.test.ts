import { expect, it } from 'vitest';
import { contend } from '../lock-contention/contend';

it('has one owner at any moment, whoever is killed, frozen and woken (`npm run test:lock` is the long run)', async () => {
  const { owners, takeOvers, writes } = await contend({ processes: 5, kills: 30, stops: 40, seed: 1 });
  // Each of these was hit, or the run proves nothing.
  expect(owners).toBeGreaterThan(30);
  expect(takeOvers).toBeGreaterThan(0);
  expect(writes).toBeGreaterThan(100);
});
