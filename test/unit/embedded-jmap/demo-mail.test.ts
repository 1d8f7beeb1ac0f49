import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';

import { newMailNow } from '../../../demo/mail/arrivals';
import { demoMail } from '../../../demo/mail/demo-mail';
import { DEMO_USER, deliverArrival, seedDemo } from '../../../demo/mail/seed-demo';
import { startEmbeddedJmap } from '../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../servers/embedded-jmap/generated-mail';
import { connectJmap } from '../../servers/raw-jmap';
import { open } from './open-server';

const NOW = new Date('2031-03-12T15:30:00');

const isNotText = ({ type }: { type: string }) => !type.startsWith('text/');

async function openDemo() {
  const server = await startEmbeddedJmap({ users: [DEMO_USER] });
  const account = server.account(DEMO_USER.name);
  seedDemo(account, demoMail(NOW));
  const jmap = await connectJmap({ url: server.url, user: DEMO_USER.name, password: DEMO_USER.password });
  return { server, account, jmap };
}

describe('the demo mail', () => {
  it('is a mailbox like one of a person: many mailboxes, threads, languages, nothing from the future', () => {
    const { mailboxes, messages } = demoMail(NOW);
    expect(messages.length).toBeGreaterThanOrEqual(150);
    expect(messages.length).toBeLessThanOrEqual(250);
    const places = new Set(messages.map(({ mailbox }) => mailbox));
    for (const place of [...mailboxes, 'inbox', 'sent', 'drafts', 'archive', 'junk', 'trash'])
      expect(places).toContain(place);
    expect(messages.every(({ receivedAt }) => receivedAt <= NOW)).toBe(true);
    const unread = messages.filter(({ keywords }) => !keywords.includes('$seen')).length;
    expect(unread).toBeGreaterThan(20);
    expect(messages.filter(({ keywords }) => keywords.includes('$flagged')).length).toBeGreaterThan(5);
  });

  it('names no host that could exist (RFC 2606)', () => {
    const text = demoMail(NOW)
      .messages.map(({ raw }) => raw.toString('utf8').replace(/=\r\n/g, ''))
      .join('\n');
    const hosts = [...text.matchAll(/(?:https?:\/\/|[\w.+-]@)([\w-]+(?:\.[\w-]+)+)/g)].map(([, host = '']) => host);
    expect(hosts.length).toBeGreaterThan(500);
    expect([...new Set(hosts)].filter((host) => !/\.(?:example|test)$/.test(host))).toEqual([]);
  });

  it('reads the same through this server as through postal-mime', async () => {
    const { server, account, jmap } = await openDemo();
    const views = account.messages();
    for (let at = 0; at < views.length; at += 100) {
      const batch = views.slice(at, at + 100);
      const { list = [] } = await jmap.call('Email/get', {
        ids: batch.map(({ id }) => id),
        properties: ['subject', 'from', 'to', 'messageId', 'references', 'textBody', 'bodyValues', 'attachments'],
        fetchTextBodyValues: true,
      });
      for (const [index, email] of list.entries()) {
        const raw = batch[index]?.raw() ?? Buffer.alloc(0);
        const parsed = await PostalMime.parse(raw);
        expect(email.subject).toBe(parsed.subject);
        expect((email.from as unknown[])[0]).toEqual({ name: parsed.from?.name, email: parsed.from?.address });
        expect((email.messageId as string[])[0]).toBe(parsed.messageId?.slice(1, -1));
        const [part] = email.textBody as { partId: string; type: string }[];
        const { value } = (email.bodyValues as Record<string, { value: string }>)[part?.partId ?? ''] ?? {};
        if (part?.type === 'text/plain' && !raw.includes('format=flowed')) {
          expect(value?.trim()).toBe(parsed.text?.trim());
        }
        // postal-mime gives text attachments with other line breaks: only the others are compared by size.
        const attachments = (email.attachments as { type: string; size: number }[]).filter(isNotText);
        const expected = parsed.attachments.map(({ mimeType, content }) => ({
          type: mimeType,
          size: (content as ArrayBuffer).byteLength,
        }));
        expect(attachments.map(({ size }) => size)).toEqual(expected.filter(isNotText).map(({ size }) => size));
      }
    }
    await server.stop();
  });

  it('has conversations with my own answers in them', async () => {
    const { server, account } = await openDemo();
    const messages = account.messages();
    const threadIds = [...new Set(messages.map(({ threadId }) => threadId))];
    const threads = threadIds.map((id) => messages.filter(({ threadId }) => threadId === id));
    expect(threads.filter((thread) => thread.length > 1).length).toBeGreaterThan(25);
    expect(Math.max(...threads.map((thread) => thread.length))).toBeGreaterThanOrEqual(15);
    const withMine = threads.filter((thread) => new Set(thread.flatMap(({ mailboxes }) => mailboxes)).size > 1);
    expect(withMine.length).toBeGreaterThan(10);
    await server.stop();
  });

  it('gets new mail, each different, some in threads that are there', async () => {
    const { server, account } = await openDemo();
    const before = new Set(account.messages().map(({ threadId }) => threadId));
    const arrivals = Array.from({ length: 40 }, (_, n) => deliverArrival(account, n));
    const arrived = account.messages().filter(({ id }) => arrivals.includes(id));
    expect(new Set(arrived.map(({ blobId }) => blobId)).size).toBe(40);
    expect(arrived.filter(({ threadId }) => before.has(threadId)).length).toBeGreaterThanOrEqual(7);
    expect(arrived.every(({ keywords }) => keywords.length === 0)).toBe(true);
    const texts = Array.from({ length: 40 }, (_, n) => newMailNow(n, NOW).raw.toString());
    expect(new Set(texts.map((text) => text.slice(text.indexOf('\r\n\r\n')))).size).toBe(40);
    await server.stop();
  });
});

describe('a large mailbox', () => {
  it('S7: a walk over 10k messages meets each once, sorting once', async () => {
    const { server, jmap, alice } = await open();
    alice.deliverAll(generatedMail(10_000));
    const seen = new Set<string>();
    for (let position = 0; position < 10_000; position += 2_500) {
      const sort = [{ property: 'receivedAt', isAscending: false }];
      const page = await jmap.call('Email/query', { sort, position, limit: 2_500, calculateTotal: true });
      expect(page.total).toBe(10_000);
      for (const id of page.ids ?? []) seen.add(id);
    }
    expect(seen.size).toBe(10_000);
    const inbox = alice.mailboxes().find(({ role }) => role === 'inbox');
    expect(inbox).toMatchObject({ totalEmails: 10_000, unreadEmails: 5_000, totalThreads: 7_500 });
    expect(server.stats.httpRequests).toBe(4);
  });
});
