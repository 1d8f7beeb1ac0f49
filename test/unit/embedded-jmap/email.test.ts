import { describe, expect, it } from 'vitest';

import { message, open } from './open-server';

const crlf = (lines: string[]) => lines.join('\r\n');

const NESTED = crlf([
  'From: =?utf-8?q?J=C3=BCrgen_?= =?utf-8?q?M=C3=BCller?= <j@example.test>, "Doe, Jane" <jane@example.test>',
  'To: Friends: a@example.test, B <b@example.test>;, c@example.test (Cee)',
  'Subject: =?iso-2022-jp?B?GyRCJCJEIxsoQg==?=',
  ' and more',
  'Date: Wed, 12 Mar 2031 10:00:00 +0530 (IST)',
  'Message-ID: <root@example.test>',
  'List-Post: <mailto:list@example.test>, <https://example.test/post>',
  'X-Twice: one',
  'X-Twice: two',
  'Content-Type: multipart/mixed; boundary="m"',
  '',
  'This is for old programs.',
  '--m',
  'Content-Type: multipart/alternative; boundary=a',
  '',
  '--a',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=FC=DFe, soft=',
  'ly',
  '--a',
  'Content-Type: multipart/related; boundary=r',
  '',
  '--r',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Hello <img src="cid:pic"></p>',
  '--r',
  'Content-Type: image/png',
  'Content-ID: <pic>',
  'Content-Disposition: inline; filename=pic.png',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgo=',
  '--r--',
  '--a--',
  '--m',
  "Content-Type: application/pdf; name*0*=utf-8''R%C3%A9; name*1=sum.pdf",
  'Content-Disposition: attachment',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERg==',
  '--m--',
  '',
]);

