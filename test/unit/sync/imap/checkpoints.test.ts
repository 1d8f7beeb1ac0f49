import { describe, expect, it } from 'vitest';
import { getBody, storeBody } from '../../../../src/db/bodies';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { getCheckpoint } from '../../../../src/sync/imap/checkpoint';
import { addMessage, basicCapabilities } from '../../../servers/scripted-imap';
import { openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

const tiers = {
  qresync: `${basicCapabilities} CONDSTORE QRESYNC`,
  condstore: `${basicCapabilities} CONDSTORE`,
  none: basicCapabilities,
} as const;

const keywords = ({ account }: ScriptedAccount, subject: string): readonly string[] | undefined =>
  getEmailDetails(account.db, account.email(subject))?.keywords;

const checkpoint = ({ account }: ScriptedAccount) =>
  getCheckpoint(account.db, account.accountId, account.mailbox('INBOX'));

describe('mod-sequences that cannot be relied on', () => {
  it.each(['qresync', 'condstore'] as const)(
    'S14: %s: a restored server, whose mod-sequences are lower than ours, is compared flag by flag',
    async (tier) => {
      const scripted = await openScripted(tiers[tier], 60);
      const { account, inbox } = scripted;
      inbox.highestModSeq = 500;
      await account.syncAll();
      inbox.messages.splice(4, 1);
      const [first] = inbox.messages;
      first?.flags.push('\\Flagged');
      Object.assign(first ?? {}, { modSeq: 300 });
      inbox.highestModSeq = 300;
      await account.cycle();
      expect(keywords(scripted, 'INBOX 1')).toEqual(['$flagged']);
      expect(scripted.here()).toBe(59);
      expect(checkpoint(scripted)?.highestModSeq).toBe('300');
    },
  );

  it.each(['qresync', 'condstore'] as const)(
    'S15: %s: a flag that did not raise HIGHESTMODSEQ is found by the number of unseen',
    async (tier) => {
      const scripted = await openScripted(tiers[tier], 60);
      await scripted.account.syncAll();
      scripted.inbox.messages[2]?.flags.push('\\Seen');
      expect(await scripted.account.cycle()).toMatchObject({ changed: 1 });
      expect(keywords(scripted, 'INBOX 3')).toEqual(['$seen']);
    },
  );

  it('S15: a server that counts the unseen otherwise is compared once, not with every new mail', async () => {
    const scripted = await openScripted(tiers.qresync, 60);
    const { server, account, inbox } = scripted;
    await account.syncAll();
    server.script = (_command, _socket, usual) => usual.replaceAll(/UNSEEN \d+/g, 'UNSEEN 7');
    const looks = async (): Promise<number> => {
      addMessage(inbox, scriptedMail(`late ${inbox.uidNext}`));
      server.log.length = 0;
      await account.cycle();
      return server.log.filter((line) => /^UID FETCH \S+ \(UID FLAGS\)$/.test(line)).length;
    };
    expect([await looks(), await looks(), await looks()]).toEqual([1, 0, 0]);
    expect(scripted.here()).toBe(63);
  });

  it('S14: a mailbox without mod-sequences (NOMODSEQ) is looked at, and never asked about them', async () => {
    const scripted = await openScripted(tiers.qresync, 60);
    const { server, account, inbox } = scripted;
    server.script = (_command, _socket, usual) =>
      usual
        .replaceAll(/OK \[HIGHESTMODSEQ \d+\]/g, 'OK [NOMODSEQ]')
        .replaceAll(/ HIGHESTMODSEQ \d+/g, ' HIGHESTMODSEQ 0');
    await account.syncAll();
    expect(checkpoint(scripted)?.highestModSeq).toBeNull();
    inbox.messages[1]?.flags.push('\\Seen');
    inbox.messages.splice(10, 1);
    await account.cycle();
    expect(keywords(scripted, 'INBOX 2')).toEqual(['$seen']);
    expect(scripted.here()).toBe(59);
    expect(server.log.filter((line) => /QRESYNC \(|CHANGEDSINCE/.test(line))).toEqual([]);
    // It begins to keep them: all is compared once, for nothing tells of what was before.
    server.script = () => undefined;
    inbox.messages[0]?.flags.push('\\Flagged');
    inbox.highestModSeq = 90;
    await account.cycle();
    expect(keywords(scripted, 'INBOX 1')).toEqual(['$flagged']);
    expect(checkpoint(scripted)?.highestModSeq).toBe('90');
  });

  it('S15: what a server tells of mod-sequences without having announced them is not built on', async () => {
    const scripted = await openScripted(tiers.none, 60, { tuning: { policy: { fullScan: 0 } } });
    await scripted.account.syncAll();
    scripted.inbox.messages[1]?.flags.push('\\Seen');
    await scripted.account.cycle();
    expect(keywords(scripted, 'INBOX 2')).toEqual(['$seen']);
    expect(scripted.server.log.filter((line) => /MODSEQ|CHANGEDSINCE|CONDSTORE/.test(line))).toEqual([]);
  });
});

describe('counts and numbers that cannot be relied on', () => {
  it('S16: new mail beyond a UIDNEXT that is too low is found by the count', async () => {
    const scripted = await openScripted(tiers.qresync, 60);
    const { server, account, inbox } = scripted;
    await account.syncAll();
    server.script = (_command, _socket, usual) => usual.replaceAll(/UIDNEXT \d+/g, 'UIDNEXT 61');
    addMessage(inbox, scriptedMail('hidden 1'));
    addMessage(inbox, scriptedMail('hidden 2'));
    expect(await account.cycle()).toMatchObject({ added: 2 });
    expect(checkpoint(scripted)?.uidNext).toBe(63);
    expect(await account.cycle()).toMatchObject({ added: 0, removed: 0 });
  });

  it('S16: a server without UIDNEXT is asked for what comes after the last one', async () => {
    const scripted = await openScripted(tiers.none, 60);
    const { server, account, inbox } = scripted;
    server.script = (_command, _socket, usual) =>
      usual.replaceAll(/\* OK \[UIDNEXT[^\n]*\n/g, '').replaceAll(/ UIDNEXT \d+/g, '');
    await account.syncAll();
    addMessage(inbox, scriptedMail('later'));
    expect(await account.cycle()).toMatchObject({ added: 1, removed: 0 });
    expect(scripted.here()).toBe(61);
  });

  it.each(['qresync', 'condstore', 'none'] as const)(
    'S19: %s: a list that is cut short takes nothing away, before and after the back-fill',
    async (tier) => {
      const scripted = await openScripted(tiers[tier], 300, { tuning: { policy: { fullScan: 0 } } });
      const { server, account, inbox } = scripted;
      await account.cycle();
      let pages = 0;
      const cutShort = (): void => {
        server.script = ({ name, tag }, _socket, usual) => {
          if (name === 'UID SEARCH') return `* SEARCH 1 2 3\r\n${tag} OK done\r\n`;
          return name === 'UID FETCH' && usual.includes('FLAGS')
            ? `${usual.split('* ').slice(0, 3).join('* ')}${tag} OK done\r\n`
            : undefined;
        };
      };
      for (; pages < 2; pages++) {
        const before = scripted.here();
        addMessage(inbox, scriptedMail(`more ${pages}`));
        cutShort();
        await account.cycle();
        expect(scripted.here()).toBeGreaterThanOrEqual(before);
        server.script = () => undefined;
        await account.syncAll();
      }
      expect(scripted.here()).toBe(302);
    },
  );

  it('S20: QRESYNC with another UIDVALIDITY takes nothing of what it tells for news of the old one, and keeps bodies', async () => {
    const scripted = await openScripted(tiers.qresync, 60);
    const { server, account, inbox } = scripted;
    await account.syncAll();
    const keys = inbox.messages.map((_message, index) => account.email(`INBOX ${index + 1}`));
    const body = { text: 'Text that was read', html: null, truncated: false, attachments: [] };
    storeBody(account.db, account.email('INBOX 3'), body, 1);
    inbox.uidValidity = 8;
    inbox.messages = inbox.messages.map((message) => ({ ...message, uid: message.uid + 1000 }));
    inbox.uidNext = 1061;
    server.script = ({ name, tag }, _socket, usual) =>
      name === 'SELECT' ? usual.replace(`${tag} OK`, `* VANISHED (EARLIER) 1:60\r\n${tag} OK`) : undefined;
    await account.syncAll();
    expect(scripted.here()).toBe(60);
    expect(inbox.messages.map((_message, index) => account.email(`INBOX ${index + 1}`))).toEqual(keys);
    expect(account.backend.needsBackfill).toBe(false);
    expect(getBody(account.db, account.email('INBOX 3'))).toEqual(body);
  });
});
