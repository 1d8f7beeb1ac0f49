import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCyrus, type CyrusServer } from '../servers/cyrus';
import { startDovecot, type DovecotServer } from '../servers/dovecot';
import type { DovecotCapability } from '../servers/dovecot-config';
import { ancestorsOf } from '../servers/generator/conversation';
import { message } from '../servers/messages';
import { connectRawImap } from '../servers/raw-imap';
import { connectJmap, type RawJmap } from '../servers/raw-jmap';
import { deliver, seedImap, seedMaildir } from '../servers/seed';
import { users, type TestUser } from '../servers/users';

const { alice, bob } = users;
const hello = 'From: Someone <s@elsewhere.example>\r\nTo: alice@example.test\r\nSubject: Hello\r\n\r\nHello, Alice\r\n';

const jmapOf = (server: CyrusServer, user: TestUser = alice) =>
  connectJmap({ url: server.jmapUrl, user: user.email, password: user.password });

async function subjects(jmap: RawJmap): Promise<unknown[]> {
  const answers = await jmap.calls([
    ['Email/query', {}, 'q'],
    ['Email/get', { '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties: ['subject'] }, 'g'],
  ]);
  return answers[1]?.[1].list?.map((email) => email.subject) ?? [];
}

async function imapOf(server: { imapPort: number; certificate: string }, user: TestUser = alice): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: server.imapPort,
    secure: false,
    auth: { user: user.email, pass: user.password },
    tls: { ca: server.certificate },
    logger: false,
  });
  await client.connect();
  return client;
}

