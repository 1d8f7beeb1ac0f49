import type { MethodErrorReason, RequestErrorReason, SetError } from './errors';
import type { JsonObject } from './json';
import type { Endpoint } from './stats';

/** What a fault waits for. Each condition that is given must hold. */
export type FaultTarget = {
  /** A method name (`Email/get`), or a pattern for it. For HTTP faults: an API request with such a call in it. */
  method?: string | RegExp;
  /** A door of the server, whatever its path. */
  endpoint?: Endpoint;
  /** The path of the request, or a pattern for it. */
  path?: string | RegExp;
  /** The name of the user who asks. */
  user?: string;
};

/** Spoils a whole HTTP exchange. All but `loseAnswer` and those after it keep the request from being carried out. */
export type HttpFault =
  /** Never answers; the connection stays open until the client or `stop()` closes it. */
  | { kind: 'hang' }
  /** Cuts the connection before anything is done. */
  | { kind: 'reset' }
  /** Answers a status with a problem document; `retryAfter` in seconds or an HTTP date. */
  | { kind: 'status'; status: number; retryAfter?: number | string }
  | { kind: 'redirect'; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  | { kind: 'requestError'; type: RequestErrorReason; limit?: string }
  /** Carries the request out, then cuts the connection: applied, but nobody is told. */
  | { kind: 'loseAnswer' }
  /** Ends the answer after this share (0–1) of its octets; `cut` breaks the connection there, else HTTP looks fine. */
  | { kind: 'truncate'; share?: number; cut?: boolean }
  | { kind: 'malformed' }
  /** An HTML page, as a captive portal shows it, or the right answer under a wrong type. */
  | { kind: 'contentType'; type: string; body?: string }
  /** Waits before the answer. */
  | { kind: 'delay'; ms: number }
  /** Writes the answer in small pieces. */
  | { kind: 'drip'; octets: number; everyMs: number }
  /** Changes the whole JSON answer (of the session, or of an API request). */
  | { kind: 'mutateAnswer'; change: (answer: JsonObject) => unknown };

/** Spoils one method call within a request. */
export type MethodFault =
  /** Answers the error; `applied` carries the call out before, as `serverPartialFail` would. */
  | { kind: 'methodError'; type: MethodErrorReason; description?: string; applied?: boolean }
  /** Changes the arguments of the response. */
  | { kind: 'mutate'; change: (response: JsonObject) => JsonObject }
  /** `…/changes` that never moves: `hasMoreChanges` with the state unchanged (S8). */
  | { kind: 'stuckChanges' }
  /** `…/get` does not find these ids, or any. */
  | { kind: 'notFound'; ids?: string[] }
  /** `…/query` without `total`, though it was asked for (S9). */
  | { kind: 'withoutTotal' }
  /** `…/query` answers no ids. */
  | { kind: 'emptyPage' }
  /** `…/query` always answers from the start (S9). */
  | { kind: 'ignorePosition' }
  /** `…/set` refuses these items (record ids or creation ids), or all. */
  | { kind: 'setErrors'; error: SetError; ids?: string[] };

/** Spoils a push connection. */
export type PushFault =
  /** Accepts the connection and then says nothing, not even `ping` (S12). */
  { kind: 'silence' };

export type Fault = FaultTarget & (HttpFault | MethodFault | PushFault);

const METHOD_KINDS = new Set<Fault['kind']>([
  'methodError',
  'mutate',
  'stuckChanges',
  'notFound',
  'withoutTotal',
  'emptyPage',
  'ignorePosition',
  'setErrors',
]);

type Armed = { fault: Fault; left: number };
type Request = { endpoint: Endpoint; path: string; methods: string[]; user: string | undefined };

/** The misbehaviour that tests ordered. The oldest fault that fits is taken. */
export class Faults {
  #armed: Armed[] = [];

  /** @param dropPush closes the open push connections, all or of one user */
  constructor(readonly dropPush: (user?: string) => void) {}

  /** Happens at the next fitting occasion, or at the next `times`. */
  next(fault: Fault, times = 1): void {
    this.#armed.push({ fault, left: times });
  }

  /** Happens at each fitting occasion until the returned function is called. */
  always(fault: Fault): () => void {
    const armed = { fault, left: Number.POSITIVE_INFINITY };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** How many faults still wait for their occasion; a test can see that its fault has happened. */
  get pending(): number {
    return this.#armed.length;
  }

  takeHttp(request: Request): HttpFault | undefined {
    return this.#take((fault) => isHttp(fault) && fits(fault, request)) as HttpFault | undefined;
  }

  takePush(request: Request): PushFault | undefined {
    return this.#take((fault) => fault.kind === 'silence' && fits(fault, request)) as PushFault | undefined;
  }

  takeMethod(method: string, user: string): MethodFault | undefined {
    const request: Request = { endpoint: 'api', path: '', methods: [method], user };
    const wanted = (fault: Fault) => METHOD_KINDS.has(fault.kind) && fault.path === undefined && fits(fault, request);
    return this.#take(wanted) as MethodFault | undefined;
  }

  #take(wanted: (fault: Fault) => boolean): Fault | undefined {
    const armed = this.#armed.find(({ fault }) => wanted(fault));
    if (armed === undefined) return undefined;
    armed.left--;
    if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
    return armed.fault;
  }
}

function isHttp(fault: Fault): boolean {
  return !METHOD_KINDS.has(fault.kind) && fault.kind !== 'silence';
}

function fits(fault: FaultTarget, request: Request): boolean {
  return (
    (fault.user === undefined || fault.user === request.user) &&
    (fault.endpoint === undefined || fault.endpoint === request.endpoint) &&
    (fault.path === undefined || matches(fault.path, request.path)) &&
    (fault.method === undefined || request.methods.some((name) => matches(fault.method ?? '', name)))
  );
}

function matches(wanted: string | RegExp, text: string): boolean {
  return typeof wanted === 'string' ? wanted === text : wanted.test(text);
}
