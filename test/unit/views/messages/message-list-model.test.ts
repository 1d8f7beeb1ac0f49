import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MessageRow } from '../../../../src/model/email';
import type { Mailbox } from '../../../../src/model/mailbox';
import { createDirectory } from '../../../../src/views/mailboxes/directory';
import { createMessageListModel, type ListChange } from '../../../../src/views/messages/message-list-model';
import { account, asMailboxId, asThreadId, mailbox, overview, row } from '../support/samples';
import { scriptedClient } from '../support/scripted-client';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(1000);
const inbox = { mailboxId: asMailboxId(1) };

async function openList(first: MessageRow[]) {
  const mail = {
    rows: first,
    thread: [] as MessageRow[],
    fails: false,
    mailboxes: [mailbox(1, { role: 'inbox' }), mailbox(2)] as Mailbox[],
  };
  const client = scriptedClient({
    overview: () => overview([account('work')]),
    'mailboxes/list': () => mail.mailboxes,
    'messages/list': ({ limit, after }) => {
      if (mail.fails) throw new Error('no disk');
      const below = mail.rows.filter(({ receivedAt }) => after === null || receivedAt < after.receivedAt);
      const page = below.slice(0, limit);
      const last = page.at(-1);
      return {
        rows: page,
        next: last && below.length > limit ? { receivedAt: last.receivedAt, emailId: last.emailId } : null,
      };
    },
    'messages/thread': () => mail.thread,
  });
  const directory = createDirectory(client, (error) => {
    throw error;
  });
  const model = createMessageListModel(client, directory);
  const changes: ListChange[] = [];
  model.onDidChange((change) => changes.push(change));
  await settle();
  void model.show(inbox);
  await settle();
  changes.length = 0;
  return { mail, client, model, changes };
}

const newestFirst = (from: number, to: number): MessageRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => row(to - index));

describe('the list of messages', () => {
  it('makes no request for a change elsewhere', async () => {
    const { client } = await openList([row(1)]);
    const before = client.requested.length;
    client.change({ messagesIn: [asMailboxId(2)], emails: [] });
    client.change({ messagesIn: [asMailboxId(2)], emails: null });
    client.change({ status: false, outbox: false });
    await settle();
    expect(client.requested.length).toBe(before);
  });

  it('reads once at first and at most twice for a burst of changes', async () => {
    const { client } = await openList([row(1)]);
    expect(client.count('messages/list')).toBe(1);
    for (let i = 0; i < 50; i++) client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(client.count('messages/list')).toBeLessThanOrEqual(3);
  });

  it('reads again when another engine took over', async () => {
    const { client } = await openList([row(1)]);
    client.change({ accounts: true, mailboxes: true, emails: null, outbox: true, status: true });
    await settle();
    expect(client.count('messages/list')).toBe(2);
  });

  it('draws only the rows that changed', async () => {
    const { mail, client, model, changes } = await openList([row(2), row(1)]);
    mail.rows = [row(2), row(1, { unread: 1, keywords: [] })];
    client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(changes).toEqual([[model.nodes[1]]]);
  });

  it('draws nothing when nothing changed', async () => {
    const { mail, client, changes } = await openList([row(2), row(1)]);
    mail.rows = [row(2), row(1)];
    client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(changes).toEqual([]);
  });

  it('keeps the nodes of rows when mail comes in, by which VS Code keeps selection and position', async () => {
    const { mail, client, model, changes } = await openList([row(2), row(1)]);
    const before = model.nodes;
    mail.rows = [row(3), row(2), row(1)];
    client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(changes).toEqual(['structure']);
    expect(model.nodes.slice(1)).toEqual(before);
    expect(model.nodes[1]).toBe(before[0]);
  });

  it('keeps the node of a thread that an answer comes into', async () => {
    const { mail, client, model } = await openList([row(2), row(1)]);
    const thread = model.nodes[1];
    mail.rows = [row(3, { threadId: asThreadId(1), count: 2 }), row(2)];
    client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(model.nodes[0]).toBe(thread);
  });

  it('has "Load more" only where there is more, and keeps new mail that comes while it loads', async () => {
    const { mail, client, model } = await openList(newestFirst(1, 150));
    expect(model.nodes).toHaveLength(101);
    expect(model.nodes.at(-1)?.kind).toBe('more');
    mail.rows = newestFirst(1, 151);
    client.change({ messagesIn: [inbox.mailboxId] });
    void model.loadMore();
    await settle();
    expect(model.nodes).toHaveLength(151);
    expect(model.nodes.at(-1)?.kind).toBe('thread');
  });

  it('has the messages of a thread, each once, and reads them again when one of them changed', async () => {
    const { mail, client, model, changes } = await openList([row(3, { threadId: asThreadId(1), count: 2 })]);
    const inThread = (id: number) => row(id, { threadId: asThreadId(1) });
    mail.thread = [inThread(3), inThread(1), inThread(1)];
    const [thread] = model.nodes;
    if (thread === undefined) throw new Error('no row');
    const children = await model.children(thread);
    expect(children.map((node) => model.row(node)?.emailId)).toEqual([3, 1]);
    expect(await model.children(thread)).toEqual(children);

    client.change({ messagesIn: [inbox.mailboxId], emails: [row(99).emailId] });
    await settle();
    expect(changes).toEqual([]);
    client.change({ messagesIn: [inbox.mailboxId], emails: [row(1).emailId] });
    await settle();
    expect(changes).toEqual([[thread]]);
  });

  it('shows another list at once, without what was asked for the one before', async () => {
    const { mail, client, model } = await openList([row(1)]);
    mail.rows = [row(9)];
    void model.show({ mailboxId: asMailboxId(2) });
    expect(model).toMatchObject({ isLoading: true, nodes: [] });
    void model.show(inbox);
    await settle();
    expect(model.isLoading).toBe(false);
    expect(client.requested.at(-1)).toMatchObject({ params: { source: inbox } });
    expect(model.nodes).toHaveLength(1);
  });

  it('shows nothing more of a mailbox that is gone, and asks for nothing', async () => {
    const { model, client, changes } = await openList([row(1), row(2)]);
    await model.show(null);
    const before = client.requested.length;
    await settle();
    expect([model.source, model.nodes, model.isLoading]).toEqual([null, [], false]);
    expect(changes).toContain('structure');
    expect(client.requested.length).toBe(before);
  });

  it('keeps what is on screen when it cannot be read, tells why, and recovers', async () => {
    const { mail, client, model } = await openList([row(1)]);
    mail.fails = true;
    client.change({ messagesIn: [inbox.mailboxId] });
    await settle();
    expect(model.problem).toBeInstanceOf(Error);
    expect(model.nodes).toHaveLength(1);
    mail.fails = false;
    client.enter({ state: 'ready' });
    await settle();
    expect(model.problem).toBeNull();
  });

  it('reads all inboxes again when an account brings another inbox', async () => {
    const { mail, client, model } = await openList([row(1)]);
    void model.show('inboxes');
    await settle();
    const before = client.count('messages/list');
    mail.mailboxes = [...mail.mailboxes, mailbox(3, { role: 'inbox' })];
    client.change({ mailboxes: true });
    await settle();
    expect(client.count('messages/list')).toBe(before + 1);
  });
});
