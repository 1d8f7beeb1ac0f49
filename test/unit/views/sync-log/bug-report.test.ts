import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncLogEntry } from '../../../../src/engine/api';
import type { AccountId } from '../../../../src/model/ids';
import { bugReport, type BugReportSource } from '../../../../src/views/sync-log/bug-report';

const accountId = 'account-7f' as AccountId;
const server = { host: 'imap.secret-host.example', port: 993, security: 'tls', pinnedCertificate: null } as const;

function source(part: Partial<BugReportSource> = {}): BugReportSource {
  return {
    versions: { extension: '0.1.0', vscode: '1.100.0', host: 'desktop', system: 'linux 6.1 x64' },
    diagnostics: {
      node: '20.19.0',
      bytes: { mail: 12_345_678, bodies: 0 },
      accounts: [
        {
          accountId,
          state: 'trouble',
          capabilities: ['IMAP4REV1', 'IDLE', 'X-ALICE-OF-SECRET-HOST', 'https://secret-host.example/ns', 'AUTH=PLAIN'],
          mailboxes: 12,
          emails: 5312,
          pending: 2,
          failed: 1,
        },
      ],
    },
    accounts: [
      {
        account: {
          id: accountId,
          name: 'Alice at work',
          email: 'alice@secret-host.example',
          settings: { protocol: 'imap', imap: server, smtp: null, username: 'alice.liddell' },
        },
        status: { state: 'trouble', message: 'imap.secret-host.example cannot be reached.', details: 'ECONNREFUSED' },
      },
    ],
    settings: { 'mailpane.offerUndo': true, 'mailpane.markAsSeenAfter': 1, 'mailpane.signature': 'Alice Liddell' },
    lastCheck: {
      startedAt: Date.UTC(2026, 10, 25, 7, 40),
      duration: 5,
      database: [{ kind: 'counts-wrong', found: 1, mended: 1 }],
      accounts: [
        {
          accountId,
          name: 'Alice at work',
          result: null,
          error: { reason: 'offline', message: 'imap.secret-host.example cannot be reached.' },
        },
      ],
    },
    entries: [],
    ...part,
  };
}

function entry(part: Partial<SyncLogEntry>): SyncLogEntry {
  return {
    id: 1,
    accountId,
    accountName: 'Alice at work',
    startedAt: Date.UTC(2026, 10, 25, 7, 41, 12),
    duration: 12.4,
    level: 'error',
    kind: 'changes',
    message: '',
    details: {},
    ...part,
  };
}

/** Who and what must never be in it. */
const secrets =
  /alice|liddell|secret|hunter2|YWxpY2U6aHVudGVyMg|eyJhbGciOi|divorce|papers|account-7f|\/home|Projekt|@|192\.168/i;

