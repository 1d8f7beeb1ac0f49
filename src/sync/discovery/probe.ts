import type { JmapSettings } from '../../model/account';
import { sendHttp, type HttpAnswer, type HttpContext } from '../jmap/http';
import { readJson } from '../jmap/parse-answer';
import { problemOf } from '../jmap/problem';
import { describeUrl } from '../jmap/server-url';
import { parseSession } from '../jmap/session';
import { SyncError } from '../sync-error';

/** A JMAP server that answered without having seen a credential. */
export interface Probe {
  readonly sessionUrl: URL;
  readonly auth: JmapSettings['auth'];
  /** Hosts that sent on to each other, the last being the server's. */
  readonly hosts: readonly string[];
}

/** Asks a URL for a session, without credentials, and tells a server that wants them from anything else (a SyncError). */
export async function probe(url: URL, context: HttpContext): Promise<Probe> {
  const headers = { Accept: 'application/json' };
  const answer = await sendHttp({ method: 'GET', url, authorization: null, headers }, context);
  if (answer.status === 401) return { ...foundBy(answer), auth: offeredAuth(answer) };
  if (answer.status !== 200) throw await problemOf(answer, 'session');
  parseSession(await readJson(answer, 'not-jmap'), answer.url, 'not-jmap');
  return { ...foundBy(answer), auth: 'basic' };
}

/**
 * The session URL to keep is the first one on the host that answered in the end: redirects inside of that host may change
 * with its next version, while credentials would not follow those from another (S13).
 */
function foundBy(answer: HttpAnswer): Pick<Probe, 'sessionUrl' | 'hosts'> {
  const { urls, url } = answer;
  const elsewhere = urls.findLastIndex(({ origin }) => origin !== url.origin);
  const hosts = urls.map(({ host }) => host).filter((host, index, all) => host !== all[index - 1]);
  return { sessionUrl: urls[elsewhere + 1] ?? url, hosts };
}

/** The way to sign in that the server offers and we speak (RFC 9110 §11.6.1); Basic first, for people have passwords. */
function offeredAuth(answer: HttpAnswer): JmapSettings['auth'] {
  const offered = answer.headers.get('WWW-Authenticate') ?? '';
  const isProblem = /\bjson\b/i.test(answer.headers.get('Content-Type') ?? '');
  answer.discard();
  // Quoted strings go first: a realm may be called anything.
  const schemes = offered.replace(/"(?:[^"\\]|\\.)*"/g, '""').toLowerCase();
  if (/(?:^|,)\s*basic\b(?!\s*=)/.test(schemes)) return 'basic';
  if (/(?:^|,)\s*bearer\b(?!\s*=)/.test(schemes)) return 'bearer';
  const { host } = answer.url;
  const details = `${describeUrl(answer.url)}: HTTP 401 ${offered.slice(0, 200)}`;
  if (offered !== '') {
    throw new SyncError('refused', `${host} wants another way of signing in than a password or a token.`, { details });
  }
  if (isProblem) return 'basic'; // Out of browsers' way: the header would make them ask by themselves.
  throw new SyncError('not-jmap', `${host} answers, but not as a JMAP mail server.`, { details });
}
