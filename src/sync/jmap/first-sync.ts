import { countEmails, storeEmails } from '../../db/emails';
import { setState } from '../../db/sync-state';
import { emptyReport, type CycleReport } from '../backend';
import { syncChanges } from './changes';
import type { Call } from './client';
import { listProperties } from './email-item';
import { readEmailItems, toServerEmails } from './emails';
import { emailType, type JmapContext } from './jmap-context';
import { rebuildMailboxes } from './mailboxes';
import { owe } from './owed-walk';
import { requestCalls } from './request-calls';
import { getAnswer } from './schemas';

/** What fills the first screen. */
const firstPage = 50;

/**
 * First contact: the mailboxes and the newest of the inbox at once, the rest by the walk that is owed from here on. The
 * state of `Email` is taken before any message is read (S4), so that nothing that changes meanwhile is missed.
 */
export async function firstSync(context: JmapContext, signal: AbortSignal): Promise<CycleReport> {
  const { client, db, accountId } = context;
  const isFirst = countEmails(db, accountId) === 0;
  const before = await client.request([{ name: 'Email/get', args: { ids: [] }, id: 'e' }], signal);
  const { state: emailState } = before.read('e', getAnswer);
  // A first sync that was killed here may have left mailboxes that are gone by now.
  const mailboxes = await rebuildMailboxes(context, false, signal);
  const inbox = mailboxes.find((mailbox) => mailbox.role === 'inbox')?.remoteId ?? null;
  const answers = await requestCalls(
    context,
    newestOf(inbox, Math.min(firstPage, client.limits.maxObjectsInGet)),
    signal,
  );
  const { state, list } = answers.read('e', getAnswer);
  const items = readEmailItems(context, list);
  const emails = await toServerEmails(context, items, signal);
  const added = db.mail.transaction(() => {
    setState(db, accountId, emailType, emailState, Date.now());
    // Where a checkpoint was lost, what is here may be older than the one of now.
    owe(db, accountId, isFirst ? 'first' : 'stale');
    return storeEmails(db, accountId, emails);
  });
  const report = { ...emptyReport(), added, mailboxes: mailboxes.length };
  if (state === emailState) return report;
  // Of a message that came after the checkpoint and is destroyed before the next cycle, the server would never tell.
  const { removed } = await syncChanges(context, signal);
  return { ...report, removed };
}

function newestOf(mailbox: string | null, limit: number): Call[] {
  return [
    {
      name: 'Email/query',
      args: {
        ...(mailbox === null ? {} : { filter: { inMailbox: mailbox } }),
        sort: [{ property: 'receivedAt', isAscending: false }],
        limit,
      },
      id: 'q',
    },
    {
      name: 'Email/get',
      args: { '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties: listProperties },
      id: 'e',
    },
  ];
}
