import { getBody, storeBody } from '../../db/bodies';
import { getEmailRef, type EmailRef } from '../../db/emails';
import { getEmailDetails, listMessages, neighbour, threadMessages } from '../../db/message-lists';
import { inboxes, listMailboxes } from '../../db/mailboxes';
import { listAccounts } from '../../db/accounts';
import type { EmailBody } from '../../model/email';
import type { EmailId, MailboxId } from '../../model/ids';
import { inDisplayOrder } from '../../model/mailbox-tree';
import type { MessageSource } from '../api';
import { EngineError } from '../client';
import type { EngineContext, Handlers } from '../engine-context';

/** The message, as its server knows it; EngineError `not-found` if it is gone. */
export function knownEmail({ db }: EngineContext, emailId: EmailId): EmailRef {
  const email = getEmailRef(db, emailId);
  if (email === undefined) throw new EngineError('not-found', 'This message is no longer in the mailbox.');
  return email;
}

/** The body from the database, else from the server, and then kept. */
export async function loadBody(context: EngineContext, emailId: EmailId, signal: AbortSignal): Promise<EmailBody> {
  const { db, sync } = context;
  const kept = getBody(db, emailId);
  if (kept !== undefined) return kept;
  const email = knownEmail(context, emailId);
  const backend = await sync.backend(email.accountId, signal);
  const body = await backend.fetchBody(email, signal);
  try {
    // The message may have gone meanwhile; a body without one would stay for good.
    if (getEmailRef(db, emailId) !== undefined) storeBody(db, emailId, body, Date.now());
  } catch {
    // A full disk must not keep anybody from reading: it is fetched again next time.
  }
  return body;
}

export function messageHandlers(context: EngineContext) {
  const { db } = context;
  const mailboxesOf = (source: MessageSource): readonly MailboxId[] =>
    source === 'inboxes' ? inboxes(db) : [source.mailboxId];
  return {
    'mailboxes/list': () =>
      inDisplayOrder(
        listMailboxes(db),
        listAccounts(db).map((account) => account.id),
      ),
    'messages/list': ({ source, limit, after }) => listMessages(db, mailboxesOf(source), after, limit),
    'messages/thread': ({ threadId, mailboxId }) => threadMessages(db, threadId, mailboxId),
    'messages/get': ({ emailId }) => getEmailDetails(db, emailId),
    'messages/neighbour': ({ source, emailId, direction }) => neighbour(db, mailboxesOf(source), emailId, direction),
    'messages/body': ({ emailId }, signal) => loadBody(context, emailId, signal),
  } satisfies Partial<Handlers>;
}
