import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../src');
/** Beside `sync/jmap` and `sync/imap` themselves: who makes a backend, and what settings name as the store of the mail. */
const tables = ['sync/create-backend.ts', 'model/same-mail.ts'];

function filesOf(folder: string): string[] {
  const names = readdirSync(path.join(source, folder)).filter((name) => name.endsWith('.ts'));
  return names.map((name) => `${folder}/${name}`).filter((file) => !tables.includes(file));
}

describe('the protocol-neutral core', () => {
  it('S5: queue, overlay, loop, views’ lists and engine never ask which protocol an account speaks', () => {
    const files = ['model', 'db', 'sync', 'engine'].flatMap(filesOf);
    expect(files.length).toBeGreaterThan(40);
    const asking = files.filter((file) => {
      const text = readFileSync(path.join(source, file), 'utf8');
      return /from '[^']*\/(jmap|imap)\//.test(text) || /\.protocol\b|\bprotocol\s*[!=]==/.test(text);
    });
    expect(asking).toEqual([]);
  });
});
