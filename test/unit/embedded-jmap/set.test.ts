import { describe, expect, it } from 'vitest';

import { connectJmap, type RawAnswer } from '../../servers/raw-jmap';
import { message, open } from './open-server';

/** The error types of the items that failed. */
const errors = (items: RawAnswer['notUpdated']) =>
  Object.fromEntries(Object.entries(items ?? {}).map(([id, { type }]) => [id, type]));

describe('Email/set (RFC 8621 §4.6)', () => {
  it('S10: patches single keywords and mailboxes', async () => {
    const { jmap, alice } = await open();
    const lists = alice.createMailbox('Lists');
    const inbox = alice.mailboxes()[0]?.id ?? '';
    const id = alice.deliver(message('One'), { keywords: ['$flagged'] });
    const patch = { 'keywords/$Seen': true, 'keywords/$flagged': null, [`mailboxIds/${lists}`]: true };
    const { updated, oldState, newState } = await jmap.call('Email/set', { update: { [id]: patch } });
    expect(updated).toEqual({ [id]: null });
    expect(newState).not.toBe(oldState);
    expect(alice.messages()).toMatchObject([{ keywords: ['$seen'], mailboxes: ['Inbox', 'Lists'] }]);
    await jmap.call('Email/set', { update: { [id]: { mailboxIds: { [lists]: true }, keywords: { 'a/b~c': true } } } });
    expect(alice.messages()).toMatchObject([{ keywords: ['a/b~c'], mailboxes: ['Lists'] }]);
    await jmap.call('Email/set', { update: { [id]: { 'keywords/a~1b~0c': null, [`mailboxIds/${inbox}`]: true } } });
    expect(alice.messages()).toMatchObject([{ keywords: [], mailboxes: ['Inbox', 'Lists'] }]);
  });

  it('S11: refuses items one by one and keeps the others; what changes nothing makes no state', async () => {
    const { jmap, alice } = await open();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((subject) => alice.deliver(message(subject)));
    const [a = '', b = '', c = '', d = '', e = '', f = ''] = ids;
    const inbox = alice.mailboxes()[0]?.id ?? '';
    const { notUpdated, updated, notDestroyed, destroyed } = await jmap.call('Email/set', {
      update: {
        [a]: { 'keywords/$seen': true },
        [b]: { [`mailboxIds/${inbox}`]: null },
        [c]: { subject: 'other' },
        [d]: { keywords: {}, 'keywords/$seen': true },
        [e]: { 'keywords/two words': true },
        [f]: { 'keywords/$seen': true },
        nobody: { 'keywords/$seen': true },
      },
      destroy: [f, 'nothing'],
    });
    expect(Object.keys(updated ?? {})).toEqual([a]);
    expect(errors(notUpdated)).toEqual({
      [b]: 'invalidProperties',
      [c]: 'invalidProperties',
      [d]: 'invalidPatch',
      [e]: 'invalidProperties',
      [f]: 'willDestroy',
      nobody: 'notFound',
    });
    expect([destroyed, errors(notDestroyed)]).toEqual([[f], { nothing: 'notFound' }]);
    const again = await jmap.call('Email/set', { update: { [a]: { 'keywords/$seen': true } } });
    expect(again.newState).toBe(again.oldState);
  });

  it('S10: ifInState guards', async () => {
    const { jmap, alice } = await open();
    const id = alice.deliver(message('One'));
    const { state } = await jmap.call('Email/get', { ids: [] });
    const destroy = () => jmap.call('Email/set', { ifInState: state, destroy: [id] });
    alice.setKeywords(id, ['$seen']);
    await expect(destroy()).rejects.toMatchObject({ type: 'stateMismatch' });
    expect(alice.messages()).toHaveLength(1);
  });

  it('creates a message of body values, structure and blobs', async () => {
    const { jmap, alice } = await open();
    const blobId = await jmap.upload(Buffer.from([0, 1, 2, 255]), 'application/octet-stream');
    const drafts = alice.mailboxes().find(({ role }) => role === 'drafts')?.id ?? '';
    const { created } = await jmap.call('Email/set', {
      create: {
        draft: {
          mailboxIds: { [drafts]: true },
          keywords: { $draft: true },
          from: [{ name: 'Alice Ångström', email: 'alice@example.test' }],
          to: [{ name: 'Doe, "JD" John', email: 'john@example.test' }],
          subject: 'Grüße — a subject that is long enough to need more than one encoded word 🫖',
          inReplyTo: ['a@x'],
          references: ['a@x', 'b@x'],
          'header:X-Mood:asText': 'heiß',
          bodyValues: { t: { value: 'Plain, with a trailing space \n=and ümlauts\n' }, h: { value: '<p>Rich</p>' } },
          textBody: [{ partId: 't', type: 'text/plain' }],
          htmlBody: [{ partId: 'h', type: 'text/html' }],
          attachments: [{ blobId, type: 'application/octet-stream', name: 'Ünlabelled.bin' }],
        },
      },
    });
    const made = (created as Record<string, { id: string; size: number }>).draft;
    const { list } = await jmap.call('Email/get', { ids: [made?.id], fetchAllBodyValues: true });
    expect(list?.[0]).toMatchObject({
      keywords: { $draft: true },
      size: made?.size,
      from: [{ name: 'Alice Ångström', email: 'alice@example.test' }],
      to: [{ name: 'Doe, "JD" John', email: 'john@example.test' }],
      subject: 'Grüße — a subject that is long enough to need more than one encoded word 🫖',
      references: ['a@x', 'b@x'],
      hasAttachment: true,
      attachments: [{ name: 'Ünlabelled.bin', size: 4 }],
      bodyValues: {
        '1.1': { value: 'Plain, with a trailing space \n=and ümlauts\n' },
        '1.2': { value: '<p>Rich</p>' },
      },
    });
    const [attachment] = list?.[0]?.attachments as { blobId: string }[];
    expect(await jmap.download(attachment?.blobId ?? '')).toEqual(Buffer.from([0, 1, 2, 255]));
  });

  it('refuses to create what is no message', async () => {
    const { jmap, alice } = await open();
    const mailboxIds = { [alice.mailboxes()[0]?.id ?? '']: true };
    const part = { partId: 'x', type: 'text/plain' };
    const { notCreated } = await jmap.call('Email/set', {
      create: {
        homeless: { subject: 'x' },
        nowhere: { mailboxIds: { P9: true } },
        blobless: { mailboxIds, attachments: [{ blobId: 'G0' }] },
        valueless: { mailboxIds, textBody: [part] },
        split: { mailboxIds, subject: 'a\r\nBcc: everybody@example.test' },
        twice: { mailboxIds, subject: 'a', 'header:Subject:asText': 'b' },
        both: { mailboxIds, bodyStructure: part, textBody: [part] },
      },
    });
    expect(errors(notCreated)).toEqual({
      homeless: 'invalidProperties',
      nowhere: 'invalidProperties',
      blobless: 'blobNotFound',
      valueless: 'invalidProperties',
      split: 'invalidProperties',
      twice: 'invalidProperties',
      both: 'invalidProperties',
    });
    expect(alice.messages()).toHaveLength(0);
  });

  it('imports an uploaded message, octet by octet', async () => {
    const { jmap, alice } = await open();
    const raw = message('Imported');
    const blobId = await jmap.upload(raw);
    const mailboxIds = { [alice.mailboxes()[0]?.id ?? '']: true };
    const receivedAt = '2031-03-12T10:00:00Z';
    const { created, notCreated } = await jmap.call('Email/import', {
      emails: { a: { blobId, mailboxIds, keywords: { $seen: true }, receivedAt }, b: { blobId: 'G0', mailboxIds } },
    });
    expect(errors(notCreated)).toEqual({ b: 'invalidProperties' });
    expect(created).toMatchObject({ a: { blobId, size: raw.length } });
    const [stored] = alice.messages();
    expect(stored?.raw().toString()).toBe(raw);
    expect(stored).toMatchObject({ keywords: ['$seen'], receivedAt: new Date(receivedAt) });
  });
});

