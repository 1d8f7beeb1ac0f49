import type { ImapSettings } from '../../model/account';
import { textsOf, type ImapNode, type ImapResponse } from '../imap/attributes';
import { connectImap } from '../imap/connect';
import type { ConnectionTest } from './test-connection';

export async function testImap(settings: ImapSettings, secret: string, signal: AbortSignal): Promise<ConnectionTest> {
  const traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 };
  const connection = await connectImap({ settings, secret, traffic, signal });
  try {
    let mailboxes = 0;
    const listed = { LIST: ({ attributes }: ImapResponse) => void (mailboxes += holdsMail(attributes?.[0]) ? 1 : 0) };
    await connection.command('LIST', ['', '*'], listed, signal);
    return { accountName: settings.username, mailboxes };
  } finally {
    connection.close();
  }
}

/** Names that only group others hold no mail (RFC 9051 §7.3.1). */
function holdsMail(attributes: ImapNode | undefined): boolean {
  return !textsOf(attributes).some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute));
}
