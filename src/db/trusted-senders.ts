import type { MailDb } from './mail-db';

/** Whether this sender's remote images are loaded without asking. Addresses compare in lower case. */
export function isTrustedSender({ mail }: MailDb, email: string): boolean {
  return mail.get('SELECT 1 FROM trusted_senders WHERE email = ?', [email.toLowerCase()], () => true) ?? false;
}

export function trustSender({ mail }: MailDb, email: string, trusted: boolean, now: number): void {
  if (trusted) {
    mail.run('INSERT OR IGNORE INTO trusted_senders (email, trusted_at) VALUES (?, ?)', [email.toLowerCase(), now]);
  } else mail.run('DELETE FROM trusted_senders WHERE email = ?', [email.toLowerCase()]);
}
