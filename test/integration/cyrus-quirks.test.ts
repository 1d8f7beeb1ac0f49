// What Cyrus does differently from what one would expect, or from the standard. The engine's tests build on these:
// when a newer Cyrus mends one, this says so first. docs/test-servers.md has the list.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCyrus, type CyrusServer } from '../servers/cyrus';
import { connectRawImap, type RawImap } from '../servers/raw-imap';
import { connectJmap, type RawJmap } from '../servers/raw-jmap';
import { deliver } from '../servers/seed';
import { users } from '../servers/users';

const { alice } = users;

describe('Cyrus 3.6', () => {
  let server: CyrusServer;
  let jmap: RawJmap;
  beforeAll(async () => {
    server = await startCyrus();
    jmap = await connectJmap({ url: server.jmapUrl, user: alice.email, password: alice.password });
  });
  afterAll(() => server.stop());

  /** Delivers a message and returns it with these properties. */
  async function delivered(raw: string, properties: string[]) {
    await deliver({ lmtpPort: server.lmtpPort, user: alice.email, raw });
    const answers = await jmap.calls([
      ['Email/query', { sort: [{ property: 'receivedAt', isAscending: false }] }, 'q'],
      ['Email/get', { '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties }, 'g'],
    ]);
    const list = answers[1]?.[1].list ?? [];
    const email = list.find((one) => one.subject === /^Subject: (.*)\r$/m.exec(raw)?.[1]);
    if (email === undefined) throw new Error('the delivered message is not there');
    return email;
  }

  const state = async (type: string): Promise<string> => (await jmap.call(`${type}/get`, { ids: [] })).state ?? '';

  it('gives relative session URLs', () => {
    const { apiUrl, uploadUrl, downloadUrl } = jmap.session;
    expect([apiUrl, uploadUrl, downloadUrl].every((url) => url.startsWith('/jmap/'))).toBe(true);
  });

  it('has no push in Debian: EventSource answers 204, the WebSocket 404', async () => {
    const authorization = `Basic ${Buffer.from(`${alice.email}:${alice.password}`).toString('base64')}`;
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(new URL(path, server.jmapUrl), { headers: { authorization, 'accept-encoding': 'identity' } }))
        .status;
    expect(await statusOf('/jmap/eventsource/?types=*&closeafter=no&ping=5')).toBe(204);
    expect(await statusOf('/jmap/ws/')).toBe(404);
  });

  it('answers HTTP 400 for a whole request that asks for too much in one call', async () => {
    const core = jmap.session.capabilities['urn:ietf:params:jmap:core'];
    const ids = Array.from({ length: Number(core?.maxObjectsInGet) + 1 }, (_, index) => `M${index}`);
    await expect(jmap.call('Email/get', { ids, properties: ['id'] })).rejects.toMatchObject({
      status: 400,
      type: 'urn:ietf:params:jmap:error:limit',
    });
  });

  it('takes a state from the future, and refuses a made-up one as invalidArguments', async () => {
    const answer = await jmap.call('Email/changes', { sinceState: '999999999' });
    expect(answer).toMatchObject({ created: [], updated: [], destroyed: [] });
    expect(Number(answer.newState)).toBeLessThan(999_999_999);
    await expect(jmap.call('Email/changes', { sinceState: 'bogus' })).rejects.toMatchObject({
      type: 'invalidArguments',
    });
  });

  it('cannot calculate Email/changes from before any mailbox was destroyed', async () => {
    const before = await state('Email');
    const { created } = await jmap.call('Mailbox/set', { create: { gone: { name: 'Gone' } } });
    const id = (created as Record<string, { id: string }>).gone?.id;
    expect(await jmap.call('Email/changes', { sinceState: before })).toMatchObject({ created: [] });
    await jmap.call('Mailbox/set', { destroy: [id] });
    await expect(jmap.call('Email/changes', { sinceState: before })).rejects.toMatchObject({
      type: 'cannotCalculateChanges',
    });
  });

  it('lists a mailbox that came and went as created, too', async () => {
    const before = await state('Mailbox');
    const { created } = await jmap.call('Mailbox/set', { create: { brief: { name: 'Brief' } } });
    const id = (created as Record<string, { id: string }>).brief?.id;
    await jmap.call('Mailbox/set', { destroy: [id] });
    expect((await jmap.call('Mailbox/changes', { sinceState: before })).created).toContain(id);
  });

  it('refuses a slash in a mailbox name as serverFail', async () => {
    const { notCreated } = await jmap.call('Mailbox/set', { create: { odd: { name: 'a/b' } } });
    expect(notCreated).toMatchObject({ odd: { type: 'serverFail' } });
  });

  it('gives raw HTML as the preview of a message that has only HTML', async () => {
    const raw = 'Subject: only html\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>there</b></p>\r\n';
    const email = await delivered(raw, ['subject', 'preview']);
    expect(email.preview).toContain('<b>there</b>');
  });

  it('leaves out a preview, and a text, that its limit cuts inside of a character', async () => {
    const type = 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit';
    const even = await delivered(`Subject: even\r\n${type}\r\n\r\n${'я'.repeat(400)}\r\n`, ['subject', 'preview']);
    const odd = await delivered(`Subject: odd\r\n${type}\r\n\r\n-${'я'.repeat(400)}\r\n`, ['subject', 'preview']);
    expect([even.preview, odd.preview].filter((preview) => typeof preview === 'string')).toHaveLength(1);
    const counts: number[] = [];
    for (let maxBodyValueBytes = 97; maxBodyValueBytes <= 104; maxBodyValueBytes++) {
      const { list = [] } = await jmap.call('Email/get', {
        ids: [even.id, odd.id],
        properties: ['bodyValues'],
        fetchTextBodyValues: true,
        maxBodyValueBytes,
      });
      counts.push(list.filter((email) => Object.keys(email.bodyValues as object).length === 0).length);
    }
    expect(counts).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('counts an inline image as an attachment', async () => {
    const raw = [
      'Subject: inline image',
      'MIME-Version: 1.0',
      'Content-Type: multipart/related; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<img src="cid:one@x">',
      '--b',
      'Content-Type: image/png',
      'Content-Disposition: inline',
      'Content-ID: <one@x>',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw0KGgo=',
      '--b--',
      '',
    ];
    expect((await delivered(raw.join('\r\n'), ['subject', 'hasAttachment'])).hasAttachment).toBe(true);
  });

  it('gives keywords in lower case', async () => {
    const email = await delivered('Subject: keyword\r\n\r\n', ['subject']);
    await jmap.call('Email/set', { update: { [email.id]: { 'keywords/MyLabel': true } } });
    const { list = [] } = await jmap.call('Email/get', { ids: [email.id], properties: ['keywords'] });
    expect(list[0]?.keywords).toEqual({ mylabel: true });
  });

  it('calls a recipient that its SMTP server refused tooManyRecipients', async () => {
    const email = await delivered(`From: ${alice.email}\r\nSubject: refused\r\n\r\n`, ['subject']);
    const { list: identities = [] } = await jmap.call('Identity/get', { ids: null });
    const envelope = { mailFrom: { email: alice.email }, rcptTo: [{ email: 'nobody@elsewhere.example' }] };
    const submission = { identityId: identities[0]?.id, emailId: email.id, envelope };
    const { notCreated } = await jmap.call('EmailSubmission/set', { create: { submission } });
    expect(notCreated).toMatchObject({ submission: { type: 'tooManyRecipients' } });
  });

  describe('what the administrator forbids', () => {
    let admin: RawImap;
    let target: string;
    beforeAll(async () => {
      await server.setPassword({ email: 'admin@localhost', password: 'secret-admin' });
      admin = await connectRawImap({ port: server.imapPort, user: 'admin', password: 'secret-admin' });
      const { created } = await jmap.call('Mailbox/set', { create: { target: { name: 'Target' } } });
      target = (created as Record<string, { id: string }>).target?.id ?? '';
    });
    afterEach(async () => {
      await admin.command('SETQUOTA "user/alice@example.test" ()');
      await setRights('lrswipkxtecdan');
    });
    afterAll(() => admin.logout());

    const setRights = async (rights: string): Promise<void> => {
      for (const mailbox of ['user/alice@example.test', 'user/alice/Target@example.test'])
        await admin.command(`SETACL "${mailbox}" ${alice.email} ${rights}`);
    };
    const inbox = async (): Promise<string> => (await jmap.mailboxByRole('inbox')).id;
    const copied = () => ({ [`mailboxIds/${target}`]: true });
    const moved = async () => ({ ...copied(), [`mailboxIds/${await inbox()}`]: null });
    const set = async (id: string, patch: Record<string, unknown>): Promise<unknown> =>
      (await jmap.call('Email/set', { update: { [id]: patch } })).updated;
    const places = async (id: string): Promise<string[] | undefined> => {
      const { list = [] } = await jmap.call('Email/get', { ids: [id], properties: ['mailboxIds'] });
      return list[0] && Object.keys(list[0].mailboxIds ?? {});
    };

    it('says that a copy is made where nothing may be put, and makes none', async () => {
      const { id } = await delivered('Subject: copy\r\n\r\n', ['subject']);
      await setRights('lr');
      expect(await set(id, copied())).toHaveProperty(id);
      expect(await places(id)).toEqual([await inbox()]);
    });

    it('deletes for good where nothing may be deleted', async () => {
      const { id } = await delivered('Subject: destroy\r\n\r\n', ['subject']);
      await setRights('lr');
      expect((await jmap.call('Email/set', { destroy: [id] })).destroyed).toEqual([id]);
      expect(await places(id)).toBeUndefined();
    });

    it('moves and copies in an account that has no room', async () => {
      const [a, b] = [
        await delivered('Subject: a\r\n\r\n', ['subject']),
        await delivered('Subject: b\r\n\r\n', ['subject']),
      ];
      await admin.command('SETQUOTA "user/alice@example.test" (STORAGE 0)');
      expect(await set(a.id, copied())).toHaveProperty(a.id);
      expect(await set(b.id, await moved())).toHaveProperty(b.id);
      expect([await places(a.id), await places(b.id)]).toEqual([expect.arrayContaining([target]), [target]]);
    });

    it('says that a message is moved in an account that may not have as many, and deletes it', async () => {
      const { id } = await delivered('Subject: too many\r\n\r\n', ['subject']);
      await admin.command('SETQUOTA "user/alice@example.test" (MESSAGE 0)');
      expect(await set(id, await moved())).toHaveProperty(id);
      expect(await places(id)).toBeUndefined();
    });
  });
});
