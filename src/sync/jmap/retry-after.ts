/** A server that asks for more than this is asked again earlier: a day's wait is a mistake, not a wish. */
const longest = 3_600_000;

/** What time it is by the server (S37: our own clock may be wrong), ms since 1970; by ours where it does not say. */
export function serverTime(header: string | null): number {
  const date = Date.parse(header ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

/** ms to wait, from `Retry-After` as seconds or as an HTTP date (RFC 9110 §10.2.3); null if there is none that makes sense. */
export function parseRetryAfter(header: string | null, now: number = Date.now()): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longest);
  // The day's name starts every HTTP date; `Date.parse` alone takes nearly anything.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(Math.max(date - now, 0), longest);
}
