import type { RawJmap } from '../servers/raw-jmap';
import { allEmails } from './all-emails';

/** What somebody else does to an account, over bare JMAP, behind the back of the client under test. */
export interface OtherClient {
  readonly jmap: RawJmap;
  /** New messages, oldest first, in a mailbox (id); returns their ids. */
  add(mailboxId: string, count: number, more?: (index: number) => Record<string, unknown>): Promise<string[]>;
  /** One message as octets. */
  import(mailboxId: string, raw: string): Promise<string>;
  update(patches: Record<string, Record<string, unknown>>): Promise<void>;
  destroy(ids: readonly string[]): Promise<void>;
  createMailbox(name: string, parentId?: string | null): Promise<string>;
  renameMailbox(id: string, name: string): Promise<void>;
  /** With the messages that are nowhere else. */
  destroyMailbox(id: string): Promise<void>;
  /** Removes all messages, and all mailboxes without a role. */
  reset(): Promise<void>;
}

const batch = 250;

export function otherClient(jmap: RawJmap): OtherClient {
  let made = 0;

  async function set(
    type: 'Email' | 'Mailbox',
    args: Record<string, unknown>,
  ): Promise<Record<string, { id: string }>> {
    const answer = await jmap.call(`${type}/set`, args);
    const refused = { ...answer.notCreated, ...answer.notUpdated, ...answer.notDestroyed };
    if (Object.keys(refused).length > 0) throw new Error(`refused: ${JSON.stringify(refused).slice(0, 500)}`);
    return (answer.created ?? {}) as Record<string, { id: string }>;
  }

  const self: OtherClient = {
    jmap,
    async add(mailboxId, count, more = () => ({})) {
      const ids: string[] = [];
      for (let at = 0; at < count; at += batch) {
        const indexes = Array.from({ length: Math.min(batch, count - at) }, (_, offset) => at + offset);
        const created = await set('Email', {
          create: Object.fromEntries(
            indexes.map((index) => [
              `c${index}`,
              {
                mailboxIds: { [mailboxId]: true },
                receivedAt: new Date(Date.UTC(2030, 0, 1) + made++ * 60_000).toISOString().replace('.000', ''),
                from: [{ name: `Sender ${index}`, email: `sender${index}@elsewhere.example` }],
                to: [{ name: null, email: 'alice@example.test' }],
                subject: `Message ${made}`,
                textBody: [{ partId: '1', type: 'text/plain' }],
                bodyValues: { '1': { value: `Text of message ${made}.` } },
                ...more(index),
              },
            ]),
          ),
        });
        ids.push(...indexes.map((index) => created[`c${index}`]?.id ?? ''));
      }
      return ids;
    },
    async import(mailboxId, raw) {
      const blobId = await jmap.upload(raw);
      const answer = await jmap.call('Email/import', {
        emails: { one: { blobId, mailboxIds: { [mailboxId]: true }, receivedAt: '2030-06-01T10:00:00Z' } },
      });
      const { one } = (answer.created ?? {}) as Record<string, { id: string }>;
      if (one === undefined) throw new Error(`not imported: ${JSON.stringify(answer)}`);
      return one.id;
    },
    async update(patches) {
      await set('Email', { update: patches });
    },
    async destroy(ids) {
      for (let at = 0; at < ids.length; at += batch) await set('Email', { destroy: ids.slice(at, at + batch) });
    },
    async createMailbox(name, parentId = null) {
      const { one } = await set('Mailbox', { create: { one: { name, parentId } } });
      return one?.id ?? '';
    },
    async renameMailbox(id, name) {
      await set('Mailbox', { update: { [id]: { name } } });
    },
    async destroyMailbox(id) {
      await set('Mailbox', { destroy: [id], onDestroyRemoveEmails: true });
    },
    async reset() {
      await self.destroy((await allEmails(jmap)).map(({ id }) => id));
      const { list = [] } = await jmap.call('Mailbox/get', { ids: null });
      const own = list.filter(({ role }) => role == null);
      // Children before parents.
      for (const { id } of own.sort((a, b) => depth(b.id) - depth(a.id))) await self.destroyMailbox(id);
      function depth(id: string): number {
        const parent = list.find((mailbox) => mailbox.id === id)?.parentId;
        return parent == null ? 0 : 1 + depth(parent);
      }
    },
  };
  return self;
}
