import type { ImapTuning } from '../../src/sync/imap/backend';
import { startImapRefusals } from '../servers/imap-refusals';
import { connectRawImap } from '../servers/raw-imap';
import { openImapAccount } from '../support/imap-account';
import type { World } from './world';

interface Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tuning: ImapTuning;
}

const roles = { archive: 'Archive', junk: 'Junk', trash: 'Trash', inbox: 'Inbox' } as const;
const systemFlags = ['$seen', '$answered', '$flagged', '$draft'];
const flagOf = (keyword: string): string => (systemFlags.includes(keyword) ? `\\${keyword.slice(1)}` : keyword);
const keywordOf = (flag: string): string => flag.toLowerCase().replace(/^\\/, '$');

export async function imapWorld({ port, user, password, tuning }: Login): Promise<World> {
  const network = await startImapRefusals(port);
  const raw = await connectRawImap({ port, user, password });
  for (const name of Object.values(roles)) await raw.command(`CREATE "${name}"`).catch(() => []);
  const account = await openImapAccount({ port: network.port, user, password, tuning });

  const close = (): Promise<string[]> => raw.command('UNSELECT');
  const uidOf = async (mailbox: string, subject: string): Promise<number> => {
    await raw.command(`SELECT "${mailbox}"`);
    const [found = ''] = await raw.command(`UID SEARCH HEADER SUBJECT "${subject}"`);
    const uid = Number(/SEARCH (\d+)/.exec(found)?.[1]);
    if (uid > 0) return uid;
    await close();
    throw new Error(`no message ${subject} in ${mailbox}`);
  };
  const mailboxes = async (): Promise<string[]> =>
    (await raw.command('LIST "" "*"')).flatMap((line) =>
      /\\no(select|nexistent)/i.test(line) ? [] : (/(?:"([^"]+)"|(\S+))$/.exec(line)?.slice(1).find(Boolean) ?? []),
    );

  const expunge = async (mailbox: string, subject: string): Promise<void> => {
    const uid = await uidOf(mailbox, subject);
    await raw.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
    await raw.command(`UID EXPUNGE ${uid}`);
    await close();
  };

  const world: World = {
    account,
    protocol: 'imap',
    roleName: (role) => roles[role],
    async makeMailbox(name) {
      await raw.command(`CREATE "${name}"`);
    },
    async renameMailbox(name, newName) {
      await raw.command(`RENAME "${name}" "${newName}"`);
    },
    async dropMailbox(name) {
      if ((await mailboxes()).includes(name)) await raw.command(`DELETE "${name}"`);
    },
    async renumber(name) {
      const validity = async (): Promise<string | undefined> =>
        (await raw.command(`SELECT "${name}"`)).flatMap((line) => /UIDVALIDITY (\d+)/.exec(line)?.[1] ?? [])[0];
      const before = await validity();
      await raw.command(`CREATE "Aside"`);
      await raw.command(`SELECT "${name}"`);
      await raw.command('UID MOVE 1:* "Aside"');
      await close();
      await raw.command(`DELETE "${name}"`);
      await raw.command(`CREATE "${name}"`);
      await raw.command('SELECT "Aside"');
      await raw.command(`UID MOVE 1:* "${name}"`);
      await close();
      await raw.command('DELETE "Aside"');
      if ((await validity()) === before) throw new Error(`${name} kept its numbers`);
      await close();
    },
    async deliver(mailbox, subject, keywords) {
      const id = subject.replaceAll(/\W/g, '-');
      const text = [`Message-ID: <${id}@conflicts.example>`, 'From: Bob <bob@example.test>', `Subject: ${subject}`];
      const data = Buffer.from([...text, 'Date: Mon, 02 Nov 2026 10:00:00 +0000', '', 'Hello.', ''].join('\r\n'));
      await raw.send([`APPEND "${mailbox}" (${keywords.map(flagOf).join(' ')}) {${data.length}+}\r\n`, data]);
    },
    async flag(mailbox, subject, keyword, on) {
      const uid = await uidOf(mailbox, subject);
      await raw.command(`UID STORE ${uid} ${on ? '+' : '-'}FLAGS (${flagOf(keyword)})`);
      await close();
    },
    async move(subject, from, to) {
      await raw.command(`UID MOVE ${await uidOf(from, subject)} "${to}"`);
      await close();
    },
    async copy(subject, from, to) {
      await raw.command(`UID COPY ${await uidOf(from, subject)} "${to}"`);
      await close();
    },
    leave: expunge,
    async destroy(mailboxes, subject) {
      for (const mailbox of mailboxes) await expunge(mailbox, subject);
    },
    trouble(kind) {
      if (kind === 'offline') network.setOnline(false);
      else if (kind === 'signed out') {
        network.setOnline(false); // the connection that is signed in has to go
        network.setOnline(true);
        network.refuse(/^(LOGIN|AUTHENTICATE)/i, 'NO [AUTHENTICATIONFAILED] Authentication failed.');
      } else if (kind === 'forbidden') {
        network.refuse(/^UID (STORE|COPY|MOVE|EXPUNGE)/i, 'NO [NOPERM] Permission denied');
      } else network.refuse(/^UID (COPY|MOVE)/i, 'NO [OVERQUOTA] Quota exceeded (mailbox for user is full)');
      return Promise.resolve();
    },
    heal() {
      network.heal();
      return Promise.resolve();
    },
    async truth(subjects) {
      const found = new Map<string, Set<string>>();
      for (const name of await mailboxes()) {
        const opened = await raw.command(`EXAMINE "${name}"`);
        if (opened.some((line) => line.startsWith('* 0 EXISTS'))) continue;
        for (const line of await raw.command('FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')) {
          const subject = /Subject: (.*)\r\n/.exec(line)?.[1] ?? '';
          if (!subjects.includes(subject)) continue;
          const names = found.get(subject) ?? new Set();
          const at = `in ${/^inbox$/i.test(name) ? roles.inbox : name}`;
          found.set(subject, names.add(names.has(at) ? `${at} once more` : at));
          const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1]?.split(' ') ?? [];
          for (const flag of flags) if (flag !== '' && !/^\\recent$/i.test(flag)) names.add(keywordOf(flag));
        }
      }
      await close();
      return found;
    },
    async stop() {
      account.close();
      await raw.logout();
      await network.stop();
    },
  };
  return world;
}
