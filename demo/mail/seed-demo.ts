import type { AccountControl } from '../../test/servers/embedded-jmap/account-control';
import type { UserOptions } from '../../test/servers/embedded-jmap/embedded-jmap';
import { newMailNow } from './arrivals';
import type { DemoMail } from './demo-mail';
import { me } from './people';

export const DEMO_USER: UserOptions = { name: me.email, password: 'demo', displayName: me.name };

/** Fills an empty account with the mail of the demo. */
export function seedDemo(account: AccountControl, { mailboxes, messages }: DemoMail): void {
  for (const path of mailboxes) account.createMailbox(path);
  account.deliverAll(messages);
  // What a client finds is how it is, not something that changed.
  account.forgetChanges();
}

/** Delivers arrival number `n` (from 0). Returns the message's id. */
export function deliverArrival(account: AccountControl, n: number): string {
  const { raw, ...delivery } = newMailNow(n);
  return account.deliver(raw, delivery);
}
