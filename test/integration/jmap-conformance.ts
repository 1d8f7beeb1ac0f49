import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { countEmails } from '../../src/db/emails';
import { getEmailDetails, listMessages, threadMessages } from '../../src/db/message-lists';
import { listMailboxes } from '../../src/db/mailboxes';
import { listChanges } from '../../src/db/pending-changes';
import { getState } from '../../src/db/sync-state';
import type { AccountStatus } from '../../src/model/account';
import { AccountLoop } from '../../src/sync/account-loop';
import { createJmapBackend } from '../../src/sync/jmap/backend';
import { drainOutbox } from '../../src/sync/outbox';
import { connectJmap } from '../servers/raw-jmap';
import { compareWithServer } from '../support/compare-with-server';
import { otherClient, type OtherClient } from '../support/other-client';
import { keywords, moved, never, openSyncedAccount, type Login, type SyncedAccount } from '../support/synced-account';

/** A server to sync with, started for one suite. */
export interface ConformanceServer extends Login {
  /** Else it is asked now and then. */
  readonly hasPush: boolean;
  /** Makes `Email/changes` from older states impossible. */
  forgetChanges(other: OtherClient): Promise<void>;
  stop(): Promise<void>;
}

/** What the JMAP sync does, the same on every server; at the end of each test, local = server. */
export function describeJmapSync(name: string, startServer: () => Promise<ConformanceServer>): void {
  describe(`the JMAP sync on ${name}`, () => {
    let server: ConformanceServer;
    let other: OtherClient;
    let inbox: string;
    let archive: string;
    let trash: string;
    const opened: SyncedAccount[] = [];

    beforeAll(async () => {
      server = await startServer();
      other = otherClient(await connectJmap(server));
      const role = async (wanted: string): Promise<string> => (await other.jmap.mailboxByRole(wanted)).id;
      [inbox, archive, trash] = [await role('inbox'), await role('archive'), await role('trash')];
    });
    afterAll(() => server.stop());
    afterEach(() => {
      for (const account of opened.splice(0)) account.close();
    });

    async function open(): Promise<SyncedAccount> {
      const account = await openSyncedAccount(server);
      opened.push(account);
      return account;
    }
    async function openSynced(): Promise<SyncedAccount> {
      const account = await open();
      await account.syncAll();
      return account;
    }
    const compare = (account: SyncedAccount): Promise<void> =>
      compareWithServer(account.db, account.accountId, other.jmap);
    const shownKeywords = ({ db, key }: SyncedAccount, remoteId: string): readonly string[] | undefined =>
      getEmailDetails(db, key(remoteId))?.keywords;

    describe('with few messages', () => {
      beforeEach(() => other.reset());

      it('fetches an empty account', async () => {
        const account = await openSynced();
        expect(listMailboxes(account.db).map(({ role }) => role)).toContain('inbox');
        await compare(account);
      });

      it('S6: takes what others did by changes: new mail, keywords, moves, several mailboxes, destroys', async () => {
        const ids = await other.add(inbox, 8);
        const account = await openSynced();
        const [a = '', b = '', c = '', d = '', e = ''] = ids;
        await other.add(archive, 2, () => ({ keywords: { $flagged: true } }));
        await other.update({
          [a]: { 'keywords/$seen': true, 'keywords/project': true },
          [b]: { mailboxIds: { [archive]: true } },
          [c]: { [`mailboxIds/${archive}`]: true },
          [d]: { keywords: { $answered: true, $seen: true } },
        });
        await other.destroy([e]);
        const { added, removed } = await account.cycle();
        expect([added, removed]).toEqual([2, 1]);
        await compare(account);
        await other.update({ [a]: { keywords: {} }, [c]: { [`mailboxIds/${inbox}`]: null } });
        expect(await account.cycle()).toMatchObject({ added: 0, changed: 2, removed: 0 });
        await compare(account);
      });

      it('sees mailboxes created, nested, renamed, moved and destroyed, with their mail', async () => {
        const account = await openSynced();
        const parent = await other.createMailbox('Projects');
        const child = await other.createMailbox('Größe & Maß', parent);
        await other.add(child, 3);
        await account.cycle();
        await compare(account);
        await other.renameMailbox(parent, 'Old projects');
        await other.jmap.call('Mailbox/set', { update: { [child]: { parentId: null } } });
        await account.cycle();
        await compare(account);
        await other.destroyMailbox(child);
        await account.syncAll();
        expect(countEmails(account.db, account.accountId)).toBe(0);
        await compare(account);
      });

      it('folds threads as the server does, whatever the order in which mail came', async () => {
        const messageId = (index: number): string => `thread-${index}@elsewhere.example`;
        const inThread = (index: number) => ({
          messageId: [messageId(index)],
          ...(index === 0 ? {} : { references: [messageId(0)], inReplyTo: [messageId(0)] }),
          subject: index === 0 ? 'A plan' : 'Re: A plan',
        });
        await other.add(inbox, 3, inThread);
        await other.add(inbox, 2);
        const account = await openSynced();
        await other.add(archive, 1, () => inThread(3));
        await account.cycle();
        await compare(account);
        const { rows } = listMessages(account.db, [account.mailbox(inbox)], null, 10);
        expect(rows.map(({ count }) => count).sort()).toEqual([1, 1, 3]);
        const thread = rows.find(({ count }) => count === 3);
        expect(thread && threadMessages(account.db, thread.threadId, null)).toHaveLength(4);
      });

      it('S8: after cannotCalculateChanges compares all in the background, and the old rows stay readable', async () => {
        const [a = '', b = '', c = ''] = await other.add(inbox, 6);
        const account = await openSynced();
        await other.update({ [a]: { 'keywords/$seen': true }, [b]: { mailboxIds: { [archive]: true } } });
        await other.destroy([c]);
        const [added = ''] = await other.add(inbox, 1);
        await server.forgetChanges(other);
        await account.cycle();
        expect(account.backend.needsBackfill).toBe(true);
        expect(countEmails(account.db, account.accountId)).toBe(6);
        expect(account.warnings.join()).toContain('compared');
        await other.update({ [added]: { 'keywords/$flagged': true } });
        await account.syncAll();
        await compare(account);
        expect(await account.cycle()).toEqual({ added: 0, changed: 0, removed: 0, mailboxes: 0 });
      });

      it('S7: a cycle with nothing new is one HTTP request', async () => {
        await other.add(inbox, 3);
        const account = await openSynced();
        await account.cycle();
        for (let cycles = 0; cycles < 3; cycles++) {
          const before = account.backend.traffic.requests;
          expect(await account.cycle()).toEqual({ added: 0, changed: 0, removed: 0, mailboxes: 0 });
          expect(account.backend.traffic.requests - before).toBe(1);
        }
      });

      it('sends keywords, moves, moves between several, and destroys', async () => {
        const [a = '', b = '', c = '', d = ''] = await other.add(inbox, 5);
        const account = await openSynced();
        const [inboxKey, archiveKey] = [account.mailbox(inbox), account.mailbox(archive)];
        account.act(a, keywords(['$seen', '$flagged', 'project']));
        account.act(b, moved(inboxKey, archiveKey));
        account.act(c, { type: 'mailboxes', add: [archiveKey], remove: [] });
        account.act(d, { type: 'destroy' });
        expect(await account.drain()).toMatchObject({ sent: 4, failed: 0, deferred: false });
        expect(listChanges(account.db)).toEqual([]);
        await account.cycle();
        await compare(account);
        account.act(a, keywords([], ['$flagged', 'project']));
        account.act(b, moved(archiveKey, account.mailbox(trash)));
        account.act(c, { type: 'mailboxes', add: [], remove: [inboxKey] });
        expect(await account.drain()).toMatchObject({ sent: 3, failed: 0 });
        await account.cycle();
        await compare(account);
      });

      it('S11: our own change advances the state: the next cycle has no message to fetch', async () => {
        const [a = '', b = ''] = await other.add(inbox, 2);
        const account = await openSynced();
        account.act(a, keywords(['$seen']));
        expect(await account.drain()).toMatchObject({ needsCycle: false });
        expect(await account.cycle()).toMatchObject({ added: 0, changed: 0, removed: 0 });
        await other.update({ [b]: { 'keywords/$seen': true } });
        account.act(a, keywords(['$flagged']));
        expect(await account.drain()).toMatchObject({ needsCycle: true });
        await account.cycle();
        await compare(account);
      });

      it('S29: one bad among many fails alone and stays in the list, and loses no message; the others are sent', async () => {
        const ids = await other.add(inbox, 4);
        const doomed = await other.createMailbox('Doomed');
        const account = await openSynced();
        const [a = '', b = '', c = ''] = ids;
        const [from, to] = [account.mailbox(inbox), account.mailbox(doomed)];
        await other.destroyMailbox(doomed);
        account.act(a, keywords(['$seen']));
        account.act(b, moved(from, to));
        account.act(c, keywords(['$flagged']));
        expect(await account.drain()).toMatchObject({ sent: 2, failed: 1 });
        const [change, ...rest] = listChanges(account.db);
        expect(rest).toEqual([]);
        expect(change).toMatchObject({ emailId: account.key(b), state: 'failed' });
        expect(change?.lastError).toContain('mailbox');
        await account.syncAll();
        await compare(account);
      });

      it('S29: a message that is gone already counts as done, and goes here too', async () => {
        const [a = '', b = '', c = ''] = await other.add(inbox, 3);
        const account = await openSynced();
        await other.destroy([a, b]);
        account.act(a, keywords(['$seen']));
        account.act(b, { type: 'destroy' });
        account.act(c, keywords(['$seen']));
        expect(await account.drain()).toMatchObject({ sent: 3, failed: 0 });
        expect(listChanges(account.db)).toEqual([]);
        expect(countEmails(account.db, account.accountId)).toBe(1);
        await account.cycle();
        await compare(account);
      });

      it('S1: updates that cross a waiting change keep it; both come together', async () => {
        const [a = '', b = ''] = await other.add(inbox, 2);
        const account = await openSynced();
        account.act(a, keywords(['$seen']));
        account.act(b, moved(account.mailbox(inbox), account.mailbox(archive)));
        await other.update({
          [a]: { 'keywords/$flagged': true },
          [b]: { mailboxIds: { [trash]: true }, 'keywords/$seen': true },
        });
        await account.cycle();
        expect(shownKeywords(account, a)).toEqual(['$flagged', '$seen']);
        expect(getEmailDetails(account.db, account.key(b))?.mailboxIds).toContain(account.mailbox(archive));
        await account.drain();
        await account.cycle();
        await compare(account);
        expect(shownKeywords(account, a)).toEqual(['$flagged', '$seen']);
      });

      it('S10: patches do not undo what another client changed of the same message', async () => {
        const [a = ''] = await other.add(inbox, 1, () => ({ keywords: { project: true } }));
        const account = await openSynced();
        await other.update({ [a]: { 'keywords/$answered': true, 'keywords/project': null } });
        account.act(a, keywords(['$seen']));
        await account.drain();
        await account.cycle();
        expect(shownKeywords(account, a)).toEqual(['$answered', '$seen']);
        await compare(account);
      });

      it('fetches bodies, attachments and inline images, and downloads an attachment octet by octet', async () => {
        const data = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 31) % 256));
        const id = await other.import(inbox, mailWithAttachments(data));
        const account = await openSynced();
        const email = { id: account.key(id), accountId: account.accountId, remoteId: id, blobId: null };
        const body = await account.backend.fetchBody({ ...email, mailboxIds: new Set<never>() }, never);
        expect(body.text).toContain('Grüße, in plain text');
        expect(body.html).toContain('<b>Grüße</b>');
        expect(body.truncated).toBe(false);
        const names = body.attachments.map(({ name, type, inline }) => ({ name, type, inline }));
        expect(names).toEqual(
          expect.arrayContaining([
            { name: 'report.bin', type: 'application/octet-stream', inline: false },
            { name: 'dot.png', type: 'image/png', inline: true },
          ]),
        );
        const part = body.attachments.find(({ name }) => name === 'report.bin');
        if (part === undefined) throw new Error('no attachment');
        const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-part-'));
        onTestFinished(() => rm(folder, { recursive: true }));
        const file = path.join(folder, 'report.bin');
        const wanted = { ...part, email: { ...email, mailboxIds: new Set<never>() } };
        expect(await account.backend.fetchPart(wanted, file, 10_000, never)).toBe(data.length);
        expect(Buffer.compare(await readFile(file), data)).toBe(0);
        await expect(account.backend.fetchPart(wanted, `${file}.2`, 100, never)).rejects.toMatchObject({
          reason: 'too-large',
        });
        await other.destroy([id]);
        await expect(
          account.backend.fetchBody({ ...email, mailboxIds: new Set<never>() }, never),
        ).rejects.toMatchObject({
          reason: 'not-found',
        });
      });

      it('shows a mailing list’s plain footer within the HTML that it follows', async () => {
        const id = await other.import(inbox, mailWithFooter());
        const account = await openSynced();
        const email = { id: account.key(id), accountId: account.accountId, remoteId: id, blobId: null };
        const body = await account.backend.fetchBody({ ...email, mailboxIds: new Set<never>() }, never);
        expect(body.html).toMatch(/<i>The news<\/i>[^]*footer &lt;list&gt;/);
        expect(body.text).toBeNull();
      });

      it('keeps an account in sync by its loop: mail that comes, an action, a destroy, without being asked', async () => {
        const [a = '', b = ''] = await other.add(inbox, 3);
        const account = await open();
        const statuses: AccountStatus[] = [];
        const log: string[] = [];
        const loop = new AccountLoop({
          accountId: account.accountId,
          db: account.db,
          createBackend: () =>
            createJmapBackend({
              account: account.account,
              secret: account.secret,
              db: account.db,
              warn: (message) => log.push(message),
            }),
          onStatus: (status) => statuses.push(status),
          log: ({ level, kind, message }) => log.push(`${level} ${kind}: ${message}`),
          // With push, only a push can bring anything in time.
          timing: { poll: server.hasPush ? 600_000 : 100, pollWithPush: 600_000 },
        });
        onTestFinished(() => loop.stop());
        const equal = (): Promise<void> =>
          untilEqual(
            () => compare(account),
            () => log.join('\n'),
          );
        await equal();
        await until(
          () => loop.status.state === 'idle',
          () => JSON.stringify(loop.status),
        );
        if (server.hasPush) await delay(200); // the push connection is made beside
        await other.add(inbox, 2);
        await equal();
        account.act(a, keywords(['$flagged']));
        account.act(b, moved(account.mailbox(inbox), account.mailbox(archive)));
        loop.wakeOutbox();
        await until(
          () => listChanges(account.db).length === 0,
          () => log.join('\n'),
        );
        await equal();
        await other.destroy([a]);
        await equal();
        await loop.stop();
        expect(log.filter((line) => line.startsWith('error'))).toEqual([]);
        expect(statuses.map(({ state }) => state)).toEqual(expect.arrayContaining(['syncing', 'idle']));
      });
    });

    describe('with 700 messages', () => {
      let ids: string[];
      beforeAll(async () => {
        await other.reset();
        ids = await other.add(inbox, 700, (index) => (index % 3 === 0 ? { keywords: { $seen: true } } : {}));
      });

      it('has the newest page at once, then all', async () => {
        const account = await open();
        const { added } = await account.cycle();
        expect(added).toBe(50);
        const newest = listMessages(account.db, [account.mailbox(inbox)], null, 50).rows;
        expect(newest.map(({ emailId }) => emailId)).toEqual(ids.slice(-50).reverse().map(account.key));
        // Before all is here, the counts are the server's.
        expect(listMailboxes(account.db).find(({ role }) => role === 'inbox')).toMatchObject({
          total: 700,
          unread: 466,
        });
        const progress: (number | null)[][] = [];
        await account.backend.backfill(
          { shouldYield: () => false, onProgress: (done, total) => progress.push([done, total]) },
          never,
        );
        expect(progress.at(-1)).toEqual([700, 700]);
        expect(account.backend.needsBackfill).toBe(false);
        await compare(account);
      });

      it('S4: goes on where it was after being killed in the middle of the back-fill', async () => {
        const account = await open();
        await account.cycle();
        const killed = new AbortController();
        const interrupted = account.backend.backfill(
          { shouldYield: () => false, onProgress: (done) => done > 50 && killed.abort(new Error('killed')) },
          killed.signal,
        );
        await expect(interrupted).rejects.toThrow();
        const here = countEmails(account.db, account.accountId);
        expect(here).toBeGreaterThan(50);
        expect(here).toBeLessThan(700);
        await account.restart();
        expect(account.backend.needsBackfill).toBe(true);
        const fetched: number[] = [];
        await account.backend.backfill({ shouldYield: () => false, onProgress: (done) => fetched.push(done) }, never);
        expect(fetched[0]).toBe(here);
        await compare(account);
      });

      it('yields between two pages, and goes on', async () => {
        const account = await open();
        await account.cycle();
        let asked = 0;
        const shouldYield = (): boolean => ++asked > 1;
        await account.backend.backfill({ shouldYield, onProgress: () => undefined }, never);
        expect(account.backend.needsBackfill).toBe(true);
        const [first = ''] = ids;
        await other.update({ [first]: { 'keywords/later': true } });
        await account.syncAll();
        await compare(account);
      });

      it('S7: takes more than one page of changes, each committed with its state', async () => {
        const account = await openSynced();
        const states = new Set<string | null>();
        const watch = account.db.mail.onCommit(() => states.add(getState(account.db, account.accountId, 'Email')));
        await other.update(Object.fromEntries(ids.slice(0, 250).map((id) => [id, { 'keywords/paged': true }])));
        await other.update(Object.fromEntries(ids.slice(250, 600).map((id) => [id, { 'keywords/paged': true }])));
        await account.cycle();
        watch.dispose();
        expect(states.size).toBeGreaterThanOrEqual(3);
        await compare(account);
      });

      it('S27: sends 600 messages’ changes in few requests', async () => {
        const account = await openSynced();
        const [from, to] = [account.mailbox(inbox), account.mailbox(archive)];
        account.db.mail.transaction(() => {
          for (const [index, id] of ids.slice(0, 600).entries()) {
            account.act(id, keywords(['bulk']));
            if (index % 2 === 0) account.act(id, moved(from, to));
          }
        });
        const before = account.backend.traffic.requests;
        const report = await drainOutbox(account.db, account.backend, account.accountId, never);
        expect(report).toMatchObject({ sent: 900, failed: 0 });
        // A look whether the mailbox is there, and as many requests as the server's limit makes of one batch.
        const core = other.jmap.session.capabilities['urn:ietf:params:jmap:core'] as { maxObjectsInSet: number };
        expect(account.backend.traffic.requests - before).toBe(1 + Math.ceil(600 / core.maxObjectsInSet));
        await account.cycle();
        await compare(account);
      });
    });
  });
}

