/**
 * The same 10,000 messages of one Dovecot, taken in by Mailpane (rows, attachments, previews), by mbsync (the mails whole,
 * to a Maildir, without waiting for the disk) and by NeoMutt (headers, to its header cache), in turns, each from nothing.
 * They do not do the same work: it is what a person waits for before a mailbox is there. A peer that is not installed is
 * left out: `apt-get install isync neomutt`.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { startDovecot } from '../../servers/dovecot';
import { seedMaildir } from '../../servers/seed';
import { users } from '../../servers/users';
import { median, rounded, type Bench } from '../bench';
import { firstImapSync, type ImapSync } from '../first-imap-sync';

const messages = Number(process.env.BENCH_MESSAGES ?? 10_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const { alice } = users;
const run = promisify(execFile);

export const bench: Bench = {
  name: 'peer-first-sync-imap',
  description: 'the same 10,000 messages of Dovecot taken in by Mailpane, by mbsync (whole) and by NeoMutt (headers)',
  async run({ log }) {
    const peers = { mbsync: await isInstalled('mbsync', log), neomutt: await isInstalled('neomutt', log) };
    const server = await startDovecot();
    try {
      await seedMaildir({ ...server.maildir(alice.email), count: messages });
      const { imapPort: port } = server;
      await firstImapSync(port, alice, messages); // the server's caches are warm for all
      const ours: ImapSync[] = [];
      const mbsync: number[] = [];
      const neomutt: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await firstImapSync(port, alice, messages));
        if (peers.mbsync) mbsync.push(await timed((folder) => runMbsync(port, folder)));
        if (peers.neomutt) neomutt.push(await timed((folder) => runNeomutt(port, folder)));
        const [a, b, c] = [ours.at(-1)?.seconds, mbsync.at(-1), neomutt.at(-1)].map((s) => rounded(s ?? NaN, 2));
        log(`Mailpane ${a} s, mbsync ${b} s, NeoMutt ${c} s`);
      }
      const seconds = median(ours.map((sync) => sync.seconds));
      const rowsSeconds = median(ours.map((sync) => sync.rowsSeconds));
      const to = (peer: readonly number[], of = seconds): number | null =>
        peer.length === 0 ? null : rounded(of / median(peer), 2);
      return {
        name: 'peer-first-sync-imap',
        ours: rounded(seconds),
        /** mbsync */
        reference: peers.mbsync ? rounded(median(mbsync)) : null,
        ratio: to(mbsync),
        unit: 's (median)',
        first50Seconds: rounded(median(ours.map((sync) => sync.first50Seconds))),
        rowsSeconds: rounded(rowsSeconds),
        neomuttSeconds: peers.neomutt ? rounded(median(neomutt)) : null,
        ratioNeomutt: to(neomutt),
        /** Rows alone are about what NeoMutt keeps. */
        ratioNeomuttRows: to(neomutt, rowsSeconds),
        messages,
        rounds,
      };
    } finally {
      await server.stop();
    }
  },
};

async function isInstalled(program: string, log: (line: string) => void): Promise<boolean> {
  try {
    await run(program, ['-v']);
    return true;
  } catch {
    log(`${program} is not installed, so it is left out (Debian: apt-get install isync neomutt)`);
    return false;
  }
}

/** Seconds, with a folder that is empty before and gone after. */
async function timed(work: (folder: string) => Promise<void>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mailpane-peer-'));
  try {
    const start = performance.now();
    await work(folder);
    return (performance.now() - start) / 1000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runMbsync(port: number, folder: string): Promise<void> {
  const configuration = join(folder, 'mbsyncrc');
  writeFileSync(
    configuration,
    `FSync no

IMAPAccount bench
Host 127.0.0.1
Port ${port}
User ${alice.email}
Pass ${alice.password}
SSLType None
AuthMechs LOGIN

IMAPStore server
Account bench

MaildirStore here
Path ${folder}/
Inbox ${folder}/INBOX

Channel all
Far :server:
Near :here:
Create Near
Sync Pull
SyncState *
`,
  );
  await run('mbsync', ['-c', configuration, '-q', 'all']);
  const stored = ['cur', 'new'].flatMap((name) => readdirSync(join(folder, 'INBOX', name))).length;
  if (stored !== messages) throw new Error(`mbsync stored ${stored} messages`);
}

/** It wants a terminal: script(1) gives it one. It quits as soon as the mailbox is there. */
async function runNeomutt(port: number, folder: string): Promise<void> {
  const configuration = join(folder, 'neomuttrc');
  mkdirSync(join(folder, 'cache'));
  writeFileSync(
    configuration,
    `set imap_user="${alice.email}"
set imap_pass="${alice.password}"
set ssl_starttls=no
set ssl_force_tls=no
set header_cache="${folder}/cache/"
set folder="imap://127.0.0.1:${port}/"
set spoolfile="imap://127.0.0.1:${port}/INBOX"
set mark_old=no
set quit=yes
push q
`,
  );
  const env = { ...process.env, TERM: 'xterm', LC_ALL: 'C', HOME: folder };
  const running = run('script', ['-qec', `neomutt -n -F ${configuration}`, '/dev/null'], { env });
  running.child.stdin?.end();
  const { stdout } = await running;
  if (!stdout.includes(`Msgs:${messages}`)) throw new Error(`NeoMutt did not read all: ${stdout.slice(-500)}`);
}
