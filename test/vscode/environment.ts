/**
 * What the suites in the extension host talk to: an embedded JMAP server in the runner's process, and a door by which they
 * make it misbehave (`control.ts` is their side of it).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from 'valibot';
import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';

export const weatherSchema = v.object({
  user: v.string(),
  /**
   * - `fine`: answers.
   * - `slow`: takes three seconds to answer.
   * - `unreachable`: cuts every connection.
   * - `wrong-password`: refuses the sign-in.
   */
  weather: v.picklist(['fine', 'slow', 'unreachable', 'wrong-password']),
});
export type Weather = v.InferOutput<typeof weatherSchema>['weather'];

const faults = {
  slow: { kind: 'delay', ms: 3000 },
  unreachable: { kind: 'reset' },
  'wrong-password': { kind: 'status', status: 401 },
} as const;

/** Each suite has a user of its own, so that none finds another's changes. */
const userNames = ['adder', 'actor', 'offliner', 'leaver', 'reader'] as const;

export async function setUp(): Promise<{ env: Record<string, string>; tearDown: () => Promise<void> }> {
  const users = userNames.map((name) => ({ name: `${name}@example.test`, password: `secret-${name}` }));
  const jmap = await startEmbeddedJmap({ users });
  for (const name of userNames) seed(jmap, name);
  const control = await startControl(jmap);
  return {
    env: { MAILPANE_TEST_JMAP: jmap.url, MAILPANE_TEST_CONTROL: control.url },
    tearDown: async () => {
      control.stop();
      await jmap.stop();
    },
  };
}

/** Ten unread messages, the newest is number 9. */
function seed(jmap: EmbeddedJmap, user: string): void {
  const account = jmap.account(user);
  const newest = Date.now() - 3_600_000;
  account.deliverAll(
    Array.from({ length: 10 }, (_, n) => ({
      receivedAt: new Date(newest - (9 - n) * 60_000),
      raw: [
        'From: Ada Writer <ada@example.org>',
        `To: ${user}@example.test`,
        `Subject: Letter ${n}`,
        `Message-ID: <letter-${n}@${user}.example>`,
        `Date: ${new Date(newest).toUTCString().replace('GMT', '+0000')}`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        '',
        `This is letter ${n}.`,
        '',
      ].join('\r\n'),
    })),
  );
}

async function startControl(jmap: EmbeddedJmap): Promise<{ url: string; stop: () => void }> {
  const end = new Map<string, () => void>();
  const change = ({ user, weather }: v.InferOutput<typeof weatherSchema>): void => {
    end.get(user)?.();
    end.delete(user);
    if (weather === 'fine') return;
    end.set(user, jmap.faults.always({ ...faults[weather], user }));
    jmap.push.drop(user);
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    request.on('end', () => {
      const order = v.safeParse(v.pipe(v.string(), v.parseJson(), weatherSchema), text);
      if (order.success) change(order.output);
      response.writeHead(order.success ? 204 : 400).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
