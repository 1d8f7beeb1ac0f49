/**
 * A client that acts without end until it is killed, and says on stdout what was acknowledged, a line of JSON each.
 * Arguments: folder, settings as JSON, password, seed, tuning as JSON.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountSettings } from '../../src/model/account';
import type { ImapTuning } from '../../src/sync/imap/backend';
import { random } from '../servers/generator/random';
import { FuzzClient, type Acted } from './client';

const [folder = '', settings = '', password = '', seed = '', tuning = '{}'] = process.argv.slice(2);

/** Synchronous: what arrives was committed before, and nothing waits in a buffer when the kill comes. */
function acknowledge(acted: Acted): void {
  writeSync(1, `${JSON.stringify(acted)}\n`);
}

async function actForever(): Promise<never> {
  const client = new FuzzClient(
    folder,
    JSON.parse(settings) as AccountSettings,
    password,
    JSON.parse(tuning) as ImapTuning,
  );
  acknowledge(await client.open());
  const draws = random(Number(seed), 4);
  for (;;) {
    await sleep(draws.integer(0, 6));
    const { messages, mailboxes } = client.shown();
    if (messages.length === 0 || mailboxes.length === 0) continue;
    const { emailId, mailboxId } = draws.pick(messages);
    const target = [{ emailId, mailboxId }];
    const on = draws.chance(0.5);
    if (draws.chance(0.6))
      acknowledge(client.act({ type: 'keyword', keyword: draws.pick(['$seen', 'work']), on }, target));
    else acknowledge(client.act({ type: 'move', to: draws.pick(mailboxes).id }, target));
  }
}

void actForever();