const deadline = 15_000;

async function until(holds: () => boolean, describeState: () => string): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > deadline) throw new Error(`it did not come to be: ${describeState()}`);
    await delay(20);
  }
}

async function untilEqual(compare: () => Promise<void>, describeState: () => string): Promise<void> {
  const start = performance.now();
  for (;;) {
    try {
      await compare();
      return;
    } catch (error) {
      if (performance.now() - start > deadline) throw new Error(describeState(), { cause: error });
    }
    await delay(100);
  }
}

function mailWithAttachments(data: Buffer): string {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  return [
    'From: Bob <bob@example.test>',
    'To: alice@example.test',
    'Subject: with attachments',
    'Message-ID: <attachments@elsewhere.example>',
    'Date: Sat, 1 Jun 2030 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=mixed',
    '',
    '--mixed',
    'Content-Type: multipart/alternative; boundary=alternative',
    '',
    '--alternative',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Grüße, in plain text',
    '--alternative',
    'Content-Type: multipart/related; boundary=related',
    '',
    '--related',
    'Content-Type: text/html; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p><b>Gr=FC=DFe</b> <img src=3D"cid:dot@example"></p>',
    '--related',
    'Content-Type: image/png; name=dot.png',
    'Content-Disposition: inline; filename=dot.png',
    'Content-ID: <dot@example>',
    'Content-Transfer-Encoding: base64',
    '',
    png,
    '--related--',
    '--alternative--',
    '--mixed',
    'Content-Type: application/octet-stream; name=report.bin',
    'Content-Disposition: attachment; filename=report.bin',
    'Content-Transfer-Encoding: base64',
    '',
    data.toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--mixed--',
    '',
  ].join('\r\n');
}

function mailWithFooter(): string {
  return [
    'From: List <list@example.test>',
    'To: alice@example.test',
    'Subject: with a footer',
    'Message-ID: <footer@elsewhere.example>',
    'Date: Sat, 1 Jun 2030 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=mixed',
    '',
    '--mixed',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p><i>The news</i></p>',
    '--mixed',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'footer <list>',
    '--mixed--',
    '',
  ].join('\r\n');
}