describe('Email/get (RFC 8621 §4.2)', () => {
  it('gives the structure, its flat views, and the parts as blobs', async () => {
    const { jmap, alice } = await open();
    const id = alice.deliver(NESTED);
    const properties = [
      'bodyStructure',
      'textBody',
      'htmlBody',
      'attachments',
      'hasAttachment',
      'preview',
      'bodyValues',
    ];
    const answer = await jmap.call('Email/get', {
      ids: [id],
      properties,
      bodyProperties: ['partId', 'blobId', 'type', 'name', 'size', 'cid', 'disposition', 'charset'],
      fetchTextBodyValues: true,
      fetchHTMLBodyValues: true,
    });
    const email = answer.list?.[0];
    type Part = { partId: string | null; blobId: string; type: string; subParts?: Part[] };
    const shape = ({ partId, type, subParts }: Part): unknown => [partId, type, ...(subParts ?? []).map(shape)];
    expect(shape(email?.bodyStructure as Part)).toEqual([
      null,
      'multipart/mixed',
      [
        null,
        'multipart/alternative',
        ['1.1', 'text/plain'],
        [null, 'multipart/related', ['1.2.1', 'text/html'], ['1.2.2', 'image/png']],
      ],
      ['2', 'application/pdf'],
    ]);
    const ids = (list: unknown) => (list as Part[]).map((part) => part.partId);
    expect(ids(email?.textBody)).toEqual(['1.1']);
    expect(ids(email?.htmlBody)).toEqual(['1.2.1']);
    expect(email?.attachments).toMatchObject([
      { partId: '1.2.2', cid: 'pic', name: 'pic.png', disposition: 'inline', size: 8, charset: null },
      { partId: '2', name: 'Résum.pdf', disposition: 'attachment', size: 4 },
    ]);
    expect(email).toMatchObject({ hasAttachment: true, preview: 'Grüße, softly' });
    expect(email?.bodyValues).toEqual({
      '1.1': { value: 'Grüße, softly', isEncodingProblem: false, isTruncated: false },
      '1.2.1': { value: '<p>Hello <img src="cid:pic"></p>', isEncodingProblem: false, isTruncated: false },
    });
    const [, pdf] = email?.attachments as Part[];
    expect((await jmap.download(pdf?.blobId ?? '')).toString()).toBe('%PDF');
  });

  it('gives header fields in all their forms', async () => {
    const { jmap, alice } = await open();
    const id = alice.deliver(NESTED);
    const get = async (...properties: string[]) => (await jmap.call('Email/get', { ids: [id], properties })).list?.[0];
    expect(await get('from', 'subject', 'sentAt', 'messageId', 'cc', 'header:To:asGroupedAddresses')).toEqual({
      id,
      from: [
        { name: 'Jürgen Müller', email: 'j@example.test' },
        { name: 'Doe, Jane', email: 'jane@example.test' },
      ],
      subject: 'あ庁 and more',
      sentAt: '2031-03-12T10:00:00+05:30',
      messageId: ['root@example.test'],
      cc: null,
      'header:To:asGroupedAddresses': [
        {
          name: 'Friends',
          addresses: [
            { name: null, email: 'a@example.test' },
            { name: 'B', email: 'b@example.test' },
          ],
        },
        { name: null, addresses: [{ name: 'Cee', email: 'c@example.test' }] },
      ],
    });
    expect(
      await get('header:X-Twice', 'header:x-twice:asText:all', 'header:List-Post:asURLs', 'header:None:all'),
    ).toEqual({
      id,
      'header:X-Twice': ' two',
      'header:x-twice:asText:all': ['one', 'two'],
      'header:List-Post:asURLs': ['mailto:list@example.test', 'https://example.test/post'],
      'header:None:all': [],
    });
  });

  it('cuts body values between characters and outside tags', async () => {
    const { jmap, alice } = await open();
    const id = alice.deliver(message('x', 'äöü<b>bold</b>', ['Content-Type: text/html; charset=utf-8']));
    const cut = async (maxBodyValueBytes: number) => {
      const options = { fetchHTMLBodyValues: true, maxBodyValueBytes };
      const { list } = await jmap.call('Email/get', { ids: [id], properties: ['bodyValues'], ...options });
      return (list?.[0]?.bodyValues as Record<string, object>)['1'];
    };
    expect(await cut(3)).toEqual({ value: 'ä', isEncodingProblem: false, isTruncated: true });
    expect(await cut(8)).toEqual({ value: 'äöü', isEncodingProblem: false, isTruncated: true });
    expect(await cut(500)).toMatchObject({ isTruncated: false });
  });

  it('takes mail as it comes: empty, cut, of unknown charset, without end', async () => {
    const { jmap, alice } = await open();
    const broken = [
      '',
      'Subject: only a header',
      message('x', 'caf\u00e9', ['Content-Type: text/plain; charset=klingon']),
      NESTED.slice(0, NESTED.indexOf('iVBOR')),
      message('x', '--b\r\n'.repeat(500), ['Content-Type: multipart/mixed; boundary=b']),
      `${'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(300)}\r\nend`,
    ];
    const ids = broken.map((raw) => alice.deliver(raw));
    const { list } = await jmap.call('Email/get', { ids, fetchAllBodyValues: true });
    expect(list).toHaveLength(broken.length);
    expect(list?.[1]).toMatchObject({ subject: 'only a header', from: null, sentAt: null });
    expect(list?.[2]?.bodyValues).toEqual({ '1': { value: 'café\n', isEncodingProblem: true, isTruncated: false } });
  });
});

