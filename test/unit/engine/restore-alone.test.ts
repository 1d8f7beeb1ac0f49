import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { getNotice } from '../../../src/db/database-notice';
import { exportMail } from '../../../src/db/export-mail';
import { closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { restoredBy } from '../../../src/db/restore-mail';
import { openEngine } from '../../../src/engine/engine';
import { fillWithChanges } from '../../support/damaged-mail';

let folder: string;
let backup: string;
let storage: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-restores-'));
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 3 }));
  storage = path.join(folder, 'storage');
  backup = path.join(folder, 'Mail.db');
  const db = await openMailDb(storage, { onChanged: () => undefined });
  fillWithChanges(db);
  await exportMail(db.mail, backup);
  closeMailDb(db);
});

/** An engine that is asked to restore, and says when it is over. */
async function restoring() {
  let over = (): void => undefined;
  const ended = new Promise<void>((resolve) => (over = resolve));
  const engine = await openEngine({ folder: storage, emit: () => undefined, onOver: () => over() });
  const signal = new AbortController().signal;
  const restore = (file: string, requestId: string) =>
    engine.handle('database/restore', { file, requestId }, signal, {});
  return { restore, ended };
}

async function restoredStorage() {
  const db = await openMailDb(storage, { onChanged: () => undefined });
  try {
    return { by: restoredBy(db), what: getNotice(db)?.what };
  } finally {
    closeMailDb(db);
  }
}

describe('two restores at once', () => {
  it('are one: the second is refused in words, and spoils nothing of the first', async () => {
    const { restore, ended } = await restoring();
    const first = restore(backup, 'first');
    await expect(restore(backup, 'second')).rejects.toMatchObject({
      reason: 'invalid',
      message: 'Another backup is being restored. Try again when that is done.',
    });
    expect(await first).toBeNull();
    await ended;
    expect(await restoredStorage()).toEqual({ by: 'first', what: 'restored' });
    expect(
      readdirSync(storage).filter((name) => name.startsWith('mail.replaced-') && name.endsWith('.db')),
    ).toHaveLength(1);
  });

  it('are the same where one window asks again for what it asked before', async () => {
    const { restore, ended } = await restoring();
    expect(await Promise.all([restore(backup, 'same'), restore(backup, 'same')])).toEqual([null, null]);
    await ended;
    expect(await restoredStorage()).toEqual({ by: 'same', what: 'restored' });
  });

  it('can follow each other where the first failed', async () => {
    const { restore, ended } = await restoring();
    await expect(restore(path.join(folder, 'nowhere.db'), 'first')).rejects.toMatchObject({ reason: 'invalid' });
    expect(await restore(backup, 'second')).toBeNull();
    await ended;
    expect(await restoredStorage()).toEqual({ by: 'second', what: 'restored' });
  });
});