describe('a bug report', () => {
  it('has what a developer needs', () => {
    const text = bugReport(
      source({
        entries: [
          entry({
            message: 'imap.secret-host.example cannot be reached.',
            details: {
              reason: 'offline',
              error: 'https://x: ECONNREFUSED 192.168.7.1:993',
              requests: 1,
              bytesSent: 40,
            },
          }),
          entry({
            level: 'warning',
            kind: 'data',
            message: 'A mailbox could not be read.',
            details: { details: 'Divorce' },
          }),
          entry({
            level: 'warning',
            kind: 'check',
            message: 'Checked: 4 found wrong, 3 of them mended.',
            details: { 'emails-extra': 4, 'emails-extra-left': 1 },
          }),
          entry({
            level: 'warning',
            kind: 'database',
            message: 'A backup was restored. The database that it replaced was kept.',
            details: { accounts: 2, changes: 3, file: '/home/alice/mail.replaced-2026.db' },
          }),
        ],
      }),
    );
    expect(text).toContain('Mailpane 0.1.0, VS Code 1.100.0 (desktop), linux 6.1 x64, Node 20.19.0');
    expect(text).toContain('Database: 12.3 MB, bodies 0.0 MB');
    expect(text).toMatch(/ {2}database .*A backup was restored\. .* {2}accounts=2 {2}changes=3$/m);
    expect(text).toContain('Account 1: IMAP, trouble, 12 mailboxes, 5312 messages, 2 changes wait, 1 failed');
    expect(text).toContain('Server: AUTH=PLAIN IDLE IMAP4REV1 2 others');
    expect(text).toContain('mailpane.offerUndo = true, mailpane.markAsSeenAfter = 1, mailpane.signature = set');
    expect(text).toContain('Last check: 2026-11-25T07:40:00Z, counts-wrong 1 (1 mended)');
    expect(text).toContain(
      '2026-11-25T07:41:12Z  1  error  changes  12 ms  offline ECONNREFUSED  requests=1  bytesSent=40',
    );
    expect(text).toContain('warning  data  12 ms  A mailbox could not be read.');
    expect(text).toContain('Checked: 4 found wrong, 3 of them mended.  emails-extra=4  emails-extra-left=1');
    expect(text).not.toMatch(secrets);
  });

  it.each<[string, Partial<SyncLogEntry>]>([
    ['a subject as a message', { message: 'Divorce papers' }],
    [
      'a subject in the words of a server',
      { message: 'The server refused: no such mail “Divorce papers”', details: { reason: 'refused' } },
    ],
    [
      'an address',
      {
        message: 'alice@secret-host.example was refused',
        details: { reason: 'auth', error: 'NO [AUTHENTICATIONFAILED] alice.liddell' },
      },
    ],
    ['a password', { details: { reason: 'auth', error: 'LOGIN alice hunter2' } }],
    ['Basic credentials', { details: { reason: 'refused', error: 'Authorization: Basic YWxpY2U6aHVudGVyMg==' } }],
    ['a token', { details: { reason: 'auth', error: 'Bearer eyJhbGciOi.hunter2' } }],
    [
      'credentials in a URL',
      { details: { reason: 'protocol', error: 'https://alice:hunter2@secret-host.example/jmap: HTTP 500' } },
    ],
    [
      'a stack',
      {
        details: {
          reason: 'protocol',
          error: 'Error: hunter2\n at alice (/home/alice/.vscode/extensions/mailpane/dist/engine.js:12:3456)',
        },
      },
    ],
    ['a kind', { kind: 'Divorce papers' }],
    ['a reason', { details: { reason: 'hunter2', error: 'ECONNRESET' } }],
    ['a name of a count', { details: { alice: 1, 'alice@secret-host.example': 2 } }],
    ['a count that is a text', { details: { requests: 'hunter2' } }],
    ['a sentence of ours that goes on', { message: 'Connected. alice hunter2' }],
    ['a sentence of ours on two lines', { message: 'Connected.\nalice hunter2' }],
    [
      'codes with something between',
      { details: { reason: 'offline', error: 'ECONNREFUSED alice ETIMEDOUT hunter2 Email/set divorce' } },
    ],
    ['an address by number', { details: { reason: 'offline', error: 'connect ECONNREFUSED 192.168.7.1:993' } }],
    ['a fence that ends the code', { message: '```\n# alice', details: { reason: 'refused', error: '```' } }],
    ['a date that is none', { startedAt: Number.NaN, message: 'hunter2' }],
  ])('S38: never holds who, where or what: %s', (_name, hostile) => {
    const text = bugReport(source({ entries: [entry(hostile)] }));
    expect(text).not.toMatch(secrets);
    expect(text.match(/```/g)).toHaveLength(2);
  });

  it('S38: holds of any text only what is listed as harmless', () => {
    const text = fc.oneof(
      fc.string({ minLength: 3, maxLength: 60 }),
      fc.stringMatching(/^[A-Za-z0-9+/=@.:"' -]{3,60}$/),
      fc.constantFrom('ECONNREFUSED', 'Email/get', 'HTTP 503', 'Connected.', 'AUTH=PLAIN'),
    );
    const parts = fc.tuple(text, fc.constant('hunter2'), text).map((list) => list.join(' '));
    fc.assert(
      fc.property(parts, parts, parts, parts, (message, error, kind, capability) => {
        const base = source();
        const [account] = base.diagnostics.accounts;
        if (account === undefined) throw new Error('no account');
        const accounts = [{ ...account, capabilities: [capability, capability.replaceAll(' ', '')] }];
        const report = bugReport({
          ...base,
          diagnostics: { ...base.diagnostics, accounts },
          entries: [entry({ message, kind, details: { reason: 'refused', error, [kind]: 1 } })],
        });
        return !secrets.test(report);
      }),
      { numRuns: 500 },
    );
  });
});
