import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImapFlow } from 'imapflow';
import { storedMailboxes } from '../../src/db/imap-mailboxes';
import { placesOf } from '../../src/db/imap-messages';
import { listChanges, setChangeState } from '../../src/db/pending-changes';
import type { EmailIntent } from '../../src/model/pending-change';
import type { EngineContext } from '../../src/engine/engine-context';
import { loadBody } from '../../src/engine/handlers/messages';
import { getCheckpoint } from '../../src/sync/imap/checkpoint';
import { connectRawImap, type RawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { never, openImapAccount, type ImapAccount } from '../support/imap-account';
import { inconsistencies, localLines, serverLines } from './imap-compare';
import { suiteServers, type SuiteServer } from './imap-servers';

const { alice, bob } = users;

function mail(name: string, more: readonly string[] = []): string {
  return [
    `Message-ID: <${name}@suite.example>`,
    'From: Bob <bob@example.test>',
    'To: Alice <alice@example.test>',
    `Subject: ${name}`,
    'Date: Mon, 02 Nov 2026 10:00:00 +0000',
    ...more,
    '',
    `This is ${name}.`,
    '',
  ].join('\r\n');
}

async function append(raw: RawImap, mailbox: string, names: readonly string[], flags = ''): Promise<void> {
  for (const name of names) {
    const data = Buffer.from(mail(name));
    await raw.send([`APPEND "${mailbox}" (${flags}) {${data.length}+}\r\n`, data]);
  }
}

describe.each(suiteServers)('$name', (entry) => {
  const { tuning, commands } = entry;
  let server: SuiteServer;
  let account: ImapAccount;
  /** The second client: does things behind our back. */
  let raw: RawImap;
  let flow: ImapFlow;
  const login = () => ({ port: server.imapPort, user: alice.email, password: alice.password });

  const expectSame = async (): Promise<void> => {
    expect(localLines(account.db)).toEqual(await serverLines(login()));
    expect(inconsistencies(account.db)).toEqual([]);
  };
  const uidOf = async (mailbox: string, name: string): Promise<number> => {
    await raw.command(`SELECT "${mailbox}"`);
    const [found] = await raw.command(`UID SEARCH HEADER MESSAGE-ID "${name}@suite.example"`);
    return Number(/SEARCH (\d+)/.exec(found ?? '')?.[1]);
  };

  beforeAll(async () => {
    server = await entry.start();
    raw = await connectRawImap(login());
    for (const box of ['Trash', 'Archive', 'Lists']) await raw.command(`CREATE "${box}"`).catch(() => []);
    await seedImap({ ...login(), count: 150 });
    await append(raw, 'Archive', ['old-1', 'old-2'], '\\Seen');
    flow = new ImapFlow({
      host: '127.0.0.1',
      port: server.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user: alice.email, pass: alice.password },
      logger: false,
    });
    await flow.connect();
    account = await openImapAccount({ ...login(), tuning });
  });
  afterAll(async () => {
    account.close();
    flow.close();
    await server.stop();
  });
  afterEach(() => {
    account.warnings.length = 0;
  });

  it('S24: shows the newest of INBOX first, then all of every mailbox', async () => {
    const first = await account.cycle();
    expect(first.added).toBe(50);
    expect(account.backend.needsBackfill).toBe(true);
    await account.syncAll();
    await expectSame();
    expect(account.warnings).toEqual([]);
  });

  it('S14: keeps a checkpoint for each mailbox', () => {
    for (const { id, isReadable } of storedMailboxes(account.db, account.accountId)) {
      expect(isReadable).toBe(true);
      expect(getCheckpoint(account.db, account.accountId, id)).toMatchObject({
        backfilledDownTo: 1,
        detailedDownTo: 1,
      });
    }
  });

  it('S25: finds out by one command with 20 mailboxes that nothing is new, and writes nothing', async () => {
    const { length } = storedMailboxes(account.db, account.accountId);
    for (let index = length; index < 20; index++) await raw.command(`CREATE "Box ${index}"`);
    await account.restart({}); // as the product is
    await account.syncAll();
    await account.cycle();
    expect(storedMailboxes(account.db, account.accountId)).toHaveLength(20);
    const before = account.backend.traffic.requests;
    const { bytesWritten } = account.db.mail.stats;
    expect(await account.cycle()).toEqual({ added: 0, changed: 0, removed: 0, mailboxes: 0 });
    expect(account.backend.traffic.requests - before).toBe(commands.idle);
    expect(account.db.mail.stats.bytesWritten).toBe(bytesWritten);
    await account.restart();
  });

  it('S16, S17: takes in new mail, and only that', async () => {
    await append(raw, 'INBOX', ['new-1', 'new-2', 'new-3']);
    await append(raw, 'Lists', ['list-1'], '\\Seen \\Flagged');
    expect(await account.cycle()).toMatchObject({ added: 4, removed: 0 });
    await expectSame();
    expect(await account.cycle()).toMatchObject({ added: 0, changed: 0, removed: 0 });
  });

  it('S15: sees flags and keywords set and cleared', async () => {
    await flow.mailboxOpen('INBOX');
    await flow.messageFlagsAdd('1:20', ['\\Flagged'], { uid: true });
    await flow.messageFlagsRemove('90:120', ['\\Seen'], { uid: true });
    await flow.messageFlagsAdd('30:40', ['$Forwarded', 'Project-X'], { uid: true });
    await flow.messageFlagsAdd('100:130', ['\\Seen', '\\Answered'], { uid: true });
    const { changed } = await account.cycle();
    expect(changed).toBeGreaterThan(30);
    await expectSame();
  });

  it('S21: keeps the key of what somebody moved to another mailbox', async () => {
    const keys = [account.email('new-1'), account.email('list-1'), account.email('old-1')];
    await flow.mailboxOpen('INBOX');
    await flow.messageMove(String(await uidOf('INBOX', 'new-1')), 'Archive', { uid: true });
    await flow.mailboxOpen('Lists');
    await flow.messageMove(String(await uidOf('Lists', 'list-1')), 'INBOX', { uid: true });
    await flow.mailboxOpen('Archive');
    await flow.messageMove(String(await uidOf('Archive', 'old-1')), 'Trash', { uid: true });
    await account.cycle();
    await expectSame();
    expect([account.email('new-1'), account.email('list-1'), account.email('old-1')]).toEqual(keys);
  });

  it('S18: removes what was expunged, in several commands, and shows copies', async () => {
    await flow.mailboxOpen('INBOX');
    await flow.messageCopy(String(await uidOf('INBOX', 'new-2')), 'Lists', { uid: true });
    await flow.mailboxOpen('INBOX');
    for (const range of ['3:5', '17', '40:50']) await flow.messageDelete(range, { uid: true });
    expect(await account.cycle()).toMatchObject({ removed: 15 });
    await expectSame();
  });

  it('shows nothing of what is only marked as deleted, and shows it again', async () => {
    await flow.mailboxOpen('INBOX');
    await flow.messageFlagsAdd('60:62', ['\\Deleted'], { uid: true });
    await account.cycle();
    await expectSame();
    await flow.messageFlagsRemove('60:62', ['\\Deleted'], { uid: true });
    await account.cycle();
    await expectSame();
  });

  it('S24: sees mailboxes created, renamed with those below, and deleted', async () => {
    const nested = `Projekte${server.separator}Größe & 日本`;
    await flow.mailboxCreate('Projekte');
    await flow.mailboxCreate(nested);
    await append(raw, 'Projekte', ['project-1', 'project-2']);
    await flow.append(nested, Buffer.from(mail('nested-1')));
    await account.syncAll();
    await expectSame();
    const names = storedMailboxes(account.db, account.accountId).map((mailbox) => mailbox.name);
    expect(names).toContain('Größe & 日本');
    const keys = [account.mailbox('Projekte'), account.email('project-1'), account.email('nested-1')];

    await flow.mailboxRename('Projekte', 'Projects');
    await account.syncAll();
    await expectSame();
    expect([account.mailbox('Projects'), account.email('project-1'), account.email('nested-1')]).toEqual(keys);

    await flow.mailboxDelete(`Projects${server.separator}Größe & 日本`);
    await flow.mailboxDelete('Projects');
    await account.syncAll();
    await expectSame();
    expect(() => account.email('project-1')).toThrow();
  });

  it('S20: keeps keys, bodies and waiting changes of a mailbox with new numbers', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `again-${index}`);
    await flow.mailboxCreate('Again');
    await append(raw, 'Again', names);
    await account.syncAll();
    const keys = names.map((name) => account.email(name));
    const waiting = keys[7];
    if (waiting === undefined) throw new Error('no message');
    account.act(waiting, { type: 'keywords', add: ['$flagged'], remove: [] });
    const sync = { backend: () => Promise.resolve(account.backend) };
    const context = { db: account.db, sync, cacheDir: account.folder } as unknown as EngineContext;
    const read = keys[11] ?? waiting;
    const body = await loadBody(context, read, never);
    expect(body.text).toContain('This is again-11.');

    // The same messages under another UIDVALIDITY: away, deleted, created, and back.
    await flow.mailboxCreate('Aside');
    await flow.mailboxOpen('Again');
    await flow.messageMove('1:*', 'Aside', { uid: true });
    await flow.mailboxClose();
    await flow.mailboxDelete('Again');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // UIDVALIDITY is often the time in seconds
    await flow.mailboxCreate('Again');
    await flow.mailboxOpen('Aside');
    await flow.messageMove('1:*', 'Again', { uid: true });
    await flow.mailboxClose();
    await flow.mailboxDelete('Aside');

    await account.syncAll();
    expect(names.map((name) => account.email(name))).toEqual(keys);
    const { requests } = account.backend.traffic;
    expect(await loadBody(context, read, never)).toEqual(body);
    expect(account.backend.traffic.requests).toBe(requests);
    await account.drain();
    await account.syncAll();
    await expectSame();
    await flow.mailboxOpen('Again');
    expect(await flow.search({ flagged: true }, { uid: true })).toHaveLength(1);
  });

  it('S22, S29: sends flags, labels, moves, copies and deletions, each as far as it can be', async () => {
    const ids = (name: string) => account.email(name);
    const [inbox, archive, trash, lists] = ['INBOX', 'Archive', 'Trash', 'Lists'].map((path) => account.mailbox(path));
    if (inbox === undefined || archive === undefined || trash === undefined || lists === undefined) throw new Error();
    await append(raw, 'INBOX', ['act-1', 'act-2', 'act-3', 'act-4', 'act-5', 'act-6']);
    await account.cycle();
    account.act(ids('act-1'), { type: 'keywords', add: ['$seen', 'project-x'], remove: [] });
    account.act(ids('act-2'), { type: 'keywords', add: ['$flagged'], remove: [] });
    account.act(ids('act-2'), { type: 'mailboxes', add: [archive], remove: [inbox] });
    account.act(ids('act-3'), { type: 'mailboxes', add: [archive], remove: [inbox] });
    account.act(ids('act-4'), { type: 'mailboxes', add: [lists], remove: [] });
    account.act(ids('act-5'), { type: 'mailboxes', add: [trash], remove: [inbox] });
    account.act(ids('act-6'), { type: 'destroy' });
    const before = ['act-1', 'act-2', 'act-3', 'act-4', 'act-5'].map(ids);
    expect(await account.drain()).toMatchObject({ failed: 0, deferred: false });
    await expectSame();
    expect(['act-1', 'act-2', 'act-3', 'act-4', 'act-5'].map(ids)).toEqual(before);
    expect(placesOf(account.db, ids('act-3')).map((place) => place.mailboxId)).toEqual([archive]);
    // What we did ourselves is no news.
    expect(await account.cycle()).toMatchObject({ added: 0, removed: 0 });
    await expectSame();
  });

  it('S22: keeps the flag of a copy that goes on the one that stays', async () => {
    await append(raw, 'INBOX', ['copied-1']);
    await account.syncAll();
    const [inbox, lists] = [account.mailbox('INBOX'), account.mailbox('Lists')];
    account.act(account.email('copied-1'), { type: 'mailboxes', add: [lists], remove: [] });
    await account.drain();
    await flow.mailboxOpen('INBOX');
    await flow.messageFlagsAdd(String(await uidOf('INBOX', 'copied-1')), ['\\Flagged'], { uid: true });
    await account.syncAll();
    account.act(account.email('copied-1'), { type: 'mailboxes', add: [], remove: [inbox] });
    expect(await account.drain()).toMatchObject({ deferred: false, failed: 0 });
    await account.syncAll();
    await expectSame();
    await flow.mailboxOpen('Lists');
    expect(await flow.search({ flagged: true, header: { 'message-id': 'copied-1@suite.example' } })).toHaveLength(1);
  });

  it('S22: loses nothing that is moved back to where another client has marked its copy', async () => {
    await append(raw, 'INBOX', ['marked-1']);
    await account.syncAll();
    const [inbox, lists, archive] = [account.mailbox('INBOX'), account.mailbox('Lists'), account.mailbox('Archive')];
    const id = account.email('marked-1');
    account.act(id, { type: 'mailboxes', add: [lists], remove: [] });
    await account.drain();
    await account.syncAll();
    await flow.mailboxOpen('INBOX');
    await flow.messageFlagsAdd(String(await uidOf('INBOX', 'marked-1')), ['\\Deleted'], { uid: true });
    await account.syncAll();
    account.act(id, { type: 'mailboxes', add: [archive], remove: [] });
    account.act(id, { type: 'mailboxes', add: [inbox], remove: [lists] });
    expect(await account.drain()).toMatchObject({ deferred: false, failed: 0 });
    await account.syncAll();
    await expectSame();
    await raw.command('SELECT INBOX');
    await raw.command('EXPUNGE');
    await account.syncAll();
    await expectSame();
    const live = async (mailbox: string): Promise<number> => {
      await flow.mailboxOpen(mailbox);
      const found = await flow.search({ deleted: false, header: { 'message-id': 'marked-1@suite.example' } });
      return found === false || found === undefined ? 0 : found.length;
    };
    expect([await live('INBOX'), await live('Archive'), await live('Lists')]).toEqual([1, 1, 0]);
    expect(account.email('marked-1')).toBe(id);
  });

  it('S31: takes a move back to which no answer came, wherever the message is', async () => {
    await append(raw, 'INBOX', ['back-1', 'back-2']);
    await account.syncAll();
    const [inbox, archive] = [account.mailbox('INBOX'), account.mailbox('Archive')];
    const there: EmailIntent = { type: 'mailboxes', add: [archive], remove: [inbox] };
    const back: EmailIntent = { type: 'mailboxes', add: [inbox], remove: [archive] };
    for (const emailId of ['back-1', 'back-2'].map((name) => account.email(name))) {
      account.act(emailId, there);
      account.act(emailId, back);
    }
    const ids = listChanges(account.db).map(({ id }) => id);
    setChangeState(account.db, ids, 'sending', { lastError: null, countAttempt: false });
    // The first of them the server has moved.
    await flow.mailboxOpen('INBOX');
    await flow.messageMove(String(await uidOf('INBOX', 'back-1')), 'Archive', { uid: true });
    await account.restart();
    expect(await account.drain()).toMatchObject({ deferred: true, needsCycle: true });
    await account.syncAll();
    expect(await account.drain()).toMatchObject({ deferred: false, failed: 0 });
    await account.syncAll();
    await expectSame();
    for (const name of ['back-1', 'back-2']) expect(await uidOf('INBOX', name)).toBeGreaterThan(0);
    expect(listChanges(account.db)).toEqual([]);
  });

  it('S23: reads bodies and attachments by part without marking anything as read', async () => {
    const boundary = 'b0';
    const data = Buffer.from(
      [
        'Message-ID: <parts@suite.example>',
        'From: bob@example.test',
        'Subject: parts',
        'MIME-Version: 1.0',
        `Content-Type: multipart/mixed; boundary=${boundary}`,
        '',
        `--${boundary}`,
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Gr=FC=DFe =3D aus K=F6ln, und weiter =',
        'geht es.',
        `--${boundary}`,
        "Content-Type: application/octet-stream; name*=utf-8''gr%C3%BC%C3%9Fe.bin",
        "Content-Disposition: attachment; filename*0*=utf-8''gr%C3%BC; filename*1=sse.bin",
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('attached octets').toString('base64'),
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
    await raw.send([`APPEND "INBOX" () {${data.length}+}\r\n`, data]);
    await account.cycle();
    const id = account.email('parts');
    const email = { id, accountId: account.accountId, remoteId: null, blobId: null, mailboxIds: new Set<never>() };
    const body = await account.backend.fetchBody(email, never);
    expect(body.text?.trim()).toBe('Grüße = aus Köln, und weiter geht es.');
    expect(body.html).toBeNull();
    expect(body.attachments).toMatchObject([{ name: 'grüsse.bin', type: 'application/octet-stream', inline: false }]);
    const file = `/tmp/mailpane-part-${process.pid}-${Math.random()}`;
    const partId = body.attachments[0]?.partId ?? '';
    const part = { email, partId, blobId: null, type: 'application/octet-stream' };
    expect(await account.backend.fetchPart(part, file, 1000, never)).toBe('attached octets'.length);
    await expect(account.backend.fetchPart(part, `${file}-2`, 5, never)).rejects.toMatchObject({ reason: 'too-large' });
    const row = account.db.mail.get('SELECT preview, has_attachment FROM emails WHERE id = ?', [id], (one) => one);
    expect(row).toEqual(['Grüße = aus Köln, und weiter geht es.', 1]);
    await account.cycle();
    await expectSame();
  });

  it('S19: believes thousands of deletions at once if the server still stands by them', async () => {
    await flow.mailboxCreate('Bulk');
    const literals = Array.from({ length: 5000 }, (_, index) => Buffer.from(mail(`bulk-${index}`)));
    for (let at = 0; at < literals.length; at += 500) {
      const page = literals.slice(at, at + 500);
      await raw.send([
        `APPEND "Bulk"`,
        Buffer.concat(page.flatMap((data) => [Buffer.from(` () {${data.length}+}\r\n`), data])),
      ]);
    }
    await account.syncAll();
    await flow.mailboxOpen('Bulk');
    await flow.messageDelete('1:*', { uid: true });
    expect(await account.cycle()).toMatchObject({ removed: 5000 });
    await expectSame();
  });

  it('S4: goes on after a kill in the middle of the back-fill, fetching nothing twice', async () => {
    const other = await openImapAccount({ ...login(), tuning });
    try {
      await seedImap({ ...login(), mailbox: 'Bulk', count: 1200 });
      await other.cycle();
      let pages = 0;
      await other.backend.backfill({ shouldYield: () => pages > 2, onProgress: () => (pages += 1) }, never);
      expect(other.backend.needsBackfill).toBe(true);
      await other.restart();
      await other.syncAll();
      expect(localLines(other.db)).toEqual(await serverLines(login()));
      expect(inconsistencies(other.db)).toEqual([]);
    } finally {
      other.close();
    }
    await account.syncAll();
  });

  it('S25: takes in a new mail by as many commands from a large mailbox as from a small one', async () => {
    await account.restart({}); // as the product is
    await account.cycle();
    const costOf = async (mailbox: string, name: string) => {
      await account.cycle();
      const { requests, bytesReceived } = account.backend.traffic;
      await append(raw, mailbox, [name]);
      expect(await account.cycle()).toEqual({ added: 1, changed: 0, removed: 0, mailboxes: 0 });
      const { traffic } = account.backend;
      return { commands: traffic.requests - requests, bytes: traffic.bytesReceived - bytesReceived };
    };
    const small = await costOf('Lists', 'in-a-small-one');
    const large = await costOf('Bulk', 'in-a-large-one');
    for (const cost of [small, large]) expect(commands.newMail).toContain(cost.commands);
    // Where nothing tells of changes, the flags of the newest 200 are looked at.
    expect(large.bytes - small.bytes).toBeLessThan(15_000);
    await account.restart();
    await expectSame();
  });

  it('S25: hears of new mail on a second connection', async () => {
    const listener = new AbortController();
    const heard = new Promise<void>((resolve) => {
      const events = {
        onConnected: () => void append(raw, 'INBOX', ['heard-1']),
        onChange: () => resolve(),
      };
      account.backend.listen(events, listener.signal).catch(() => undefined);
    });
    await heard;
    listener.abort();
    await account.cycle();
    expect(account.email('heard-1')).toBeGreaterThan(0);
  });

  it('S15: refuses a wrong password as a matter of signing in', async () => {
    const wrong = openImapAccount({ ...login(), user: bob.email, password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ reason: 'auth' });
  });
});
