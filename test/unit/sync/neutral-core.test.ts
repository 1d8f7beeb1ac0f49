import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../src');
/** Beside `sync/jmap` and `sync/imap` themselves: the table of the protocols. */
const table = 'sync/create-backend.ts';

function filesOf(folder: string): string[] {
  const names = readdirSync(path.join(source, folder)).filter((name) => name.endsWith('.ts'));
  return names.map((name) => `${folder}/${name}`).filter((file) => file !== table);
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
