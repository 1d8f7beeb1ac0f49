import type { Pages } from './pages';

/**
 * The pages that no table uses, which still hold rows that were deleted long ago
 * (https://sqlite.org/fileformat.html#the_freelist). Null: the list is damaged.
 */
export function freePages(pages: Pages): ReadonlySet<number> | null {
  const header = pages.page(1);
  if (header?.subarray(0, 15).toString('latin1') !== 'SQLite format 3') return null;
  const total = header.readUInt32BE(36);
  const free = new Set<number>();
  const add = (number: number): boolean => {
    if (number < 2 || number > pages.count || free.has(number)) return false;
    free.add(number);
    return true;
  };
  let trunk = header.readUInt32BE(32);
  while (trunk !== 0) {
    const page = add(trunk) ? pages.page(trunk) : undefined;
    if (page === undefined) return null;
    const leaves = page.readUInt32BE(4);
    if (leaves > pages.pageSize / 4 - 2) return null;
    for (let index = 0; index < leaves; index++) if (!add(page.readUInt32BE(8 + 4 * index))) return null;
    trunk = page.readUInt32BE(0);
  }
  return free.size === total ? free : null;
}
