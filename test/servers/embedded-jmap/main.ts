/* Starts the server alone: `npx tsx test/servers/embedded-jmap/main.ts --port 0 [--demo]`. Ends with its process. */
import { parseArgs } from 'node:util';

import { demoMail } from '../../../demo/mail/demo-mail';
import { DEMO_USER, seedDemo } from '../../../demo/mail/seed-demo';
import { startEmbeddedJmap } from './embedded-jmap';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, demo: { type: 'boolean', default: false } },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is not a port`);

async function main(): Promise<void> {
  const server = await startEmbeddedJmap({ port, ...(values.demo ? { users: [DEMO_USER] } : {}) });
  if (values.demo) seedDemo(server.account(DEMO_USER.name), demoMail());
  const [user] = server.users;
  process.stdout.write(`${JSON.stringify({ url: server.url, user: user?.name, password: user?.password })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void server.stop().then(() => process.exit(0));
    });
  }
}

void main();