/** Processes still running (zombies are not) in the process groups, or that name the folder in their command. */
function processesOf(folder: string, groups: ReadonlySet<number> = new Set()): { pid: number; group: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // After the command in parentheses: state, parent, process group.
      const [state, , group] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const isOurs = groups.has(Number(group)) || readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
      return isOurs && state !== 'Z' ? [{ pid: Number(name), group: Number(group) }] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

async function expectNothingLeft(server: { folder: string; stop(): Promise<void> }): Promise<void> {
  const groups = new Set(processesOf(server.folder).map((one) => one.group));
  expect(processesOf(server.folder, groups).length).toBeGreaterThan(3);
  await server.stop();
  expect(processesOf(server.folder, groups)).toEqual([]);
  expect(existsSync(server.folder)).toBe(false);
  await server.stop();
}

describe('Cyrus', () => {
  let server: CyrusServer;
  beforeAll(async () => {
    server = await startCyrus();
  });
  afterAll(() => server.stop());

  it('shows every user an account with all special-use mailboxes over JMAP', async () => {
    for (const user of Object.values(users)) {
      const { list = [] } = await (await jmapOf(server, user)).call('Mailbox/get', { ids: null });
      const roles = list.map((mailbox) => mailbox.role).sort();
      expect(roles).toEqual(['archive', 'drafts', 'inbox', 'junk', 'sent', 'trash']);
    }
  });

  it('refuses a wrong password over JMAP and IMAP', async () => {
    const wrong = { user: alice.email, password: 'wrong' };
    await expect(connectJmap({ url: server.jmapUrl, ...wrong })).rejects.toMatchObject({ type: 'unauthorized' });
    await expect(connectRawImap({ port: server.imapPort, ...wrong })).rejects.toMatchObject({ reason: 'no' });
  });

  it('shows a delivered message by JMAP and, with the same id, by IMAP over TLS', async () => {
    await deliver({ lmtpPort: server.lmtpPort, user: alice.email, raw: hello });
    const jmap = await jmapOf(server);
    const { ids = [] } = await jmap.call('Email/query');
    expect(ids).toHaveLength(1);
    const { list = [] } = await jmap.call('Email/get', { ids, properties: ['blobId', 'preview'] });
    expect(list[0]?.preview).toContain('Hello, Alice');
    expect((await jmap.download(list[0]?.blobId ?? '')).toString()).toContain('Subject: Hello\r\n');

    const imap = await imapOf(server);
    expect(imap.secureConnection).toBe(true);
    await imap.mailboxOpen('INBOX');
    expect(await imap.fetchOne('*', { uid: true, envelope: true })).toMatchObject({
      emailId: ids[0],
      envelope: { subject: 'Hello' },
    });
    await imap.logout();
  });

  it('imports an uploaded message', async () => {
    const jmap = await jmapOf(server, bob);
    const [blobId, inbox] = await Promise.all([jmap.upload(message(7).raw), jmap.mailboxByRole('inbox')]);
    const emails = { one: { blobId, mailboxIds: { [inbox.id]: true }, keywords: { $seen: true } } };
    expect(await jmap.call('Email/import', { emails })).toMatchObject({
      created: { one: { size: expect.any(Number) as number } },
    });
    await expect(jmap.call('Email/nonsense')).rejects.toMatchObject({ type: 'unknownMethod' });
  });

  it('submits to the SMTP server, which delivers', async () => {
    const jmap = await jmapOf(server);
    const [drafts, identities] = await Promise.all([
      jmap.mailboxByRole('drafts'),
      jmap.call('Identity/get', { ids: null }),
    ]);
    const draft = {
      mailboxIds: { [drafts.id]: true },
      from: [{ email: alice.email }],
      to: [{ email: bob.email }],
      subject: 'By submission',
      bodyValues: { text: { value: 'over SMTP and LMTP' } },
      textBody: [{ partId: 'text', type: 'text/plain' }],
    };
    const submission = {
      identityId: identities.list?.[0]?.id,
      emailId: '#draft',
      envelope: { mailFrom: { email: alice.email }, rcptTo: [{ email: bob.email }] },
    };
    const answers = await jmap.calls([
      ['Email/set', { create: { draft } }, 'a'],
      ['EmailSubmission/set', { create: { submission } }, 'b'],
    ]);
    expect(answers[1]).toMatchObject(['EmailSubmission/set', { created: { submission: {} } }, 'b']);
    expect(server.smtp.transactions).toMatchObject([{ user: undefined, from: alice.email, to: [bob.email] }]);
    expect(await subjects(await jmapOf(server, bob))).toContain('By submission');
  });

  it('is seeded by IMAP, flags, dates and threads as generated', async () => {
    const { email: user, password } = users.carol;
    const count = 250;
    await seedImap({ port: server.imapPort, user, password, count });
    const jmap = await jmapOf(server, users.carol);
    const sort = [{ property: 'receivedAt' }];
    const answers = await jmap.calls([
      ['Email/query', { sort }, 'q'],
      [
        'Email/get',
        {
          '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' },
          properties: ['keywords', 'receivedAt', 'threadId'],
        },
        'g',
      ],
    ]);
    const list = answers[1]?.[1].list ?? [];
    const generated = Array.from({ length: count }, (_, index) => message(index, { total: count }));
    expect(list.map((one) => one.receivedAt)).toEqual(
      generated.map(({ date }) => date.toISOString().replace('.000Z', 'Z')),
    );
    expect(list.map((one) => Object.keys(one.keywords ?? {}).sort())).toEqual(
      generated.map(({ flags }) => flags.map((flag) => flag.replace('\\', '$').toLowerCase()).sort()),
    );
    for (const [index, one] of list.entries()) {
      const root = ancestorsOf(index, 1)[0] ?? index;
      expect(one.threadId).toBe(list[root]?.threadId);
    }
  });

  it('starts again from a template with the mail of the first', async () => {
    const folder = path.resolve(import.meta.dirname, `../../.cache/test-template-${process.pid}`);
    const first = await startCyrus();
    await deliver({ lmtpPort: first.lmtpPort, user: alice.email, raw: hello });
    const before = await (await jmapOf(first)).call('Email/query');
    await first.saveTemplate(folder);
    expect(existsSync(first.folder)).toBe(false);
    const second = await startCyrus({ dataTemplate: folder });
    const after = await (await jmapOf(second)).call('Email/query');
    expect(before.ids).toHaveLength(1);
    expect(after.ids).toEqual(before.ids);
    await second.stop();
    await rm(folder, { recursive: true });
  });

  it('indexes text when asked', async () => {
    const searching = await startCyrus({ searchIndex: true });
    await deliver({
      lmtpPort: searching.lmtpPort,
      user: alice.email,
      raw: hello.replace('Hello, Alice', 'zebrafinch'),
    });
    const jmap = await jmapOf(searching);
    await expect
      .poll(async () => (await jmap.call('Email/query', { filter: { text: 'zebrafinch' } })).ids, { timeout: 15_000 })
      .toHaveLength(1);
    await searching.stop();
  }, 20_000);

  it('stands beside a second one that knows nothing of its mail, and leaves nothing when stopped', async () => {
    const second = await startCyrus();
    await deliver({ lmtpPort: second.lmtpPort, user: bob.email, raw: hello.replace('Hello', 'Only here') });
    expect((await (await jmapOf(second, bob)).call('Email/query')).ids).toHaveLength(1);
    expect(await subjects(await jmapOf(server, bob))).not.toContain('Only here');
    await expectNothingLeft(second);
    expect((await jmapOf(server)).accountId).not.toBe('');
  });
});

