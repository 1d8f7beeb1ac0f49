import * as v from 'valibot';

/** Answers of the standard methods (RFC 8620 §5). Items are read one by one, so that a bad one spoils only itself. */

const ids = v.array(v.string());
const items = v.array(v.unknown());

export const getAnswer = v.object({
  state: v.string(),
  list: items,
  notFound: v.optional(v.nullable(ids), []),
});

export const changesAnswer = v.object({
  oldState: v.optional(v.string()),
  newState: v.string(),
  hasMoreChanges: v.optional(v.boolean(), false),
  created: ids,
  updated: ids,
  destroyed: ids,
});
export type ChangesAnswer = v.InferOutput<typeof changesAnswer>;

export const queryAnswer = v.object({
  queryState: v.optional(v.nullable(v.string()), null),
  position: v.optional(v.number(), 0),
  ids,
  /** Left out by a server that does not count (S9). */
  total: v.optional(v.nullable(v.number()), null),
});

/** Where a message stands. */
export const whereabouts = v.object({
  id: v.string(),
  mailboxIds: v.fallback(v.record(v.string(), v.unknown()), {}),
});

/** A right that is not told of is no reason to refuse. */
export const addable = v.object({
  id: v.string(),
  myRights: v.fallback(v.object({ mayAddItems: v.fallback(v.boolean(), true) }), { mayAddItems: true }),
});

/** One that makes no sense is still a refusal of its item, and of no other. */
const setError = v.fallback(
  v.object({
    type: v.string(),
    description: v.optional(v.fallback(v.nullable(v.string()), null), null),
  }),
  { type: 'unknown', description: null },
);
export type SetError = v.InferOutput<typeof setError>;

export const setAnswer = v.object({
  oldState: v.optional(v.nullable(v.string()), null),
  newState: v.optional(v.nullable(v.string()), null),
  updated: v.optional(v.nullable(v.record(v.string(), v.unknown())), null),
  notUpdated: v.optional(v.nullable(v.record(v.string(), setError)), null),
  destroyed: v.optional(v.nullable(ids), null),
  notDestroyed: v.optional(v.nullable(v.record(v.string(), setError)), null),
});
