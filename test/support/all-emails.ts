import type { RawJmap, RawObject } from '../servers/raw-jmap';

const pageSize = 400;

/** Every message of the account. */
export async function allEmails(jmap: RawJmap): Promise<RawObject[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await jmap.call('Email/query', { position: ids.length, limit: pageSize, calculateTotal: true });
    ids.push(...(page.ids ?? []));
    if ((page.ids ?? []).length === 0 || ids.length >= (page.total ?? 0)) break;
  }
  const properties = ['id', 'threadId', 'keywords', 'mailboxIds', 'subject', 'receivedAt'];
  const emails: RawObject[] = [];
  for (const part of pages(ids)) emails.push(...((await jmap.call('Email/get', { ids: part, properties })).list ?? []));
  return emails;
}

export function* pages<T>(list: readonly T[]): Generator<T[]> {
  for (let at = 0; at < list.length; at += pageSize) yield list.slice(at, at + pageSize);
}
