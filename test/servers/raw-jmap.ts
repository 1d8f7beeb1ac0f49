/** A method answered with an error, or the server refused the whole request. */
export class RawJmapError extends Error {
  override readonly name = 'RawJmapError';
  constructor(
    /** The error type of the method (`stateMismatch`) or of the request (`urn:ietf:params:jmap:error:limit`). */
    readonly type: string,
    message: string,
    /** The HTTP status. */
    readonly status = 200,
  ) {
    super(message);
  }
}

/** A Mailbox, Email, Thread …: the properties that tests look at most, and whatever else was asked for. */
export interface RawObject {
  id: string;
  blobId?: string;
  threadId?: string;
  name?: string;
  role?: string | null;
  parentId?: string | null;
  totalEmails?: number;
  unreadEmails?: number;
  subject?: string;
  preview?: string;
  mailboxIds?: Record<string, true>;
  keywords?: Record<string, true>;
  emailIds?: string[];
  [property: string]: unknown;
}

export interface RawSetError {
  type: string;
  description?: string;
}

/** The arguments of a method's answer, by the standard shapes of RFC 8620 section 5; absent where a method has none. */
export interface RawAnswer {
  state?: string;
  list?: RawObject[];
  notFound?: string[];
  ids?: string[];
  total?: number;
  queryState?: string;
  oldState?: string;
  newState?: string;
  hasMoreChanges?: boolean;
  created?: Record<string, RawObject> | string[] | null;
  updated?: Record<string, unknown> | string[] | null;
  destroyed?: string[] | null;
  notCreated?: Record<string, RawSetError> | null;
  notUpdated?: Record<string, RawSetError> | null;
  notDestroyed?: Record<string, RawSetError> | null;
  [argument: string]: unknown;
}

export type RawCall = readonly [method: string, args: Record<string, unknown>, id: string];

export interface RawSession {
  username: string;
  apiUrl: string;
  uploadUrl: string;
  downloadUrl: string;
  eventSourceUrl: string;
  state: string;
  capabilities: Record<string, Record<string, unknown>>;
  accounts: Record<string, { name: string; accountCapabilities: Record<string, unknown> }>;
  primaryAccounts: Record<string, string>;
}

/** A bare JMAP client with which tests look, and act, behind the back of the code under test; it shares nothing with it. */
export interface RawJmap {
  readonly accountId: string;
  readonly session: RawSession;
  /** One method call; `accountId` is filled in. Throws RawJmapError when it answers an error. */
  call(method: string, args?: Record<string, unknown>): Promise<RawAnswer>;
  /** Several in one request, with back-references; the answers in order, errors among them as `['error', …, id]`. */
  calls(calls: readonly RawCall[]): Promise<[method: string, answer: RawAnswer, id: string][]>;
  /** Returns the blobId. */
  upload(content: Buffer | string, type?: string): Promise<string>;
  download(blobId: string): Promise<Buffer>;
  /** The mailbox with this role. Throws when there is none. */
  mailboxByRole(role: string): Promise<RawObject>;
}

const mail = 'urn:ietf:params:jmap:mail';

/** Fetches the session at `/.well-known/jmap` of `url`. Throws RawJmapError `unauthorized` for a wrong password. */
export async function connectJmap(options: { url: string; user: string; password: string }): Promise<RawJmap> {
  const request = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    // Read each time: a test may change the password.
    const authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    const headers = { ...(init.headers as Record<string, string> | undefined), authorization };
    const response = await fetch(url, { ...init, headers });
    if (response.ok) return response;
    const text = await response.text();
    if (response.status === 401) throw new RawJmapError('unauthorized', `401 from ${String(url)}`, 401);
    const type = /"type"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? 'http';
    throw new RawJmapError(type, `${response.status} from ${String(url)}: ${text.slice(0, 500)}`, response.status);
  };

  const wellKnown = await request(new URL('/.well-known/jmap', options.url));
  const session = (await wellKnown.json()) as RawSession;
  const accountId = session.primaryAccounts[mail];
  if (accountId === undefined) throw new RawJmapError('no-account', `${options.user} has no mail account`);
  /** The URLs of a session may be relative to where it came from (RFC 8620 section 2), and are templates. */
  const sessionUrl = (template: string, values: Record<string, string> = {}): URL =>
    new URL(
      template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '')),
      wellKnown.url,
    );

  const calls: RawJmap['calls'] = async (list) => {
    const response = await request(sessionUrl(session.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        using: Object.keys(session.capabilities).filter((capability) => capability.startsWith('urn:ietf:')),
        methodCalls: list.map(([method, args, id]) => [method, { accountId, ...args }, id]),
      }),
    });
    return ((await response.json()) as { methodResponses: [string, RawAnswer, string][] }).methodResponses;
  };
  const call: RawJmap['call'] = async (method, args = {}) => {
    const [answer] = await calls([[method, args, 'a']]);
    if (answer === undefined) throw new RawJmapError('no-answer', `${method} was not answered`);
    if (answer[0] === 'error') {
      throw new RawJmapError(String(answer[1].type), `${method}: ${JSON.stringify(answer[1])}`);
    }
    return answer[1];
  };

  return {
    accountId,
    session,
    calls,
    call,
    async upload(content, type = 'message/rfc822') {
      const url = sessionUrl(session.uploadUrl, { accountId });
      const body = typeof content === 'string' ? content : new Uint8Array(content);
      const response = await request(url, { method: 'POST', headers: { 'content-type': type }, body });
      return ((await response.json()) as { blobId: string }).blobId;
    },
    async download(blobId) {
      const values = { accountId, blobId, name: 'blob', type: 'application/octet-stream' };
      const response = await request(sessionUrl(session.downloadUrl, values));
      return Buffer.from(await response.arrayBuffer());
    },
    async mailboxByRole(role) {
      const { list = [] } = await call('Mailbox/get', { ids: null });
      const mailbox = list.find((one) => one.role === role);
      if (mailbox === undefined) throw new RawJmapError('no-mailbox', `no mailbox has the role ${role}`);
      return mailbox;
    },
  };
}