describe('Mailbox/set (RFC 8621 §2.5)', () => {
  it('creates a tree in any order, renames, moves and destroys', async () => {
    const { jmap, alice } = await open();
    const made = await jmap.call('Mailbox/set', {
      create: { leaf: { name: 'Leaf', parentId: '#twig' }, twig: { name: 'Twig' } },
    });
    const { leaf, twig } = made.created as Record<string, { id: string }>;
    expect(alice.mailboxes().map(({ path }) => path)).toContain('Twig/Leaf');
    const leafId = leaf?.id ?? '';
    const twigId = twig?.id ?? '';
    await jmap.call('Mailbox/set', { update: { [leafId]: { parentId: null, name: 'Blatt' } } });
    expect(alice.mailboxes().find(({ id }) => id === leafId)?.path).toBe('Blatt');
    expect((await jmap.call('Mailbox/set', { destroy: [twigId] })).destroyed).toEqual([twigId]);
  });

  it('refuses what would break the tree, lose mail or take the Inbox', async () => {
    const { jmap, alice } = await open();
    const child = alice.createMailbox('Top/Child');
    const byPath = (path: string) => alice.mailboxes().find((mailbox) => mailbox.path === path)?.id ?? '';
    const [top, inbox] = [byPath('Top'), byPath('Inbox')];
    alice.deliver(message('One'), { mailbox: child });
    const { notCreated, notUpdated } = await jmap.call('Mailbox/set', {
      create: {
        double: { name: 'Top' },
        nameless: {},
        orphan: { name: 'x', parentId: 'P9' },
        second: { name: 'x', role: 'inbox' },
      },
      update: { [top]: { parentId: child }, [inbox]: { name: 'Outbox' }, [child]: { totalEmails: 0 } },
    });
    expect(new Set(Object.values(errors(notCreated)))).toEqual(new Set(['invalidProperties']));
    expect(Object.keys(notCreated ?? {})).toHaveLength(4);
    expect(errors(notUpdated)).toEqual({
      [top]: 'invalidProperties',
      [inbox]: 'forbidden',
      [child]: 'invalidProperties',
    });
    const refused = await jmap.call('Mailbox/set', { destroy: [top, child, inbox] });
    expect(errors(refused.notDestroyed)).toEqual({
      [top]: 'mailboxHasChild',
      [child]: 'mailboxHasEmail',
      [inbox]: 'forbidden',
    });
    await jmap.call('Mailbox/set', { destroy: [child], onDestroyRemoveEmails: true });
    expect(alice.messages()).toHaveLength(0);
  });

  it('keeps mail that is elsewhere too when its mailbox goes', async () => {
    const { alice } = await open();
    alice.createMailbox('Lists');
    const id = alice.deliver(message('One'));
    alice.move(id, 'inbox', 'Lists');
    alice.destroyMailbox('Lists');
    expect(alice.messages()).toMatchObject([{ id, mailboxes: ['Inbox'] }]);
  });

  it('counts messages and threads, with Trash apart', async () => {
    const { alice } = await open();
    alice.deliver(message('One', '', ['Message-ID: <1@x>']), { keywords: ['$seen'] });
    alice.deliver(message('Re: One', '', ['References: <1@x>']), { mailbox: 'archive' });
    alice.deliver(message('Re: One', '', ['References: <1@x>']), { mailbox: 'trash' });
    const counts = (role: string) => alice.mailboxes().find((mailbox) => mailbox.role === role);
    expect(counts('inbox')).toMatchObject({ totalEmails: 1, unreadEmails: 0, totalThreads: 1, unreadThreads: 1 });
    alice.setKeywords(alice.messages('archive')[0]?.id ?? '', ['$seen']);
    // The unread one in Trash counts there only.
    expect(counts('inbox')).toMatchObject({ unreadThreads: 0 });
    expect(counts('trash')).toMatchObject({ unreadEmails: 1, unreadThreads: 1 });
  });

  it('queries by role and as a tree', async () => {
    const { jmap, alice } = await open();
    const ids = ['B', 'B/Z', 'A', 'A/Y'].map((path) => alice.createMailbox(path));
    const query = async (args: Record<string, unknown>) => (await jmap.call('Mailbox/query', args)).ids;
    expect(await query({ filter: { role: 'inbox' } })).toHaveLength(1);
    const [b, z, a, y] = ids;
    const tree = { filter: { hasAnyRole: false }, sort: [{ property: 'name' }], sortAsTree: true };
    expect(await query(tree)).toEqual([a, y, b, z]);
  });
});

