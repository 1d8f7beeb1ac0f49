import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listAccounts } from '../../../src/db/accounts';
import { getBody, storeBody } from '../../../src/db/bodies';
import { getNotice } from '../../../src/db/database-notice';
import type { MailDb } from '../../../src/db/mail-db';
import { abandonMailDb, closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { PAGE_SIZE } from '../../../src/db/open-file';
import { listSavedChanges } from '../../../src/db/saved-changes';
import { readLog } from '../../../src/db/sync-log';
import type { EmailId } from '../../../src/model/ids';
import { breakBlock, mendBlock } from '../../support/bad-block';
import { bobsAccount, counts, fillWithChanges, queueChanges } from '../../support/damaged-mail';
import { testAccount } from '../../support/test-db';

vi.mock('node:fs', async (original) => {
  const { reading } = await import('../../support/bad-block');
  const real = await original<typeof import('node:fs')>();
  return { ...real, readSync: reading(real.readSync) };
});

let folder: string;
let mailFile: string;
let bodiesFile: string;
let damages: number;

/** Two accounts, mail, 180 changes that wait, and 60 texts of messages; closed in good order. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-in-use-'));
  [mailFile, bodiesFile] = [path.join(folder, 'mail.db'), path.join(folder, 'bodies.db')];
  onTestFinished(() => {
    mendBlock();
    rmSync(folder, { recursive: true, force: true });
  });
  damages = 0;
  const db = await open();
  queueChanges(db, fillWithChanges(db), 0, counts.changes);
  for (let id = 1; id <= 60; id++) {
    const text = `text-${id} `.repeat(150);
    storeBody(db, id as EmailId, { text, html: null, truncated: false, attachments: [] }, 1);
  }
  closeMailDb(db);
});

async function open(): Promise<MailDb> {
  const db = await openMailDb(folder, { onChanged: () => undefined, onDamaged: () => (damages += 1) });
  onTestFinished(() => abandonMailDb(db));
  return db;
}

/** Where a page begins that holds this text, not the first one of its table. */
function pageWith(file: string, text: string): number {
  const at = readFileSync(file).lastIndexOf(text);
  if (at < 0) throw new Error(`${text} is not in ${file}`);
  return at - (at % PAGE_SIZE);
}

function garble(file: string, at: number): void {
  writeFileSync(file, readFileSync(file).fill(0xff, at, at + 64));
}

const subjects = ({ mail }: MailDb): string[] => mail.all('SELECT subject FROM emails', [], (row) => row[0] as string);
const text = (db: MailDb, id: number): string | null | undefined => getBody(db, id as EmailId)?.text;
const log = (db: MailDb): string[] =>
  readLog(db, { accountIds: null, levels: null, limit: 20 })
    .filter(({ kind }) => kind === 'database')
    .map(({ message }) => message);
const aside = (): string[] => readdirSync(folder).filter((name) => /^mail\.damaged.*\.db$/.test(name));

describe('bodies.db that turns out to be damaged while it is in use', () => {
  it.each([
    ['makes no sense', 'damaged', (at: number) => garble(bodiesFile, at)],
    ['is not given by the disk', 'unreadable', (at: number) => breakBlock(bodiesFile, at, PAGE_SIZE)],
  ])('a page %s: it is made anew, mail.db is what it was, and the log says so', async (_, reason, damage) => {
    const db = await open();
    damage(pageWith(bodiesFile, 'text-40 '));
    expect(text(db, 5)).toContain('text-5');
    expect(() => text(db, 40)).toThrowError(expect.objectContaining({ reason }) as Error);
    expect(damages).toBe(1);
    const mail = readFileSync(mailFile);
    abandonMailDb(db);
    expect(readFileSync(mailFile)).toEqual(mail);

    const next = await open();
    expect([subjects(next).length, text(next, 5), getNotice(next)]).toEqual([counts.messages, undefined, null]);
    expect(aside()).toEqual([]);
    expect(log(next)).toEqual([
      'The store of message texts was damaged and made anew. Texts are fetched again when they are opened.',
    ]);
    storeBody(next, 40 as EmailId, { text: 'fetched again', html: null, truncated: false, attachments: [] }, 2);
    closeMailDb(next);
    const last = await open();
    expect(text(last, 40)).toBe('fetched again');
    expect(log(last)).toHaveLength(1);
  });
});

describe('mail.db that turns out to be damaged while it is in use', () => {
  it('a block that the disk does not give costs what lies on it, and nothing that was not sent', async () => {
    const db = await open();
    const bad = pageWith(mailFile, 'Subject of M150');
    breakBlock(mailFile, bad - (bad % 4096), 4096);
    expect(() => subjects(db)).toThrowError(expect.objectContaining({ reason: 'unreadable' }) as Error);
    expect(damages).toBe(1);
    abandonMailDb(db);

    const next = await open();
    expect(listAccounts(next)).toEqual([testAccount, bobsAccount]);
    const known = listSavedChanges(next).filter(({ change }) => change.email !== null);
    expect(listSavedChanges(next)).toHaveLength(counts.changes);
    // All but those whose message stood in the block.
    expect(known.length).toBeGreaterThan(counts.changes - 15);
    expect(getNotice(next)).toMatchObject({ what: 'damaged', accounts: 2, changes: counts.changes });
    expect(aside()).toHaveLength(1);
  });

  it('a disk that did not answer once is no damage: it is read through, once, and nothing moves', async () => {
    for (let times = 0; times < 3; times++) {
      const db = await open();
      breakBlock(mailFile, pageWith(mailFile, 'Subject of M150'), PAGE_SIZE, 1);
      expect(() => subjects(db)).toThrowError(expect.objectContaining({ reason: 'unreadable' }) as Error);
      abandonMailDb(db);
      const next = await open();
      expect(next.mail.stats.bytesWritten).toBeLessThan(100_000);
      expect([subjects(next).length, getNotice(next), aside()]).toEqual([counts.messages, null, []]);
      closeMailDb(next);
      // What was looked through and found well is not looked through at each start.
      const last = await open();
      expect(last.mail.stats.reads).toBeLessThan(readFileSync(mailFile).length / PAGE_SIZE / 2);
      closeMailDb(last);
    }
    expect(damages).toBe(3);
  });

  it('damage that only opening it meets is mended by that opening', async () => {
    const page = pageWith(mailFile, '"$flagged"');
    garble(mailFile, page);
    const db = await open();
    expect(getNotice(db)).toMatchObject({ what: 'damaged', accounts: 2 });
    expect(listSavedChanges(db).length).toBeGreaterThan(counts.changes / 2);
    expect([damages, existsSync(`${mailFile}-suspect`)]).toEqual([0, false]);
  });
});
