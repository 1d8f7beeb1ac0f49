import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseError } from '../../../src/db/database-error';
import { asideName, finishSwap, nextOf, swapIn } from '../../../src/db/file-swap';

let folder: string;
let file: string;
let aside: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-swap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = path.join(folder, 'mail.db');
  aside = asideName(file, 'replaced', new Date('2026-11-25T10:15:00Z'));
  begin();
});

function begin(): void {
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
  writeFileSync(file, 'old');
  writeFileSync(`${file}-wal`, 'log of the old');
  writeFileSync(nextOf(file), 'new');
}

const plan = (): void => writeFileSync(`${file}-swap`, JSON.stringify({ aside: path.basename(aside) }));
const content = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));

const swapped = {
  'mail.db': 'new',
  'mail.replaced-2026-11-25T101500.db': 'old',
  'mail.replaced-2026-11-25T101500.db-wal': 'log of the old',
};

describe('a database takes the place of another', () => {
  it('and the old one goes aside with its log, under a clear name', async () => {
    await swapIn(file, aside);
    expect(content()).toEqual(swapped);
    finishSwap(file);
    expect(content()).toEqual(swapped);
  });

  it('not at all after a kill before the plan was on the disk', () => {
    writeFileSync(`${file}-swap-draft`, '{"aside":');
    finishSwap(file);
    expect(content()).toEqual({ 'mail.db': 'old', 'mail.db-wal': 'log of the old' });
  });

  it.each<[string, () => void]>([
    ['with nothing moved', () => undefined],
    ['with the old one moved, but not its log', () => renameSync(file, aside)],
    [
      'with nothing in its place',
      () => {
        renameSync(file, aside);
        renameSync(`${file}-wal`, `${aside}-wal`);
      },
    ],
    [
      'with only the plan left',
      () => {
        renameSync(file, aside);
        renameSync(`${file}-wal`, `${aside}-wal`);
        renameSync(nextOf(file), file);
      },
    ],
  ])('wholly after a kill %s', (_, killed) => {
    plan();
    killed();
    finishSwap(file);
    expect(content()).toEqual(swapped);
  });

  it('not at all where the lock is lost while the disk takes its time, at any step', async () => {
    const steps: string[] = [];
    await swapIn(file, aside, (operation, to) => void steps.push(`${operation} ${path.basename(to)}`));
    expect(steps).toEqual([
      'write mail.db-swap',
      'rename mail.db-swap',
      'rename mail.replaced-2026-11-25T101500.db',
      'rename mail.replaced-2026-11-25T101500.db-wal',
      'rename mail.db',
      'delete mail.db-next',
    ]);
    for (let last = 0; last < steps.length; last++) {
      begin();
      let asked = 0;
      let atLoss = {};
      const lost = swapIn(file, aside, () => {
        if (asked++ < last) return;
        atLoss = content();
        throw new DatabaseError('locked', 'lost');
      });
      await expect(lost).rejects.toMatchObject({ reason: 'locked' });
      expect(content()).toEqual(atLoss); // not another step
      finishSwap(file); // by the engine that took over
      expect(content()).toEqual(last < 2 ? { 'mail.db': 'old', 'mail.db-wal': 'log of the old' } : swapped);
    }
  });

  it('never under the name of one that was set aside before', () => {
    writeFileSync(aside, 'older');
    const another = asideName(file, 'replaced', new Date('2026-11-25T10:15:00Z'));
    expect(path.basename(another)).toBe('mail.replaced-2026-11-25T101500-2.db');
  });
});
