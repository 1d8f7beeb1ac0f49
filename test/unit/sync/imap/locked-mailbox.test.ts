import { describe, expect, it } from 'vitest';
import { getBody, storeBody } from '../../../../src/db/bodies';
import { countPlaces } from '../../../../src/db/imap-messages';
import { deleteChanges, listChanges } from '../../../../src/db/pending-changes';
import type { EmailId } from '../../../../src/model/ids';
import type { ImapTuning } from '../../../../src/sync/imap/backend';
import { addMessage, basicCapabilities, type Script, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, type ScriptedAccount } from '../../../support/scripted-account';

const condstore = `${basicCapabilities} CONDSTORE`;

interface Scene extends ScriptedAccount {
  readonly archive: ScriptedMailbox;
  readonly id: EmailId;
}

/** INBOX 5 waits to be flagged, and its body is here. */
async function openScene(capabilities = condstore, tuning: ImapTuning = {}): Promise<Scene> {
  let archive: ScriptedMailbox | undefined;
  const scripted = await openScripted(capabilities, 8, {
    prepare: (server) => (archive = fillScripted(server, 'Archive', 3)),
    tuning,
  });
  const { account } = scripted;
  await account.syncAll();
  const id = account.email('INBOX 5');
  storeBody(account.db, id, { text: 'kept', html: null, truncated: false, attachments: [] }, 1);
  if (archive === undefined) throw new Error('no Archive');
  return { ...scripted, archive, id };
}

const flag = ({ account, id }: Scene): void => account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });

/** As another client moves it. */
function takeAway({ inbox, archive }: Scene, isMoved = true): void {
  const moved = inbox.messages.find(({ raw }) => raw.includes('Subject: INBOX 5\r'));
  if (moved === undefined) throw new Error('it is not there');
  inbox.messages = inbox.messages.filter((message) => message !== moved);
  inbox.highestModSeq += 1;
  if (isMoved) addMessage(archive, moved.raw, { flags: [] });
}

/** As a server is whose Archive somebody else has locked: the names of the commands that it refuses. */
const locked =
  (code: string, ...commands: readonly string[]): Script =>
  ({ tag, name, args }) =>
    commands.includes(name) && args.includes('Archive') ? `${tag} NO [${code}] not now\r\n` : undefined;

const emails = ({ account }: Scene): unknown[] =>
  account.db.mail.all("SELECT id FROM emails WHERE subject = 'INBOX 5'", [], (row) => row[0]);
const changes = ({ account }: Scene): unknown[] =>
  listChanges(account.db).map(({ emailId, state, lastError }) => [emailId, state, lastError]);
const flagsThere = ({ archive }: Scene): string[] =>
  archive.messages.find(({ raw }) => raw.includes('INBOX 5'))?.flags ?? ['not there'];

