import { emailKey, moveToThread, threadKey, updateEmails } from '../../db/emails';
import type { MailDb } from '../../db/mail-db';
import { getServerState, type ServerUpdate } from '../../db/overlay';
import type { Findings } from '../../model/findings';
import type { AccountId } from '../../model/ids';
import { normaliseKeywords } from '../../model/keywords';
import { isId, type EmailItem } from './email-item';

/** S39: what a page of messages has otherwise here than on the server, counted and mended. */
export function compareItems(
  db: MailDb,
  accountId: AccountId,
  updates: readonly (ServerUpdate & { readonly remoteId: string })[],
  items: readonly EmailItem[],
  findings: Findings,
): void {
  db.mail.transaction(() => {
    const different = updates.filter((update) => {
      const [keywords, places] = differences(db, accountId, update);
      findings.add('keywords-different', keywords ? 1 : 0);
      findings.add('places-different', places ? 1 : 0);
      return keywords || places;
    });
    updateEmails(db, accountId, different);
    for (const { id, fields } of items) {
      const key = emailKey(db, accountId, id);
      if (key === undefined || !isId(fields.threadId)) continue;
      const isMoved = moveToThread(db, key, threadKey(db, accountId, fields.threadId));
      findings.add('threads-different', isMoved ? 1 : 0);
    }
  });
}

function differences(
  db: MailDb,
  accountId: AccountId,
  { remoteId, keywords, mailboxIds }: ServerUpdate & { readonly remoteId: string },
): [keywords: boolean, places: boolean] {
  const key = emailKey(db, accountId, remoteId);
  const here = key === undefined ? undefined : getServerState(db, key);
  if (here === undefined) return [false, false];
  const isSame = (a: Iterable<unknown>, b: Iterable<unknown>): boolean => [...a].join(' ') === [...b].join(' ');
  const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);
  return [
    keywords !== undefined && !isSame(normaliseKeywords(keywords), here.keywords),
    mailboxIds !== undefined && !isSame(sorted(mailboxIds), sorted(here.mailboxIds)),
  ];
}
