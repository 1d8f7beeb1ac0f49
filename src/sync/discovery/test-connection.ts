import type { AccountSettings } from '../../model/account';
import { testImap } from './test-imap';
import { testJmap } from './test-jmap';

export interface ConnectionTest {
  /** The account's name as the server has it. */
  readonly accountName: string;
  readonly mailboxes: number;
}

/**
 * Signs in where the mail is and reads the mailboxes once, keeping nothing. Fails with a SyncError in a person's words.
 * Sending is another server: see `testSending`.
 */
export async function testConnection(
  settings: AccountSettings,
  secret: string,
  signal: AbortSignal,
): Promise<ConnectionTest> {
  return settings.protocol === 'jmap'
    ? await testJmap(settings, secret, signal)
    : await testImap(settings, secret, signal);
}