describe('a message that was moved to a mailbox which cannot be read now', () => {
  it('S21, S30: keeps its key, its body and what waits for it, and has it done afterwards', async () => {
    const scene = await openScene();
    const { account, server, id } = scene;
    flag(scene);
    takeAway(scene);
    server.script = locked('INUSE', 'SELECT');
    for (let cycles = 0; cycles < 3; cycles++) await account.cycle();
    expect(account.warnings.join()).toContain('A mailbox could not be read.');
    expect(emails(scene)).toEqual([id]);
    server.script = () => undefined;
    await account.syncAll();
    expect(emails(scene)).toEqual([id]);
    expect(getBody(account.db, id)?.text).toBe('kept');
    expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
    expect(flagsThere(scene)).toEqual(['\\Flagged']);
  });

  it('S21: also if the server does not even tell its STATUS', async () => {
    const scene = await openScene(condstore.replace(' LIST-STATUS', ''));
    const { account, server, id } = scene;
    flag(scene);
    takeAway(scene);
    server.script = locked('INUSE', 'SELECT', 'STATUS');
    await account.cycle();
    await account.cycle();
    expect([emails(scene), changes(scene)]).toEqual([[id], [[id, 'queued', null]]]);
    server.script = () => undefined;
    await account.syncAll();
    expect(emails(scene)).toEqual([id]);
    expect(countPlaces(account.db, account.mailbox('Archive'))).toBe(4);
  });

  it('S22: by ourselves, with the server not telling where it is: stays in the list, and is found', async () => {
    const scene = await openScene(condstore.replace(' UIDPLUS', ''));
    const { account, server, id } = scene;
    const [inbox, archive] = [account.mailbox('INBOX'), account.mailbox('Archive')];
    account.act(id, { type: 'mailboxes', add: [archive], remove: [inbox] });
    await account.drain();
    flag(scene);
    server.script = locked('INUSE', 'SELECT');
    await account.cycle();
    await account.cycle();
    const shown = account.db.mail.all(
      'SELECT mailbox_id FROM email_mailboxes WHERE email_id = ? AND shown = 1',
      [id],
      (row) => row[0],
    );
    expect(shown).toEqual([archive]);
    server.script = () => undefined;
    await account.syncAll();
    await account.drain();
    expect([emails(scene), flagsThere(scene)]).toEqual([[id], ['\\Flagged']]);
  });
});

describe('a mailbox that nobody lets us read any more', () => {
  const noTime: ImapTuning = { policy: { lookFor: 0 } };

  it('S21: does not keep for ever what is gone everywhere else', async () => {
    const scene = await openScene(condstore, noTime);
    const { account, server, archive } = scene;
    addMessage(archive, 'Subject: more\r\n\r\n');
    takeAway(scene, false);
    server.script = locked('NOPERM', 'SELECT');
    await account.cycle();
    await account.cycle();
    expect(emails(scene)).toEqual([]);
  });

  it('S30: what waits stands in the list of refused changes, and goes by the person’s word', async () => {
    const scene = await openScene(condstore, noTime);
    const { account, server, id } = scene;
    flag(scene);
    takeAway(scene);
    server.script = locked('NOPERM', 'SELECT');
    await account.cycle();
    await account.cycle();
    const why = 'This message left its mailbox, and a mailbox where it may be now cannot be read.';
    expect(changes(scene)).toEqual([[id, 'failed', why]]);
    deleteChanges(
      account.db,
      listChanges(account.db).map((change) => change.id),
    );
    await account.cycle();
    expect(emails(scene)).toEqual([]);
  });

  it('S21: one whose STATUS was refused from the first day holds nothing up', async () => {
    const scripted = await openScripted(condstore.replace(' LIST-STATUS', ''), 5, {
      prepare: (unready) => {
        fillScripted(unready, 'Archive', 3);
        unready.script = locked('NOPERM', 'SELECT', 'STATUS');
      },
    });
    const { account, server, inbox } = scripted;
    await account.syncAll();
    inbox.messages.pop();
    inbox.highestModSeq += 1;
    await account.cycle();
    expect(scripted.here()).toBe(4);
    expect(account.db.mail.all('SELECT count(*) FROM emails', [], (row) => row[0])).toEqual([4]);
    expect(server.log.some((line) => line.startsWith('STATUS "Archive"'))).toBe(true);
  });
});

it('S30: what waits for a message that we moved where nobody lets us read stands in the list in the end', async () => {
  const scene = await openScene(condstore.replace(' UIDPLUS', ''), { policy: { lookFor: 0 } });
  const { account, server, id } = scene;
  server.script = locked('NOPERM', 'SELECT');
  account.act(id, { type: 'mailboxes', add: [account.mailbox('Archive')], remove: [account.mailbox('INBOX')] });
  await account.drain();
  flag(scene);
  expect(await account.drain()).toMatchObject({ sent: 0, deferred: true });
  await account.cycle();
  expect(changes(scene)).toMatchObject([[id, 'failed', expect.stringContaining('cannot be read')]]);
});