describe('Email/query (RFC 8621 §4.4)', () => {
  const times = (n: number) => new Date(Date.UTC(2031, 2, 1, n));

  it('S7: pages by position, anchor and from the end, each id once', async () => {
    const { jmap, alice } = await open();
    const ids = Array.from({ length: 7 }, (_, n) => alice.deliver(message(`${n}`), { receivedAt: times(n) })).reverse();
    const sort = [{ property: 'receivedAt', isAscending: false }];
    const query = async (args: object) => (await jmap.call('Email/query', { sort, calculateTotal: true, ...args })).ids;
    expect([...((await query({ limit: 4 })) ?? []), ...((await query({ position: 4, limit: 4 })) ?? [])]).toEqual(ids);
    expect(await query({ position: -2 })).toEqual(ids.slice(5));
    expect(await query({ anchor: ids[3], anchorOffset: -1, limit: 2 })).toEqual(ids.slice(2, 4));
    expect(await query({ position: 7, limit: 4 })).toEqual([]);
    expect(await jmap.call('Email/query', { limit: 0, calculateTotal: true })).toMatchObject({ ids: [], total: 7 });
  });

  it('filters and combines filters', async () => {
    const { jmap, alice } = await open();
    const lists = alice.createMailbox('Lists');
    const make = (subject: string, n: number, mailbox: string, keywords: string[]) =>
      alice.deliver(message(subject, `Body of ${subject}`), { mailbox, keywords, receivedAt: times(n) });
    const a = make('Apple pie', 1, 'inbox', ['$seen']);
    const b = make('Banana bread', 2, 'Lists', []);
    const c = make('Cherry pie', 3, 'Lists', ['$flagged']);
    const find = async (filter: object) =>
      (await jmap.call('Email/query', { filter, sort: [{ property: 'receivedAt' }] })).ids;
    expect(await find({ inMailbox: lists })).toEqual([b, c]);
    expect(await find({ inMailboxOtherThan: [lists] })).toEqual([a]);
    expect(await find({ after: '2031-03-01T02:00:00Z', before: '2031-03-01T03:00:00Z' })).toEqual([b]);
    expect(await find({ subject: 'PIE' })).toEqual([a, c]);
    expect(await find({ text: '"banana bread" body' })).toEqual([b]);
    expect(await find({ from: 'bob@' })).toEqual([a, b, c]);
    expect(await find({ notKeyword: '$Seen', inMailbox: lists })).toEqual([b, c]);
    expect(await find({ hasKeyword: '$flagged' })).toEqual([c]);
    expect(await find({ operator: 'NOT', conditions: [{ subject: 'pie' }] })).toEqual([b]);
    expect(await find({ operator: 'OR', conditions: [{ hasKeyword: '$seen' }, { subject: 'bread' }] })).toEqual([a, b]);
    expect(
      await find({
        operator: 'AND',
        conditions: [{ inMailbox: lists }, { operator: 'NOT', conditions: [{ subject: 'pie' }] }],
      }),
    ).toEqual([b]);
  });

  it('S33: finds a message by its Message-ID header', async () => {
    const { jmap, alice } = await open();
    alice.deliver(message('Other', '', ['Message-ID: <other@x>']));
    const id = alice.deliver(message('Sought', '', ['Message-ID: <sought@x>']), { mailbox: 'sent' });
    expect((await jmap.call('Email/query', { filter: { header: ['Message-ID', 'sought@x'] } })).ids).toEqual([id]);
  });

  it('sorts, and folds threads', async () => {
    const { jmap, alice } = await open();
    const root = alice.deliver(message('Zebra', 'long '.repeat(50), ['Message-ID: <1@x>']), { receivedAt: times(1) });
    const other = alice.deliver(message('Apple', 'middle '.repeat(10)), { receivedAt: times(2) });
    const reply = alice.deliver(message('Re: Zebra', '', ['In-Reply-To: <1@x>']), { receivedAt: times(3) });
    const sorted = async (property: string, isAscending: boolean, collapseThreads = false) =>
      (await jmap.call('Email/query', { sort: [{ property, isAscending }], collapseThreads })).ids;
    expect(await sorted('receivedAt', false)).toEqual([reply, other, root]);
    expect(await sorted('receivedAt', false, true)).toEqual([reply, other]);
    expect(await sorted('subject', true)).toEqual([other, root, reply]);
    expect(await sorted('size', false)).toEqual([root, other, reply]);
    const { list } = await jmap.call('Thread/get', { ids: [alice.messages()[0]?.threadId] });
    expect(list?.[0]?.emailIds).toEqual([root, reply]);
  });

  it('queryChanges turns the old result into the new one', async () => {
    const { jmap, alice } = await open();
    const filter = { inMailbox: alice.mailboxes()[0]?.id, notKeyword: '$seen' };
    const sort = [{ property: 'receivedAt', isAscending: false }];
    const ids = Array.from({ length: 5 }, (_, n) => alice.deliver(message(`${n}`), { receivedAt: times(n) }));
    const before = await jmap.call('Email/query', { filter, sort });
    alice.setKeywords(ids[1] ?? '', ['$seen']);
    alice.destroy(ids[3] ?? '');
    alice.deliver(message('new'), { receivedAt: times(2.5) });
    const args = { filter, sort, sinceQueryState: before.queryState };
    const changes = await jmap.call('Email/queryChanges', args);
    const removed = changes.removed as string[];
    const result = (before.ids ?? []).filter((id) => !removed.includes(id));
    for (const { id, index } of changes.added as { id: string; index: number }[]) result.splice(index, 0, id);
    expect(result).toEqual((await jmap.call('Email/query', { filter, sort })).ids);
    await expect(jmap.call('Email/queryChanges', { ...args, collapseThreads: true })).rejects.toMatchObject({
      type: 'cannotCalculateChanges',
    });
  });
});
