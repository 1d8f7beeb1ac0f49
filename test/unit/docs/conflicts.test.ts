import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cells, isPlayed, situations, type SituationName } from '../../conflicts/cells';
import { kinds, type KindName } from '../../conflicts/kinds';
import { withConflictTables } from '../../conflicts/markdown';

describe('docs/conflicts.md', () => {
  it('says what the tests play', async () => {
    const file = path.resolve(import.meta.dirname, '../../../docs/conflicts.md');
    const page = await readFile(file, 'utf8');
    expect(page, 'npm run conflicts').toBe(await withConflictTables(page, file));
  });

  it('has no cell that is played for no kind of change', () => {
    const names = Object.keys(kinds) as KindName[];
    for (const [group, row] of Object.entries(cells)) {
      for (const situation of Object.keys(row) as SituationName[]) {
        const played = names.filter((name) => kinds[name].group === group && isPlayed(name, situation));
        expect(played.length, `${group} × ${situations[situation]}`).toBeGreaterThan(0);
      }
    }
  });
});
