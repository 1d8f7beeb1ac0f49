/** A JSON object as it came over the wire: nothing about its values is known yet. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JMAP `UTCDate` (RFC 8620 §1.4) of a time in milliseconds: no fraction unless there is one. */
export function utcDate(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
