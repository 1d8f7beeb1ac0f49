import type { FuzzServer } from './fuzz-server';
import { imapCyrus, imapDovecot } from './imap-server';
import { cyrusServer, embeddedServer } from './jmap-server';

/** By protocol and name. */
const servers: Readonly<Record<string, () => FuzzServer | Promise<FuzzServer>>> = {
  'jmap embedded': embeddedServer,
  'jmap cyrus': cyrusServer,
  'imap dovecot': imapDovecot,
  'imap cyrus': imapCyrus,
};

export async function openFuzzServer(protocol: string, server: string): Promise<FuzzServer> {
  const open = servers[`${protocol} ${server}`];
  if (open === undefined) throw new Error(`“${protocol} ${server}” is none of: ${Object.keys(servers).join(', ')}`);
  return await open();
}
