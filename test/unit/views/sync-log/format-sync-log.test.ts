import { describe, expect, it } from 'vitest';
import type { SyncLogEntry } from '../../../../src/engine/api';
import type { AccountId } from '../../../../src/model/ids';
import { formatSyncLog } from '../../../../src/views/sync-log/format-sync-log';

const english = { t: (message: string) => message };

function entry(part: Partial<SyncLogEntry>): SyncLogEntry {
  return {
    id: 1,
    accountId: 'a' as AccountId,
    accountName: 'Work',
    startedAt: new Date(2024, 1, 3, 4, 5, 6).getTime(),
    duration: 12,
    level: 'info',
    kind: 'changes',
    message: 'Nothing new',
    details: {},
    ...part,
  };
}

describe('formatSyncLog', () => {
  it('says so when there is nothing', () => expect(formatSyncLog([], english)).toBe('Nothing has been synced yet.\n'));

  it('aligns a line an entry', () => {
    const text = formatSyncLog(
      [
        entry({ details: { requests: 1, bytes: 240 } }),
        entry({ accountName: null, duration: 5210, level: 'warning', kind: 'push', message: 'Silence' }),
      ],
      english,
    );
    expect(text).toBe(
      [
        'Time                 Account  Level    Kind      Took  What happened',
        '2024-02-03 04:05:06  Work     info     changes  12 ms  Nothing new  requests=1  bytes=240',
        '2024-02-03 04:05:06  -        warning  push     5.2 s  Silence',
        '',
      ].join('\n'),
    );
  });

  it('S38: lets nothing that a server says start a line of its own or show a credential', () => {
    const hostile = 'refused\r\n2024-02-03 fake\u2028line \u202eevil Authorization: Basic YWRhOnNlY3JldA==';
    const text = formatSyncLog(
      [entry({ message: hostile, details: { 'a\nb': 'https://ada:secret@x.org/' } })],
      english,
    );
    expect(text.trimEnd().split(/[\r\n\u2028]/)).toHaveLength(2);
    expect(text).not.toMatch(/YWRhOnNlY3JldA|secret|\u202e/);
  });

  it('survives times and messages of any size', () => {
    const text = formatSyncLog([entry({ startedAt: Number.NaN, message: 'x'.repeat(1_000_000) })], english);
    expect(text).toContain('?');
    expect(text.length).toBeLessThan(1500);
  });
});
