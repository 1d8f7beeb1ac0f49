import { vi } from 'vitest';
import type { Database } from '../../src/db/database';

/** How many statements a database is asked to run meanwhile, BEGIN and COMMIT left out. */
export async function statementsOf(database: Database, work: () => Promise<unknown>): Promise<number> {
  const spies = (['run', 'get', 'all', 'insert'] as const).map((name) => vi.spyOn(database, name));
  try {
    await work();
    return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
