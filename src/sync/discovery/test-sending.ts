import type { MailServer } from '../../model/account';
import { connectSmtp } from '../submission/connect-smtp';

/** Signs in where mail is sent, without sending any. Fails with a SyncError in a person's words. */
export async function testSending(
  server: MailServer,
  username: string,
  secret: string,
  signal: AbortSignal,
): Promise<void> {
  const connection = await connectSmtp({ server, username, secret, signal });
  connection.quit();
}
