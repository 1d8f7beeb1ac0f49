import type { SyncLogEntry } from '../../engine/api';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';
import { formatDuration, formatTime } from '../format/times';
import { withoutCredentials } from './without-credentials';

/** A line of the log is long only where a server's own words are; they are cut here, not in the database. */
const messageLength = 500;
const valueLength = 200;

/**
 * The sync log as a person reads it: a line an entry, columns aligned, newest last. Times are local, to the second, with
 * the day; durations in ms or s. Nothing in it can break out of its line or name a credential (S38).
 */
export function formatSyncLog(entries: readonly SyncLogEntry[], l10n: Localiser): string {
  if (entries.length === 0) return `${l10n.t('Nothing has been synced yet.')}\n`;
  const header = [
    l10n.t('Time'),
    l10n.t('Account'),
    l10n.t('Level'),
    l10n.t('Kind'),
    l10n.t('Took'),
    l10n.t('What happened'),
  ];
  const rows = [header, ...entries.map((entry) => columnsOf(entry))];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) => `${align(row, widths)}\n`).join('');
}

function columnsOf(entry: SyncLogEntry): string[] {
  const details = Object.entries(entry.details).map(
    ([name, value]) => `${clean(name, 50)}=${clean(String(value), valueLength)}`,
  );
  const message = [clean(entry.message, messageLength), ...details].filter((part) => part !== '').join('  ');
  return [
    formatTime(entry.startedAt),
    entry.accountName === null ? '-' : clean(entry.accountName, 40),
    entry.level,
    clean(entry.kind, 30),
    formatDuration(entry.duration),
    message,
  ];
}

function clean(text: string, length: number): string {
  return withoutCredentials(oneLine(text, length));
}

/** The last column ends the line as it is; "Took" stands on the right, as numbers do. */
function align(row: readonly string[], widths: readonly number[]): string {
  const last = row.length - 1;
  return row
    .map((text, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - widthOf(text));
      if (column === last) return text;
      return column === last - 1 ? padding + text : text + padding;
    })
    .join('  ');
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
