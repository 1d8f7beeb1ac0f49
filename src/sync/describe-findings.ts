import type { LogEntry } from '../db/sync-log';
import type { Finding } from '../model/findings';

/** What a check found, for the sync log (S38): a sentence, and the counts by kind. */
export function describeFindings(findings: readonly Finding[]): Pick<LogEntry, 'level' | 'message' | 'details'> {
  const found = findings.reduce((sum, finding) => sum + finding.found, 0);
  const mended = findings.reduce((sum, finding) => sum + finding.mended, 0);
  const details: Record<string, number> = {};
  for (const finding of findings) {
    details[finding.kind] = finding.found;
    if (finding.mended < finding.found) details[`${finding.kind}-left`] = finding.found - finding.mended;
  }
  if (found === 0) return { level: 'info', message: 'Checked: nothing was wrong.', details };
  return { level: 'warning', message: `Checked: ${found} found wrong, ${mended} of them mended.`, details };
}
