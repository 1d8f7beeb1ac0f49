import * as v from 'valibot';
import { SyncError, type SyncErrorReason } from '../sync-error';
import type { HttpAnswer } from './http';
import { describeUrl } from './server-url';

/** No answer within the server's limits comes near; it keeps a runaway one from filling the memory. */
const maxAnswerSize = 64_000_000;

/** Reads an answer's JSON. `otherwise`: the reason of the error where it is none: `not-jmap` while looking for a server. */
export async function readJson(answer: HttpAnswer, otherwise: SyncErrorReason = 'protocol'): Promise<unknown> {
  const { host } = answer.url;
  const type = answer.headers.get('Content-Type') ?? '';
  if (type !== '' && !/^[a-z]+\/(?:[^;\s]+\+)?json\b/i.test(type)) {
    answer.discard();
    const details = `${describeUrl(answer.url)}: HTTP ${answer.status}, ${type.slice(0, 100)}`;
    if (otherwise === 'not-jmap')
      throw new SyncError(otherwise, `${host} answers, but not as a JMAP mail server.`, { details });
    // A captive portal, most often.
    const message = `${host} answered with something else than mail data. Does this network want you to sign in first?`;
    throw new SyncError('offline', message, { details });
  }
  const text = new TextDecoder().decode(await answer.bytes(maxAnswerSize));
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text, which may be mail (S38).
    const details = `${describeUrl(answer.url)}: ${text.length} characters that are no JSON`;
    throw new SyncError(otherwise, `The answer of ${host} is cut off or garbled.`, { details });
  }
}

/** What does not fit a schema, for logs: where and what was expected, never the value, which may be mail (S38). */
export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  const shown = issues
    .slice(0, 5)
    .map((issue) => `${v.getDotPath(issue) ?? '(all)'}: expected ${issue.expected ?? issue.type}`);
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  return shown.join('; ').slice(0, 1000);
}
