import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database';
import { killWriters } from '../storage-kill/kill-writers';
import { addEntry, OPTIONS, verify } from '../storage-kill/workload';

describe('a writer that is killed', () => {
  it('loses no acknowledged entry and never damages the file', { timeout: 120_000 }, async () => {
    const result = await killWriters(12, 7);
    expect(result.kills).toBe(12);
    // At least one more with each kill that waited for the writing: the seed decides, not the speed of the machine.
    expect(result.acknowledged).toBeGreaterThanOrEqual(12 - result.killsAtStart);
  });

  it('would be found out if it had lost one, or kept half of one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mailpane-kill-'));
    const database = await openDatabase(join(directory, 'mail.db'), OPTIONS);
    database.transaction(() => addEntry(database, 1, 100));
    expect(verify(database, 1)).toBe(1);
    expect(() => verify(database, 2)).toThrow('entry 2 was acknowledged');
    database.run('UPDATE entry SET data = zeroblob(100)');
    expect(() => verify(database, 1)).toThrow('broken entries');
    database.run('DELETE FROM entry');
    expect(() => verify(database, 1)).toThrow('entries');
    database.close();
    rmSync(directory, { recursive: true });
  });
});
