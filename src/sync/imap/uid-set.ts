/** More numbers than any mailbox has: a server that names more of them has gone wrong. */
const mostNumbers = 5_000_000;
const largestUid = 0xffff_ffff;

/** `1:3,7` of numbers in any order (RFC 9051 §4.1.1). Empty for none. */
export function formatUidSet(uids: Iterable<number>): string {
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at] ?? 0;
    let last = first;
    while (sorted[++at] === last + 1) last += 1;
    ranges.push(first === last ? String(first) : `${first}:${last}`);
  }
  return ranges.join(',');
}

/** The ranges of a set as a server sends it; what is malformed is left out. */
export function parseRanges(set: string): { readonly from: number; readonly to: number }[] {
  return set.split(',').flatMap((part) => {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part.trim());
    if (match === null) return [];
    const [a, b] = [Number(match[1]), Number(match[2] ?? match[1])];
    const [from, to] = [Math.min(a, b), Math.min(Math.max(a, b), largestUid)];
    return from === 0 ? [] : [{ from, to }];
  });
}

/** Every number of a set in the order given; null if there are absurdly many. */
export function expandUidSet(set: string): number[] | null {
  const uids: number[] = [];
  for (const { from, to } of parseRanges(set)) {
    if (uids.length + to - from >= mostNumbers) return null;
    for (let uid = from; uid <= to; uid++) uids.push(uid);
  }
  return uids;
}

/** Pages of at most `size`, in the order given. */
export function pagesOf<T>(items: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let at = 0; at < items.length; at += size) pages.push(items.slice(at, at + size));
  return pages;
}

/**
 * Octets of a set in one command: servers need not take a line of more than 8192 (RFC 7162 §4), and a mailbox's path and
 * flags have to fit in as well.
 */
const longestSet = 6000;

/** Parts whose UIDs fit into one command each, in ascending order: a thousand that are far apart would not. */
export function fittingParts<T>(items: readonly T[], uidOf: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let octets = longestSet;
  let last = 0;
  let isRange = false;
  for (const item of [...items].sort((a, b) => uidOf(a) - uidOf(b))) {
    const uid = uidOf(item);
    const needed = String(uid).length + 1;
    const follows = uid <= last + 1 && parts.length > 0;
    octets += follows && isRange ? needed - String(last).length - 1 : needed;
    isRange = follows;
    last = uid;
    if (octets > longestSet) {
      parts.push([]);
      octets = needed;
      isRange = false;
    }
    parts.at(-1)?.push(item);
  }
  return parts;
}
