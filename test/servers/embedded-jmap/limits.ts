/** What the session announces under `urn:ietf:params:jmap:core` (RFC 8620 §2), and the server then holds. */
export type Limits = {
  /** Bytes. */
  maxSizeUpload: number;
  maxConcurrentUpload: number;
  /** Bytes. */
  maxSizeRequest: number;
  maxConcurrentRequests: number;
  maxCallsInRequest: number;
  maxObjectsInGet: number;
  maxObjectsInSet: number;
};

export const defaultLimits: Limits = {
  maxSizeUpload: 50_000_000,
  maxConcurrentUpload: 4,
  maxSizeRequest: 10_000_000,
  maxConcurrentRequests: 8,
  maxCallsInRequest: 16,
  maxObjectsInGet: 500,
  maxObjectsInSet: 500,
};
