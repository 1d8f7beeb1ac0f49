// Starts one mail server by hand and keeps it until Ctrl-C: npx tsx test/servers/start.ts cyrus|dovecot [--seed 10000]
import { parseArgs } from 'node:util';
import { startCyrus, type CyrusServer } from './cyrus';
import { startDovecot, type DovecotServer } from './dovecot';
import { seedMaildir } from './seed';
import { startSeededCyrus } from './seeded-cyrus';
import { users } from './users';

const usage =
  'usage: npx tsx test/servers/start.ts cyrus [--seed COUNT]\n' +
  '       npx tsx test/servers/start.ts dovecot [--seed COUNT] [--capability qresync|condstore|neither]';

async function start(): Promise<CyrusServer | DovecotServer> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '0' }, capability: { type: 'string' } },
  });
  const [kind] = positionals;
  const count = Number(values.seed);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`--seed takes a number of messages\n${usage}`);
  if (kind === 'cyrus') return count > 0 ? startSeededCyrus({ count }) : startCyrus();
  if (kind !== 'dovecot') throw new Error(usage);
  const { capability = 'qresync' } = values;
  if (capability !== 'qresync' && capability !== 'condstore' && capability !== 'neither') throw new Error(usage);
  const server = await startDovecot({ capability });
  if (count > 0) await seedMaildir({ ...server.maildir(users.alice.email), count });
  return server;
}

async function main(): Promise<void> {
  const server = await start();
  const lines = [
    ...('jmapUrl' in server ? [`JMAP   ${server.jmapUrl}`, `       ${server.jmapsUrl} (self-signed)`] : []),
    `IMAP   127.0.0.1:${server.imapPort} (STARTTLS or plain), 127.0.0.1:${server.imapsPort} (TLS, self-signed)`,
    `SMTP   127.0.0.1:${server.smtpPort} (STARTTLS or plain)`,
    `LMTP   127.0.0.1:${server.lmtpPort}`,
    ...Object.values(users).map(({ email, password }) => `User   ${email}  ${password}`),
    'Ctrl-C stops it and removes its mail.',
  ];
  console.log(lines.join('\n'));
  const keepAlive = setInterval(() => undefined, 60_000);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      clearInterval(keepAlive);
      void server.stop();
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
