import { answered, draft, flagged, forwarded, junk, normaliseKeywords, notJunk, seen } from '../model/keywords';

/**
 * Keywords as two columns: a bit for each of the common ones, the rest as text. A bit changes no row's length, so the most
 * frequent action of all writes one page of the table and never splits one.
 */
const bits: readonly string[] = [seen, flagged, answered, draft, forwarded, junk, notJunk];
/** Keeps the number in two octets, whatever the bits. */
const base = 1 << 8;

export interface KeywordColumns {
  readonly flags: number;
  /** The other keywords, joined by spaces. */
  readonly others: string;
}

/** `keywords` normalised. */
export function packKeywords(keywords: readonly string[]): KeywordColumns {
  let flags = base;
  const others: string[] = [];
  for (const keyword of keywords) {
    const bit = bits.indexOf(keyword);
    if (bit === -1) others.push(keyword);
    else flags |= 1 << bit;
  }
  return { flags, others: others.join(' ') };
}

/** Normalised. */
export function unpackKeywords(flags: number, others: string): string[] {
  const common = bits.filter((_keyword, bit) => (flags & (1 << bit)) !== 0);
  return normaliseKeywords(others === '' ? common : [...common, ...others.split(' ')]);
}
