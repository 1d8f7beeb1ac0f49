import type { FuzzServer } from './fuzz-server';
import { cyrusServer, embeddedServer } from './jmap-server';

/** A protocol's servers by name: IMAP's have their rows here. */
const servers: Readonly<Record<string, () => FuzzServer | Promise<FuzzServer>>> = {
  'jmap embedded': embeddedServer,
  'jmap cyrus': cyrusServer,
};

export async function openFuzzServer(protocol: string, server: string): Promise<FuzzServer> {
  const open = servers[`${protocol} ${server}`];
  if (open === undefined) throw new Error(`“${protocol} ${server}” is none of: ${Object.keys(servers).join(', ')}`);
  return await open();
}
