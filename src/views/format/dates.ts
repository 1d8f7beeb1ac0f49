import type { Language } from './language';

const dayLength = 24 * 60 * 60 * 1000;
/** The most that a Date can hold, in ms (ECMA-262 §21.4.1.1). */
const latestTime = 8.64e15;

type Style = 'time' | 'weekday' | 'day' | 'day-and-year' | 'full';

const options: Record<Style, Intl.DateTimeFormatOptions> = {
  time: { timeStyle: 'short' },
  weekday: { weekday: 'short' },
  day: { day: 'numeric', month: 'short' },
  'day-and-year': { day: 'numeric', month: 'short', year: 'numeric' },
  full: { dateStyle: 'full', timeStyle: 'short' },
};

/**
 * How a list shows when a message came: the time today, "Yesterday", the weekday in the last week, else the day, with the year where
 * it is another one. It only changes at midnight, so a list need not tick. Times are ms since 1970.
 */
export function relativeDate(time: number, now: number, { l10n, locale }: Language): string {
  if (!isTime(time)) return l10n.t('unknown date');
  const daysAgo = Math.round((startOfDay(now) - startOfDay(time)) / dayLength);
  if (daysAgo === 0) return format(time, 'time', locale);
  if (daysAgo === 1) return l10n.t('Yesterday');
  if (daysAgo > 1 && daysAgo < 7) return format(time, 'weekday', locale);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(time, sameYear ? 'day' : 'day-and-year', locale);
}

/** Day and time in full, for tooltips and screen readers. */
export function fullDate(time: number, { l10n, locale }: Language): string {
  return isTime(time) ? format(time, 'full', locale) : l10n.t('unknown date');
}

/** ms until the next midnight, when `relativeDate` changes; at least a second. */
export function untilMidnight(now: number): number {
  const date = new Date(now);
  return Math.max(1000, new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - now);
}

function isTime(time: number): boolean {
  return Math.abs(time) <= latestTime; // false for NaN
}

function startOfDay(time: number): number {
  const date = new Date(time);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

const formats = new Map<string, Intl.DateTimeFormat>();

// Making an Intl format costs far more than using one, and a page has a hundred dates.
function format(time: number, style: Style, locale: string): string {
  const key = `${style} ${locale}`;
  let made = formats.get(key);
  if (made === undefined) formats.set(key, (made = new Intl.DateTimeFormat(locale, options[style])));
  return made.format(time);
}
