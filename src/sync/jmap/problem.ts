import * as v from 'valibot';
import { SyncError, type SyncErrorReason } from '../sync-error';
import type { HttpAnswer } from './http';
import { parseRetryAfter, serverTime } from './retry-after';
import { describeUrl } from './server-url';

/** An HTTP answer that refuses the whole request, with what a problem document (RFC 7807) says of it. */
export class ProblemError extends SyncError {
  constructor(
    reason: SyncErrorReason,
    message: string,
    options: ConstructorParameters<typeof SyncError>[2],
    readonly status: number,
    /** The last part of the problem's type: `limit`, `notRequest`, …; empty if there is none. */
    readonly type: string,
    /** Which limit was broken: `maxObjectsInGet`, …; empty if that is not what happened. */
    readonly limit: string,
  ) {
    super(reason, message, options);
  }
}

/** What was asked for: the same status means different things at the session URL and later. */
export type Asked = 'session' | 'api' | 'blob' | 'upload' | 'push';

const optionalText = v.optional(v.fallback(v.string(), ''), '');
const problemSchema = v.object({ type: optionalText, title: optionalText, detail: optionalText, limit: optionalText });
type Problem = v.InferOutput<typeof problemSchema>;

/** Enough for any problem document; of a web page nothing is needed. */
const problemSize = 64_000;

/** Reads what an answer with an unwanted status says of its reason, and makes the error of it. */
export async function problemOf(answer: HttpAnswer, asked: Asked): Promise<ProblemError> {
  const problem = await readProblem(answer);
  const type = problem?.type.split(':').at(-1) ?? '';
  const { reason, message } = explain(answer, asked, problem, type);
  const said = [problem?.type, problem?.limit, problem?.title, problem?.detail].filter(Boolean).join(' ');
  const details = `${describeUrl(answer.url)}: HTTP ${answer.status}${said === '' ? '' : ` ${said}`}`.slice(0, 1000);
  const retryAfter = parseRetryAfter(answer.headers.get('Retry-After'), serverTime(answer.headers.get('Date')));
  return new ProblemError(reason, message, { details, retryAfter }, answer.status, type, problem?.limit ?? '');
}

async function readProblem(answer: HttpAnswer): Promise<Problem | null> {
  if (!/\bjson\b/i.test(answer.headers.get('Content-Type') ?? '')) {
    answer.discard();
    return null;
  }
  try {
    const parsed = v.safeParse(problemSchema, JSON.parse(new TextDecoder().decode(await answer.bytes(problemSize))));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyncError && error.reason === 'cancelled') throw error;
    return null; // The status alone has to do.
  }
}

type Explanation = { readonly reason: SyncErrorReason; readonly message: string };

function explain(answer: HttpAnswer, asked: Asked, problem: Problem | null, type: string): Explanation {
  const { status, url } = answer;
  const { host } = url;
  const says =
    problem && (problem.detail || problem.title) ? `: ${(problem.detail || problem.title).slice(0, 300)}` : '.';
  if (answer.leftCredentials && (status === 401 || status === 403)) {
    const first = answer.urls[0]?.host ?? host;
    // Elsewhere than at the session it is the server's disorder, and no fault of what was asked.
    return {
      reason: asked === 'session' ? 'refused' : 'unavailable',
      message: `${first} sends on to ${host}, where the password does not follow. Set the account's server to ${host}.`,
    };
  }
  if (status === 401) {
    return { reason: 'auth', message: `${host} did not accept the user name and password, or the token.` };
  }
  if (status === 403 && answer.headers.has('WWW-Authenticate')) {
    return { reason: 'auth', message: `${host} does not let this user in.` };
  }
  if (type === 'limit') return explainLimit(host, problem?.limit ?? '');
  if (type === 'notJSON' || type === 'notRequest' || type === 'unknownCapability') {
    return { reason: 'refused', message: `${host} did not understand the request${says}` };
  }
  const known = statuses[status];
  if (known) return { reason: known.reason, message: known.message(host) };
  if (status >= 500) return { reason: 'unavailable', message: `${host} has a problem of its own (HTTP ${status}).` };
  if (status < 400) return { reason: 'protocol', message: `${host} answered in an unexpected way (HTTP ${status}).` };

  const isGone = status === 404 || status === 410;
  if (isGone && asked === 'blob') return { reason: 'not-found', message: `${host} does not have this any more.` };
  if (asked === 'session' && (isGone || problem === null)) {
    return { reason: 'not-jmap', message: `${host} answers, but not as a JMAP mail server.` };
  }
  if (isGone) return { reason: 'unavailable', message: `${host} does not serve mail at the address that it named.` };
  // Without a word from the mail server itself, something in between may have refused: no change is given up for that.
  const reason = problem === null ? 'unavailable' : 'refused';
  return { reason, message: `${host} refused the request (HTTP ${status})${says}` };
}

/** Statuses that mean the same wherever they come from. */
const statuses: Readonly<
  Record<number, { readonly reason: SyncErrorReason; readonly message: (host: string) => string }>
> = {
  408: { reason: 'timeout', message: (host) => `${host} waited too long for the request.` },
  413: { reason: 'too-large', message: (host) => `${host} does not take that much at once.` },
  429: { reason: 'rate-limited', message: (host) => `${host} asks to wait: too many requests.` },
  511: { reason: 'offline', message: () => 'This network wants you to sign in first.' },
};

/** Which limit it was decides whether waiting helps, or only asking for less. */
function explainLimit(host: string, limit: string): Explanation {
  if (limit.startsWith('maxSize')) return { reason: 'too-large', message: `${host} does not take that much at once.` };
  if (limit.startsWith('maxConcurrent') || limit === '') {
    return { reason: 'rate-limited', message: `${host} asks to wait: too many requests at once.` };
  }
  return { reason: 'refused', message: `${host} does not take that many items at once.` };
}
