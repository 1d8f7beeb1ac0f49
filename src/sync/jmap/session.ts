import * as v from 'valibot';
import { SyncError, type SyncErrorReason } from '../sync-error';
import { sendHttp, type HttpContext } from './http';
import { readLimits, type Limits } from './limits';
import { describeIssues, readJson } from './parse-answer';
import { problemOf } from './problem';
import { describeUrl, requireSafeUrl } from './server-url';

export const coreCapability = 'urn:ietf:params:jmap:core';
export const mailCapability = 'urn:ietf:params:jmap:mail';

export interface JmapAccount {
  /** As the server shows it: mostly the address. */
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly accountCapabilities: Readonly<Record<string, unknown>>;
}

/** The session object (RFC 8620 §2), every URL absolute and safe to send credentials to. */
export interface JmapSession {
  readonly username: string;
  readonly state: string;
  readonly apiUrl: string;
  /** Templates (RFC 6570 level 1); null where the server has no such thing. */
  readonly downloadUrl: string | null;
  readonly uploadUrl: string | null;
  readonly eventSourceUrl: string | null;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly accounts: Readonly<Record<string, JmapAccount>>;
  readonly primaryAccounts: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

const text = v.optional(v.fallback(v.string(), ''), '');
const anything = v.record(v.string(), v.unknown());
const url = v.optional(v.nullable(v.fallback(v.string(), '')), null);
const account = v.object({
  name: text,
  isReadOnly: v.optional(v.fallback(v.boolean(), false), false),
  accountCapabilities: v.optional(v.fallback(anything, {}), {}),
});
/** Strict where nothing works without it, tolerant of the rest. */
const sessionSchema = v.object({
  capabilities: anything,
  accounts: v.record(v.string(), account),
  primaryAccounts: v.optional(v.fallback(v.record(v.string(), v.unknown()), {}), {}),
  username: text,
  state: text,
  apiUrl: v.pipe(v.string(), v.minLength(1)),
  downloadUrl: url,
  uploadUrl: url,
  eventSourceUrl: url,
});

/** `base`: the URL that the session was read from in the end. `otherwise`: the reason of the error where it is no session. */
export function parseSession(json: unknown, base: URL, otherwise: SyncErrorReason): JmapSession {
  const parsed = v.safeParse(sessionSchema, json);
  const details = describeUrl(base);
  if (!parsed.success) {
    throw new SyncError(otherwise, `${base.host} answers, but not as a JMAP mail server.`, {
      details: `${details}: ${describeIssues(parsed.issues)}`,
    });
  }
  const session = parsed.output;
  if (!(coreCapability in session.capabilities)) {
    throw new SyncError(otherwise, `${base.host} answers, but not as a JMAP mail server.`, {
      details: `${details}: no ${coreCapability}`,
    });
  }
  return {
    ...session,
    apiUrl: absolute(session.apiUrl, base),
    downloadUrl: session.downloadUrl ? absolute(session.downloadUrl, base) : null,
    uploadUrl: session.uploadUrl ? absolute(session.uploadUrl, base) : null,
    eventSourceUrl: session.eventSourceUrl ? absolute(session.eventSourceUrl, base) : null,
    primaryAccounts: Object.fromEntries(
      Object.entries(session.primaryAccounts).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    limits: readLimits(session.capabilities[coreCapability]),
  };
}

/** Cyrus gives relative URLs (S13). `URL` encodes the braces of a template's variables, which have to stay. */
function absolute(template: string, base: URL): string {
  if (!URL.canParse(template, base)) {
    throw new SyncError('protocol', `${base.host} names an address that makes no sense.`, {
      details: template.slice(0, 300),
    });
  }
  return requireSafeUrl(new URL(template, base)).href.replace(/%7B/gi, '{').replace(/%7D/gi, '}');
}

/** The account whose mail is read: the primary one, else the first that has mail. SyncError where there is none. */
export function mailAccountOf(session: JmapSession, host: string): string {
  const primary = session.primaryAccounts[mailCapability];
  if (primary !== undefined && Object.hasOwn(session.accounts, primary)) return primary;
  const first = Object.entries(session.accounts).find(
    ([, { accountCapabilities }]) => mailCapability in accountCapabilities,
  );
  if (first) return first[0];
  // Cyrus shows no account before a user's first sign-in by IMAP, which creates the inbox.
  throw new SyncError(
    'unavailable',
    `${host} let you in, but shows no mail account for this user. It may not be set up yet.`,
    {
      details: `accounts: ${Object.keys(session.accounts).length}, none with ${mailCapability}`,
    },
  );
}

/** Reads the session resource. While connecting, what is no session is `not-jmap`; later it is a `protocol` error. */
export async function fetchSession(
  sessionUrl: URL,
  authorization: string,
  otherwise: 'not-jmap' | 'protocol',
  context: HttpContext,
): Promise<JmapSession> {
  const headers = { Accept: 'application/json' };
  const answer = await sendHttp({ method: 'GET', url: sessionUrl, authorization, headers }, context);
  if (answer.status !== 200) throw await problemOf(answer, 'session');
  return parseSession(await readJson(answer, otherwise), answer.url, otherwise);
}
