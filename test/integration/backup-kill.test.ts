import { cpSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  checkStorage,
  dieInRestore,
  killAt,
  openBackupStage,
  openDying,
  type BackupStage,
  type Killed,
  type Work,
} from '../storage-kill/kill-backup';
import { openWindow, WindowGone } from '../windows/open-window';
import { until } from '../windows/stage';

let stage: BackupStage;
beforeAll(async () => {
  stage = await openBackupStage();
});
afterAll(() => stage.end());

const never = { at: Infinity, inTheMiddle: false };

/** So many points over the whole work, its first and its last operation among them, before and in the middle of one. */
async function spread(work: Work, points: number): Promise<Killed[]> {
  const { operations } = await killAt(stage, work, never);
  const results: Killed[] = [];
  for (let point = 0; point < points; point++) {
    const at = 1 + Math.round((point * (operations - 1)) / (points - 1));
    results.push(await killAt(stage, work, { at, inTheMiddle: point % 2 === 1 }));
  }
  return results;
}

describe('an engine that is killed', () => {
  it('in an export leaves nothing or all of it under the chosen name', { timeout: 240_000 }, async () => {
    const results = await spread('export', 6);
    expect(results.filter(({ died }) => died).length).toBeGreaterThan(3);
    expect(results[0]).toMatchObject({ died: true, outcome: 'before' });
    expect(results.map(({ outcome }) => outcome)).toContain('after');
  });

  it('in a restore leaves the mail of before or that of the backup, whole', { timeout: 240_000 }, async () => {
    const results = await spread('restore', 12);
    expect(results.filter(({ died }) => died).length).toBeGreaterThan(8);
    expect(results[0]).toMatchObject({ died: true, outcome: 'before' });
    // Once the plan is on the disk it is carried out, whoever opens the folder next.
    const outcomes = results.map(({ outcome }) => outcome).join(' ');
    expect(outcomes).toMatch(/^before (before )+(after ?)+$/);
  });

  it('in a restore for another window is followed by one that ends it, once', { timeout: 240_000 }, async () => {
    const { operations } = await killAt(stage, 'restore', never);
    // Not near the end: who asks for another window is answered after fewer operations.
    for (const at of [2, Math.round(operations / 2)]) {
      const storage = mkdtempSync(path.join(stage.folder, 'windows-'));
      cpSync(path.join(stage.folder, 'storage'), storage, { recursive: true });
      const owner = openDying(stage, storage, dieInRestore(stage, { at, inTheMiddle: false }));
      onTestFinished(() => owner.kill());
      await until('the owner is served', () => owner.ownsEngine);
      let other = openWindow({ folder: storage, program: stage.program, secret: '' });
      onTestFinished(() => other.kill());
      await until('the other is served by the owner', async () => {
        // On a machine that is too busy for its heartbeats the owner may have lost the engine.
        if (other.ownsEngine) {
          await other.kill();
          other = openWindow({ folder: storage, program: stage.program, secret: '' });
        }
        return owner.ownsEngine && other.state === 'ready';
      });
      expect(await other.request('database/restore', { file: path.join(stage.folder, 'Mail.db') })).toBeNull();
      expect(await owner.exited).toBe('SIGKILL');
      await expect(owner.request('overview', {})).rejects.toBeInstanceOf(WindowGone);
      await other.close();
      expect(await checkStorage(stage, storage)).toBe('after');
    }
  });
});
