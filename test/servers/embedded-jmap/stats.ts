/** The doors of the server, as faults and statistics name them. */
export type Endpoint = 'wellKnown' | 'session' | 'api' | 'upload' | 'download' | 'eventSource' | 'unknown';

const ENDPOINTS: Endpoint[] = ['wellKnown', 'session', 'api', 'upload', 'download', 'eventSource', 'unknown'];

/** What clients asked of the server since the start or the last `reset()`. */
export class Stats {
  /** HTTP requests that arrived, faulty answers included. */
  httpRequests = 0;
  requests: Record<Endpoint, number> = none();
  /** How often each method was called, such as `Email/get`. */
  methodCalls: Record<string, number> = {};
  /** Octets of request bodies. */
  bytesIn = 0;
  /** Octets of answer bodies, push events included. */
  bytesOut = 0;
  /** `state` events written to push connections. */
  pushEvents = 0;

  reset(): void {
    Object.assign(this, new Stats());
  }

  /** All method calls together. */
  get totalMethodCalls(): number {
    return Object.values(this.methodCalls).reduce((sum, count) => sum + count, 0);
  }

  countMethod(name: string): void {
    this.methodCalls[name] = (this.methodCalls[name] ?? 0) + 1;
  }
}

function none(): Record<Endpoint, number> {
  return Object.fromEntries(ENDPOINTS.map((endpoint) => [endpoint, 0])) as Record<Endpoint, number>;
}