describe('EmailSubmission/set (RFC 8621 §7.5)', () => {
  it('S33: delivers to local users without blind copies, files the draft, and can be found again', async () => {
    const { server, jmap, alice } = await open();
    const identity = (await jmap.call('Identity/get', { ids: null })).list?.[0];
    expect(identity).toMatchObject({ email: 'alice@example.test', name: 'Alice' });
    const [drafts, sent] = ['drafts', 'sent'].map(
      (role) => alice.mailboxes().find((mailbox) => mailbox.role === role)?.id ?? '',
    );
    const answers = await jmap.calls([
      [
        'Email/set',
        {
          create: {
            mail: {
              mailboxIds: { [drafts ?? '']: true },
              keywords: { $draft: true },
              from: [{ email: 'alice@example.test' }],
              to: [{ email: 'bob@example.test' }],
              cc: [{ email: 'someone@elsewhere.example' }],
              bcc: [{ email: 'carol@example.test' }],
              subject: 'Sent once',
              bodyValues: { t: { value: 'Hello' } },
              textBody: [{ partId: 't', type: 'text/plain' }],
            },
          },
        },
        '0',
      ],
      [
        'EmailSubmission/set',
        {
          create: { sub: { emailId: '#mail', identityId: identity?.id } },
          onSuccessUpdateEmail: {
            '#sub': { 'keywords/$draft': null, [`mailboxIds/${drafts}`]: null, [`mailboxIds/${sent}`]: true },
          },
        },
        '1',
      ],
    ]);
    expect(answers.map(([name, , id]) => [name, id])).toEqual([
      ['Email/set', '0'],
      ['EmailSubmission/set', '1'],
      ['Email/set', '1'],
    ]);
    const [filed] = alice.messages();
    expect(filed).toMatchObject({ mailboxes: ['Sent'], keywords: [] });
    for (const name of ['bob', 'carol']) {
      const [copy] = server.account(name).messages('inbox');
      expect(copy?.raw().toString()).toContain('Sent once');
      expect(copy?.raw().toString()).not.toMatch(/^bcc/im);
    }
    expect(server.sent).toMatchObject([{ from: 'alice@example.test', to: ['someone@elsewhere.example'] }]);
    const { ids } = await jmap.call('EmailSubmission/query', { filter: { emailIds: [filed?.id] } });
    expect(ids).toHaveLength(1);
    expect((await jmap.call('EmailSubmission/get', { ids })).list?.[0]).toMatchObject({
      emailId: filed?.id,
      undoStatus: 'final',
    });
  });

  it('refuses a foreign sender and a mail to nobody', async () => {
    const { jmap, alice } = await open();
    const identityId = (await jmap.call('Identity/get', { ids: null })).list?.[0]?.id;
    const foreign = alice.deliver(message('From Bob'));
    const lonely = alice.deliver('From: alice@example.test\r\nSubject: To nobody\r\n\r\n');
    const { notCreated } = await jmap.call('EmailSubmission/set', {
      create: {
        a: { emailId: foreign, identityId },
        b: { emailId: lonely, identityId },
        c: { emailId: 'M0', identityId },
      },
    });
    expect(errors(notCreated)).toEqual({ a: 'forbiddenFrom', b: 'noRecipients', c: 'invalidProperties' });
  });
});

describe('users', () => {
  it('keeps a password change and an expired token out', async () => {
    const { server } = await open();
    const [alice] = server.users;
    if (alice === undefined) throw new Error('no users');
    alice.password = 'changed';
    alice.tokens.clear();
    const connect = (password: string) => connectJmap({ url: server.url, user: 'alice@example.test', password });
    await expect(connect('secret-alice')).rejects.toMatchObject({ type: 'unauthorized' });
    expect((await connect('changed')).accountId).toBe('A1');
  });
});
