import type { AccountSummary, CheckReport, Diagnostics, SyncLogEntry } from '../../engine/api';
import { findingKinds, type Finding } from '../../model/findings';
import { isOwnSentence } from './own-sentences';
import { isCount, isKind, isReason, knownCapabilities, knownCodes } from './own-words';

/** What the report is made from. Texts of others among it (names, hosts, a server's words) stay out of it. */
export interface BugReportSource {
  readonly versions: {
    readonly extension: string;
    readonly vscode: string;
    /** `desktop` or `web`, and the kind of remote where there is one. */
    readonly host: string;
    readonly system: string;
  };
  readonly diagnostics: Diagnostics;
  readonly accounts: readonly AccountSummary[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly lastCheck: CheckReport | null;
  /** Newest last. */
  readonly entries: readonly SyncLogEntry[];
}

/**
 * A bug report as Markdown, in English, for a public place. It lets through what is known to be harmless, and nothing else:
 * sentences of our own, codes of systems and protocols, numbers. What only looks harmless is left out (S38).
 */
export function bugReport(source: BugReportSource): string {
  const { versions, diagnostics, entries } = source;
  const numberOf = new Map(diagnostics.accounts.map(({ accountId }, index) => [accountId, index + 1]));
  const lines = entries.map((entry) =>
    entryLine(entry, entry.accountId === null ? undefined : numberOf.get(entry.accountId)),
  );
  return [
    '<!-- What happened, what you expected, and what you did just before: -->',
    '',
    '',
    '### Mailpane',
    '',
    `- Mailpane ${versions.extension}, VS Code ${versions.vscode} (${versions.host}), ${versions.system}, Node ${diagnostics.node}`,
    `- Database: ${megabytes(diagnostics.bytes.mail)}, bodies ${megabytes(diagnostics.bytes.bodies)}`,
    `- Settings: ${settingsLine(source.settings)}`,
    `- Last check: ${checkLine(source.lastCheck)}`,
    ...accountLines(source),
    '',
    '### Newest warnings and errors',
    '',
    '```text',
    ...(lines.length === 0 ? ['none'] : lines),
    '```',
    '',
  ].join('\n');
}

function accountLines({ diagnostics, accounts }: BugReportSource): string[] {
  const protocols = new Map(accounts.map(({ account }) => [account.id, account.settings.protocol]));
  return diagnostics.accounts.flatMap((account, index) => {
    const { known, others } = knownCapabilities(account.capabilities);
    const names = [...known, ...(others === 0 ? [] : [`${others} others`])].join(' ');
    const protocol = protocols.get(account.accountId)?.toUpperCase() ?? 'unknown';
    return [
      `- Account ${index + 1}: ${protocol}, ${account.state}, ${account.mailboxes} mailboxes, ${account.emails} messages, ` +
        `${account.pending} changes wait, ${account.failed} failed`,
      `  - Server: ${names === '' ? 'not connected yet' : names}`,
    ];
  });
}

/** Numbers and switches; a text could be anything. */
function settingsLine(settings: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(settings).map(([name, value]) => {
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    return `${name} = ${isPlain ? String(value) : 'set'}`;
  });
  return told.length === 0 ? 'none' : told.join(', ');
}

function checkLine(report: CheckReport | null): string {
  if (report === null) return 'never';
  const findings = [...report.database, ...report.accounts.flatMap(({ result }) => result?.findings ?? [])];
  const words = findings.map(findingWords).join(', ');
  return `${timeOf(report.startedAt)}, ${words === '' ? 'nothing was wrong' : words}`;
}

const findingWords = ({ kind, found, mended }: Finding): string => `${kind} ${found} (${mended} mended)`;

function entryLine({ startedAt, duration, level, kind, message, details }: SyncLogEntry, account?: number): string {
  const { reason, error } = details;
  const isFailure = typeof reason === 'string' && isReason(reason);
  const codes = isFailure ? [reason, ...knownCodes(String(error ?? ''))] : [];
  const words = isOwnSentence(message) ? message : codes.length > 0 ? codes.join(' ') : '(left out)';
  const counts = Object.entries(details).flatMap(([name, value]) =>
    typeof value === 'number' && (isCount(name) || isFinding(name)) ? `${name}=${value}` : [],
  );
  const who = account === undefined ? '-' : String(account);
  const what = isKind(kind) ? kind : 'other';
  return [timeOf(startedAt), who, level, what, `${Math.round(duration)} ms`, words, ...counts].join('  ');
}

const isFinding = (name: string): boolean => findingKinds.some((kind) => name === kind || name === `${kind}-left`);

/** UTC, so that it does not say where somebody lives. */
function timeOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 19) + 'Z';
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
