import * as v from 'valibot';
import type { JmapSettings } from '../../model/account';
import { connectJmap, type JmapClient } from '../jmap/client';
import { SyncError } from '../sync-error';
import type { ConnectionTest } from './test-connection';

export async function testJmap(settings: JmapSettings, secret: string, signal: AbortSignal): Promise<ConnectionTest> {
  const client = await connectJmap({ settings, secret, signal });
  try {
    const { accountId, session } = client;
    const accountName = session.accounts[accountId]?.name ?? '';
    const names = [accountName, session.username, settings.username];
    return {
      accountName: names.find((name) => name !== '') ?? accountId,
      mailboxes: await countMailboxes(client, signal),
    };
  } finally {
    client.close();
  }
}

const gotten = v.object({ list: v.array(v.unknown()) });
const queried = v.object({ ids: v.array(v.string()), total: v.optional(v.number()) });

async function countMailboxes(client: JmapClient, signal: AbortSignal): Promise<number> {
  try {
    const args = { ids: null, properties: ['id', 'name', 'role'] };
    const answers = await client.request([{ name: 'Mailbox/get', args, id: 'get' }], signal);
    return answers.read('get', gotten).list.length;
  } catch (error) {
    // More mailboxes than the server gives at once: an error of the method, or on Cyrus of the whole request.
    if (!(error instanceof SyncError) || (error.reason !== 'too-large' && error.reason !== 'refused')) throw error;
    const answers = await client.request(
      [{ name: 'Mailbox/query', args: { calculateTotal: true }, id: 'query' }],
      signal,
    );
    const { ids, total } = answers.read('query', queried);
    return total ?? ids.length;
  }
}
