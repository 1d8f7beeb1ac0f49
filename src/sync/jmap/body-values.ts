import * as v from 'valibot';
import type { TextPiece } from '../../mail/joined-text';

const text = v.fallback(v.nullable(v.string()), null);
const partSchema = v.object({
  partId: text,
  blobId: text,
  size: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)), 0),
  name: text,
  type: v.fallback(v.string(), 'application/octet-stream'),
  cid: text,
  disposition: text,
});
export type Part = v.InferOutput<typeof partSchema>;
const valueSchema = v.object({ value: v.string(), isTruncated: v.fallback(v.boolean(), false) });
type Value = v.InferOutput<typeof valueSchema>;

/** Each part by itself, so that one that makes no sense spoils no other. */
const parts = v.pipe(
  v.fallback(v.array(v.unknown()), []),
  v.transform((list) => list.flatMap((item): Part[] => parsed(partSchema, item))),
);
export const bodySchema = v.object({
  id: v.string(),
  textBody: parts,
  htmlBody: parts,
  attachments: parts,
  bodyValues: v.pipe(
    v.fallback(v.record(v.string(), v.unknown()), {}),
    v.transform(
      (values): ReadonlyMap<string, Value> =>
        new Map(Object.entries(values).flatMap(([id, value]) => parsed(valueSchema, value).map((one) => [id, one]))),
    ),
  ),
});
export type Body = v.InferOutput<typeof bodySchema>;

export function parsed<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S>[] {
  const result = v.safeParse(schema, value);
  return result.success ? [result.output] : [];
}

/** Arguments of an `Email/get` that asks for the texts of messages. */
export interface BodyArgs {
  readonly properties: readonly string[];
  readonly [name: string]: unknown;
}

function bodyArgs(lists: readonly string[], maxBodyValueBytes: number): BodyArgs {
  return {
    properties: ['id', ...lists, 'bodyValues'],
    bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'cid', 'disposition'],
    fetchTextBodyValues: true,
    fetchHTMLBodyValues: true,
    maxBodyValueBytes,
  };
}

/** Octets of a character in UTF-8. */
const longestCharacter = 4;

/**
 * Messages with their texts, up to `longest` octets of each; `ask` sends one `Email/get`. Cyrus leaves out a text where
 * the limit is inside of a character: such are asked for again with an octet less.
 */
export async function getBodies(
  ids: readonly string[],
  lists: readonly string[],
  longest: number,
  ask: (ids: readonly string[], args: BodyArgs) => Promise<readonly Body[]>,
): Promise<Map<string, Body>> {
  const bodies = new Map<string, Body>();
  let wanted = ids;
  for (let less = 0; less < longestCharacter && wanted.length > 0; less++) {
    for (const body of await ask(wanted, bodyArgs(lists, longest - less))) {
      const known = bodies.get(body.id)?.bodyValues ?? [];
      bodies.set(body.id, { ...body, bodyValues: new Map([...body.bodyValues, ...known]) });
    }
    wanted = wanted.filter((id) => isCutWrong(bodies.get(id), longest));
  }
  return bodies;
}

/** A text is missing that is longer than the limit, if it is no longer in UTF-8 than that can make it. */
function isCutWrong(body: Body | undefined, longest: number): boolean {
  return [...(body?.textBody ?? []), ...(body?.htmlBody ?? [])].some(
    ({ partId, type, size }) =>
      partId !== null &&
      type.toLowerCase().startsWith('text/') &&
      size * longestCharacter > longest &&
      body?.bodyValues.has(partId) !== true,
  );
}

export const clean = (value: string): string => value.replaceAll('\0', '').toWellFormed();

/** The values of the text parts among these, in order. */
export function texts({ bodyValues }: Body, of: readonly Part[]): TextPiece[] {
  return of.flatMap(({ partId, type }): TextPiece[] => {
    const value = partId === null ? undefined : bodyValues.get(partId);
    return value === undefined ? [] : [{ type, value: clean(value.value), truncated: value.isTruncated }];
  });
}
