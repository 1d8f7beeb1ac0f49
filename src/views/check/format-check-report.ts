import type { AccountCheck, CheckReport } from '../../engine/api';
import type { Finding } from '../../model/findings';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';
import { oneLine } from '../format/text';
import { formatDuration, formatTime } from '../format/times';
import { describeFinding } from './describe-finding';

/** A report as a person reads it (S39): first what it comes to, then the database and each account. */
export function formatCheckReport(report: CheckReport | null, language: Language): string {
  const { l10n } = language;
  const lines = [`# ${l10n.t('Check and Repair')}`, ''];
  if (report === null) {
    lines.push(l10n.t('Nothing has been checked yet. Run “Mail: Check and Repair…”.'));
  } else {
    lines.push(l10n.t('{0}, took {1}', formatTime(report.startedAt), formatDuration(report.duration)), '');
    lines.push(summarise(report, language) ?? l10n.t('Nothing was wrong.'));
    lines.push('', `## ${l10n.t('On this computer')}`, '', ...listed(report.database, language));
    for (const account of report.accounts) lines.push('', ...sectionOf(account, language));
  }
  return `${lines.join('\n')}\n`;
}

/** What it comes to, in a sentence; null: nothing was wrong, and everything could be compared. */
export function summarise({ database, accounts }: CheckReport, { l10n, locale }: Language): string | null {
  const findings = [...database, ...accounts.flatMap(({ result }) => result?.findings ?? [])];
  const found = findings.reduce((sum, finding) => sum + finding.found, 0);
  const mended = findings.reduce((sum, finding) => sum + finding.mended, 0);
  const failed = accounts.filter(({ error }) => error !== null).length;
  const wrong =
    found === 0
      ? null
      : found === mended
        ? l10n.t('Found wrong: {0}. All of it is mended.', formatCount(found, locale))
        : l10n.t('Found wrong: {0}. Mended: {1}.', formatCount(found, locale), formatCount(mended, locale));
  const unchecked =
    failed === 0
      ? null
      : failed === 1
        ? l10n.t('1 account could not be checked.')
        : l10n.t('{0} accounts could not be checked.', formatCount(failed, locale));
  const sentences = [wrong, unchecked].filter((sentence) => sentence !== null);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function sectionOf({ name, result, error }: AccountCheck, language: Language): string[] {
  const { l10n, locale } = language;
  const heading = [`## ${oneLine(name, 80)}`, ''];
  if (result === null) return [...heading, l10n.t('Could not be checked: {0}', oneLine(error?.message ?? '', 500))];
  const mailboxes = formatCount(result.mailboxes, locale);
  const emails = formatCount(result.emails, locale);
  return [
    ...heading,
    l10n.t('Compared with the server: mailboxes {0}, messages {1}.', mailboxes, emails),
    '',
    ...listed(result.findings, language),
  ];
}

function listed(findings: readonly Finding[], language: Language): string[] {
  if (findings.length === 0) return [`- ${language.l10n.t('Nothing was wrong.')}`];
  return findings.map((finding) => `- ${describeFinding(finding, language)}`);
}
