import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../../src/engine/api';
import { findingKinds } from '../../../../src/model/findings';
import type { AccountId } from '../../../../src/model/ids';
import { describeFinding } from '../../../../src/views/check/describe-finding';
import { formatCheckReport, summarise } from '../../../../src/views/check/format-check-report';

const language = {
  locale: 'en',
  l10n: {
    t: (message: string, ...args: unknown[]) =>
      message.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)])),
  },
};
const accountId = 'a' as AccountId;

function report(part: Partial<CheckReport> = {}): CheckReport {
  const result = { mailboxes: 12, emails: 5312, findings: [] };
  return {
    startedAt: new Date(2026, 10, 25, 7, 40, 5).getTime(),
    duration: 1234,
    database: [],
    accounts: [{ accountId, name: 'Work', result, error: null }],
    ...part,
  };
}

describe('the report of a check', () => {
  it('says so where nothing was wrong, and what was compared', () => {
    expect(formatCheckReport(report(), language)).toBe(
      [
        '# Check and Repair',
        '',
        '2026-11-25 07:40:05, took 1.2 s',
        '',
        'Nothing was wrong.',
        '',
        '## On this computer',
        '',
        '- Nothing was wrong.',
        '',
        '## Work',
        '',
        'Compared with the server: mailboxes 12, messages 5,312.',
        '',
        '- Nothing was wrong.',
        '',
      ].join('\n'),
    );
    expect(summarise(report(), language)).toBeNull();
  });

  it('says what was found, what was mended, and why something was not', () => {
    const findings = [
      { kind: 'emails-missing', found: 1200, mended: 1200 },
      { kind: 'emails-extra', found: 3, mended: 1 },
    ] as const;
    const found = report({
      database: [{ kind: 'counts-wrong', found: 1, mended: 1 }],
      accounts: [
        { accountId, name: 'Work\n# Not a heading', result: { mailboxes: 1, emails: 2, findings }, error: null },
        { accountId, name: 'Home', result: null, error: { reason: 'offline', message: 'No connection.' } },
      ],
    });
    const text = formatCheckReport(found, language);
    expect(text).toContain('Found wrong: 1,204. Mended: 1,202. 1 account could not be checked.');
    expect(text).toContain('- 1 mailbox with wrong numbers beside it: counted anew.');
    expect(text).toContain('- 1,200 messages missing here: fetched.');
    expect(text).toContain(
      '- 3 messages that the server does not have: 1 removed here; the rest kept, because a change of it waits: the server’s answer to that decides.',
    );
    expect(text).toContain('## Work # Not a heading\n');
    expect(text).toContain('## Home\n\nCould not be checked: No connection.');
  });

  it('says what to do where there was no check yet', () => {
    expect(formatCheckReport(null, language)).toContain('Mail: Check and Repair…');
  });

  it.each(findingKinds)('has words for %s: one, several, mended and left', (kind) => {
    const lines = [
      { kind, found: 1, mended: 1 },
      { kind, found: 2000, mended: 2000 },
      { kind, found: 2000, mended: 0 },
      { kind, found: 2000, mended: 500 },
    ].map((finding) => describeFinding(finding, language));
    expect(new Set(lines).size).toBe(4);
    expect(lines[1]).toContain('2,000');
    for (const line of lines) expect(line).not.toMatch(/[{}]|undefined/);
  });
});
