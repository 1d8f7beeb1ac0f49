import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDirectory, inboxIds } from '../../../../src/views/mailboxes/directory';
import { account, asAccountId, mailbox, overview } from '../support/samples';
import { scriptedClient } from '../support/scripted-client';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(1000);
const noError = (error: unknown) => {
  throw error;
};

describe('createDirectory', () => {
  it('reads everything at first, in one round', async () => {
    const client = scriptedClient({
      overview: () => overview([account('work')], { unread: 2 }),
      'mailboxes/list': () => [mailbox(1, { role: 'inbox' }), mailbox(2)],
    });
    const directory = createDirectory(client, noError);
    expect(directory.state.loaded).toBe(false);
    await settle();
    expect(directory.state).toMatchObject({ loaded: true, overview: { unread: 2 } });
    expect(directory.state.accounts.has(asAccountId('work'))).toBe(true);
    expect(inboxIds(directory.state)).toEqual([1]);
    expect(client.requested.map(({ method }) => method).sort()).toEqual(['mailboxes/list', 'overview']);
  });

  it('asks at most twice for a burst of a hundred changes', async () => {
    const client = scriptedClient({ overview: () => overview([]), 'mailboxes/list': () => [] });
    createDirectory(client, noError);
    await settle();
    const before = client.count('mailboxes/list');
    for (let i = 0; i < 100; i++) client.change({ mailboxes: true });
    await settle();
    expect(client.count('mailboxes/list') - before).toBeLessThanOrEqual(2);
    expect(client.count('overview')).toBe(client.count('mailboxes/list'));
  });

  it('does not read mailboxes for a status, nor anything for messages', async () => {
    const client = scriptedClient({ overview: () => overview([]), 'mailboxes/list': () => [] });
    createDirectory(client, noError);
    await settle();
    client.change({ messagesIn: [mailbox(1).id], emails: null });
    await settle();
    expect(client.requested).toHaveLength(2);
    client.change({ status: true });
    await settle();
    expect(client.count('mailboxes/list')).toBe(1);
    expect(client.count('overview')).toBe(2);
  });

  it('keeps the last picture when a request fails, tells once, and reads when an engine is there again', async () => {
    let fails = false;
    const client = scriptedClient({
      overview: () => {
        if (fails) throw new Error('gone');
        return overview([account('work')]);
      },
      'mailboxes/list': () => [mailbox(1)],
    });
    const errors: unknown[] = [];
    const directory = createDirectory(client, (error) => errors.push(error));
    await settle();
    fails = true;
    client.change({ mailboxes: true });
    await settle();
    expect(errors).toHaveLength(1);
    expect(directory.state.mailboxes).toHaveLength(1);
    fails = false;
    client.enter({ state: 'ready' });
    await settle();
    expect(client.count('mailboxes/list')).toBe(3);
  });

  it('tells listeners before and after, and nothing once disposed', async () => {
    let unread = 1;
    const client = scriptedClient({
      overview: () => overview([account('work')], { unread }),
      'mailboxes/list': () => [],
    });
    const directory = createDirectory(client, noError);
    const told: string[] = [];
    directory.onDidChange((now, before) => told.push(`${before.overview.unread}→${now.overview.unread}`));
    await settle();
    unread = 5;
    client.change({ mailboxes: true });
    await settle();
    directory.dispose();
    client.change({ mailboxes: true });
    await settle();
    expect(told).toEqual(['0→1', '1→5']);
  });
});
