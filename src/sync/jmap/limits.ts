import * as v from 'valibot';

/** What a server takes (RFC 8620 §2), within bounds that keep a page small enough to commit, whatever it says (S7). */
export interface Limits {
  readonly maxObjectsInGet: number;
  readonly maxObjectsInSet: number;
  readonly maxCallsInRequest: number;
  /** Octets. */
  readonly maxSizeRequest: number;
  readonly maxConcurrentRequests: number;
  /** Octets. */
  readonly maxSizeUpload: number;
}

/** `missing` is what RFC 8620 §2 suggests as the least that a server should allow. */
const bounds: Readonly<Record<keyof Limits, { readonly missing: number; readonly most: number }>> = {
  maxObjectsInGet: { missing: 500, most: 4096 },
  maxObjectsInSet: { missing: 500, most: 4096 },
  maxCallsInRequest: { missing: 16, most: 64 },
  maxSizeRequest: { missing: 10_000_000, most: 10_000_000 },
  maxConcurrentRequests: { missing: 4, most: 8 },
  maxSizeUpload: { missing: 50_000_000, most: 1_000_000_000 },
};

const positive = v.fallback(v.nullable(v.pipe(v.number(), v.finite(), v.minValue(1), v.transform(Math.floor))), null);

/** `core`: the value of the core capability, as the server sent it. A limit that makes no sense counts as not given. */
export function readLimits(core: unknown): Limits {
  const given = typeof core === 'object' && core !== null ? (core as Readonly<Record<string, unknown>>) : {};
  const limit = (name: keyof Limits): number => {
    const { missing, most } = bounds[name];
    return Math.min(v.parse(positive, given[name] ?? null) ?? missing, most);
  };
  return {
    maxObjectsInGet: limit('maxObjectsInGet'),
    maxObjectsInSet: limit('maxObjectsInSet'),
    maxCallsInRequest: limit('maxCallsInRequest'),
    maxSizeRequest: limit('maxSizeRequest'),
    maxConcurrentRequests: limit('maxConcurrentRequests'),
    maxSizeUpload: limit('maxSizeUpload'),
  };
}
