/**
 * What a cycle with nothing new costs on Dovecot with 20 mailboxes: commands (the least there can be is one), octets,
 * time, and what is written to the disk. The reference is imapflow's `list` with a `statusQuery`, which tells as much.
 *
 * Then a cycle with one new mail, in an INBOX of 200 and in one of 20,000 messages: it must not matter which. And both
 * where the server tells of no changes (neither CONDSTORE nor QRESYNC), so that the flags of INBOX are looked at each time.
 */
import { ImapFlow } from 'imapflow';
import { performance } from 'node:perf_hooks';
import type { Traffic } from '../../../src/sync/backend';
import { startDovecot } from '../../servers/dovecot';
import type { DovecotCapability } from '../../servers/dovecot-config';
import { connectRawImap } from '../../servers/raw-imap';
import { deliver, seedMaildir } from '../../servers/seed';
import { users } from '../../servers/users';
import { never, prepareImapAccount, type ImapAccount } from '../../support/imap-account';
import { rounded, type Bench } from '../bench';

const sizes = [200, 20_000] as const;
const mailboxes = 20;
const cycles = 50;
const { alice } = users;

export const bench: Bench = {
  name: 'idle-cycle-imap',
  description: 'a cycle with nothing new, and one with one new mail, 20 mailboxes on Dovecot: commands and octets',
  async run({ log }) {
    const [small, large] = [await measure('qresync', sizes[0]), await measure('qresync', sizes[1])];
    log(`told of changes: ${JSON.stringify({ [sizes[0]]: small, [sizes[1]]: large })}`);
    const untold = { [sizes[0]]: await measure('neither', sizes[0]), [sizes[1]]: await measure('neither', sizes[1]) };
    log(`not told: ${JSON.stringify(untold)}`);
    const { idle, reference } = large;
    return {
      name: 'idle-cycle-imap',
      ours: idle.commands,
      reference: 1,
      ratio: idle.commands,
      unit: 'commands',
      milliseconds: idle.milliseconds,
      bytesReceived: idle.bytesReceived,
      bytesSent: idle.bytesSent,
      referenceMilliseconds: reference.milliseconds,
      referenceBytesReceived: reference.bytesReceived,
      referenceBytesSent: reference.bytesSent,
      bytesWrittenToDisk: idle.bytesWrittenToDisk,
      /** By messages in INBOX. */
      newMail: { [sizes[0]]: small.newMail, [sizes[1]]: large.newMail },
      withoutCondstore: untold,
      mailboxes,
      cycles,
    };
  },
};

interface Cost {
  readonly commands: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly bytesWrittenToDisk: number;
  readonly milliseconds: number;
}

async function measure(capability: DovecotCapability, messages: number) {
  const server = await startDovecot({ capability });
  try {
    await seedMaildir({ ...server.maildir(alice.email), count: messages });
    const login = { port: server.imapPort, user: alice.email, password: alice.password };
    const raw = await connectRawImap(login);
    const made = (await raw.command('LIST "" "*"')).filter((line) => line.startsWith('* LIST')).length;
    for (let index = made; index < mailboxes; index++) await raw.command(`CREATE "Mailbox ${index}"`);
    await raw.logout();
    const account = await prepareImapAccount(login);
    try {
      await account.backend.connect(never);
      await account.syncAll();
      await account.cycle(); // leaves the mailbox that was open
      const idle = await costOf(account, cycles, () => Promise.resolve());
      const newMail = await costOf(account, 1, async (index) => {
        const raw = `Message-ID: <new-${index}@bench.example>\r\nSubject: new mail\r\n\r\nThis is new.\r\n`;
        await deliver({ lmtpPort: server.lmtpPort, user: alice.email, raw });
      });
      return { idle, newMail, reference: await statusRound(login.port) };
    } finally {
      account.close();
    }
  } finally {
    await server.stop();
  }
}

/** Of one cycle, the mean. `before` each, something may happen on the server. */
async function costOf(account: ImapAccount, times: number, before: (index: number) => Promise<void>): Promise<Cost> {
  const { backend, db } = account;
  const started: Traffic = { ...backend.traffic };
  const written = db.mail.stats.bytesWritten;
  const milliseconds: number[] = [];
  for (let index = 0; index < times; index++) {
    await before(index);
    const start = performance.now();
    await account.cycle();
    milliseconds.push(performance.now() - start);
  }
  const { requests, bytesReceived, bytesSent } = backend.traffic;
  return {
    commands: (requests - started.requests) / times,
    bytesReceived: Math.round((bytesReceived - started.bytesReceived) / times),
    bytesSent: Math.round((bytesSent - started.bytesSent) / times),
    bytesWrittenToDisk: (db.mail.stats.bytesWritten - written) / times,
    milliseconds: rounded(milliseconds.reduce((sum, time) => sum + time, 0) / times, 1),
  };
}

/** imapflow's own way to ask the same. */
async function statusRound(port: number): Promise<Pick<Cost, 'bytesReceived' | 'bytesSent' | 'milliseconds'>> {
  const server = { host: '127.0.0.1', port, secure: false, doSTARTTLS: false, disableCompression: true } as const;
  const client = new ImapFlow({ ...server, auth: { user: alice.email, pass: alice.password }, logger: false });
  await client.connect();
  try {
    const statusQuery = { messages: true, unseen: true, uidNext: true, uidValidity: true, highestModseq: true };
    await client.list({ statusQuery });
    const before = client.stats();
    const start = performance.now();
    for (let cycle = 0; cycle < cycles; cycle++) {
      const found = await client.list({ statusQuery });
      if (found.length !== mailboxes) throw new Error(`${found.length} mailboxes`);
    }
    const milliseconds = rounded((performance.now() - start) / cycles, 1);
    const after = client.stats();
    return {
      bytesReceived: Math.round((after.received - before.received) / cycles),
      bytesSent: Math.round((after.sent - before.sent) / cycles),
      milliseconds,
    };
  } finally {
    client.close();
  }
}
