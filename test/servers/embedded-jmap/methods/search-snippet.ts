import * as v from 'valibot';

import { MethodError } from '../errors';
import { isObject, type JsonObject } from '../json';
import { accountOf, idArgument, parseArguments, type Method } from '../method';
import { searchable } from './email-filter';

/** SearchSnippet/get (RFC 8621 §5.1). */
export const searchSnippetGet: Method = (args, context) => {
  const schema = v.strictObject({
    accountId: idArgument,
    filter: v.nullish(v.record(v.string(), v.unknown())),
    emailIds: v.array(idArgument),
  });
  const { accountId, filter, emailIds } = parseArguments(schema, args);
  const account = accountOf(accountId, context);
  if (emailIds.length > context.limits.maxObjectsInGet) throw new MethodError('requestTooLarge', 'maxObjectsInGet');
  const words = wordsOf(filter ?? {});
  const found = emailIds.filter((id) => account.emails.has(id));
  const list = found.map((emailId) => {
    const raw = account.blobs.get(account.emails.get(emailId)?.blobId ?? '') ?? Buffer.alloc(0);
    return {
      emailId,
      subject: mark(searchable('subject', raw), words),
      preview: mark(searchable('body', raw).replace(/\s+/g, ' '), words),
    };
  });
  const notFound = emailIds.filter((id) => !account.emails.has(id));
  return { accountId, list, notFound: notFound.length === 0 ? null : notFound };
};

function wordsOf(filter: JsonObject): string[] {
  if (Array.isArray(filter.conditions)) return filter.conditions.filter(isObject).flatMap(wordsOf);
  return ['text', 'subject', 'body'].flatMap((name) => {
    const wanted = filter[name];
    return typeof wanted === 'string' ? (wanted.match(/[^\s"]+/g) ?? []) : [];
  });
}

/** The surroundings of the first hit as HTML with `<mark>`, or null if no word is there. */
function mark(text: string, words: string[]): string | null {
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  if (pattern === '') return null;
  const first = new RegExp(pattern, 'i').exec(text);
  if (first === null) return null;
  const part = text.slice(Math.max(first.index - 60, 0), first.index + 150);
  return part
    .split(new RegExp(`(${pattern})`, 'i'))
    .map((piece, index) => (index % 2 === 1 ? `<mark>${escapeHtml(piece)}</mark>` : escapeHtml(piece)))
    .join('');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