describe('Dovecot', () => {
  let server: DovecotServer;
  beforeAll(async () => {
    server = await startDovecot();
  });
  afterAll(() => server.stop());

  it('shows a delivered message and refuses a wrong password', async () => {
    await deliver({ lmtpPort: server.lmtpPort, user: alice.email, raw: hello });
    const imap = await imapOf(server);
    await imap.mailboxOpen('INBOX');
    expect(await imap.fetchOne('*', { envelope: true })).toMatchObject({ envelope: { subject: 'Hello' } });
    const specialUse = (await imap.list()).flatMap((mailbox) => mailbox.specialUse ?? []).sort();
    expect(specialUse).toEqual(['\\Archive', '\\Drafts', '\\Inbox', '\\Junk', '\\Sent', '\\Trash']);
    await imap.logout();
    await expect(imapOf(server, { ...alice, password: 'wrong' })).rejects.toMatchObject({ authenticationFailed: true });
  });

  it('reads a seeded Maildir with flags, keywords and dates as generated', async () => {
    const count = 60;
    await seedMaildir({ ...server.maildir(users.carol.email), count });
    const imap = await imapOf(server, users.carol);
    await imap.mailboxOpen('INBOX');
    const found = await imap.fetchAll('1:*', { flags: true, internalDate: true, size: true });
    const generated = Array.from({ length: count }, (_, index) => message(index, { total: count }));
    const stored = new Set(['\\Recent']);
    expect(found.map((one) => [...(one.flags ?? [])].filter((flag) => !stored.has(flag)).sort())).toEqual(
      generated.map(({ flags }) => [...flags].sort()),
    );
    expect(found.map((one) => one.internalDate)).toEqual(generated.map(({ date }) => date));
    expect(found.map((one) => one.size)).toEqual(generated.map(({ raw }) => raw.length));
    await imap.logout();
  });

  it.each<[DovecotCapability, boolean, boolean]>([
    ['qresync', true, true],
    ['condstore', true, false],
    ['neither', false, false],
  ])('S15: with %s it admits to CONDSTORE %s and QRESYNC %s', async (capability, condstore, qresync) => {
    const one = await startDovecot({ capability });
    const imap = await imapOf(one);
    expect([imap.capabilities.has('CONDSTORE'), imap.capabilities.has('QRESYNC')]).toEqual([condstore, qresync]);
    await imap.logout();
    await expectNothingLeft(one);
  });

  it('takes submitted mail from who logs in, and nobody else', async () => {
    const transport = (auth?: { user: string; pass: string }) =>
      createTransport({
        host: '127.0.0.1',
        port: server.smtpPort,
        tls: { ca: server.certificate },
        ...(auth && { auth }),
      });
    const mail = { from: alice.email, to: bob.email, subject: 'Submitted', text: 'Hello, Bob' };
    const login = { user: alice.email, pass: alice.password };

    await transport(login).sendMail(mail);
    expect(server.smtp.transactions).toMatchObject([{ user: alice.email, from: alice.email, to: [bob.email] }]);
    const imap = await imapOf(server, bob);
    expect(await imap.status('INBOX', { messages: true })).toMatchObject({ messages: 1 });
    await imap.logout();

    await expect(transport({ ...login, pass: 'wrong' }).sendMail(mail)).rejects.toMatchObject({ responseCode: 535 });
    await expect(transport().sendMail(mail)).rejects.toMatchObject({ responseCode: 530 });
    const elsewhere = { ...mail, to: 'nobody@elsewhere.example' };
    await expect(transport(login).sendMail(elsewhere)).rejects.toMatchObject({ responseCode: 550 });
    await expect(transport(login).sendMail({ ...mail, to: 'dave@example.test' })).rejects.toMatchObject({
      responseCode: 550,
    });
    expect(server.smtp.transactions).toHaveLength(1);
  });
});

describe('a test process that is killed', () => {
  it('leaves no server behind', async () => {
    const script = path.resolve(import.meta.dirname, '../servers/start.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, 'dovecot'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    const port = Number(/IMAP {3}127\.0\.0\.1:(\d+)/.exec(lines)?.[1]);
    expect(await accepts(port)).toBe(true);
    child.kill('SIGKILL');
    let isUp = true;
    for (let tries = 0; isUp && tries < 100; tries++) {
      await delay(50);
      isUp = await accepts(port);
    }
    expect(isUp).toBe(false);
  }, 20_000);
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
