/** Dates and sizes in the language of VS Code and the time zone of the machine. Never throws: mails hold any date. */
import { settings, strings } from './page';

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(settings.locale, options);
const long = format({ dateStyle: 'full', timeStyle: 'long' });
const medium = format({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
});
const time = format({ hour: 'numeric', minute: '2-digit' });
const day = format({ day: 'numeric', month: 'short' });
const dayAndYear = format({ day: 'numeric', month: 'short', year: 'numeric' });

function formatted(style: Intl.DateTimeFormat, at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? style.format(at) : strings.unknownDate;
}

export const fullDate = (at: number): string => formatted(long, at);
export const headerDate = (at: number): string => formatted(medium, at);

/** For lists: the time today, else the day, with the year where it is another. */
export function shortDate(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return formatted(time, at);
  return formatted(date.getFullYear() === today.getFullYear() ? day : dayAndYear, at);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export function formatSize(octets: number): string {
  const power = octets < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(octets) / 3));
  const value = octets / 1000 ** power;
  return new Intl.NumberFormat(settings.locale, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

export const formatCount = (count: number): string => new Intl.NumberFormat(settings.locale).format(count);
