import * as vscode from 'vscode';
import type { MailServer } from '../../model/account';
import { providerOfServer } from '../../model/mail-providers';

/** What the provider of this server wants before a program may sign in; null: nothing that is known. */
export function signInHint(server: MailServer): string | null {
  const { t } = vscode.l10n;
  const provider = providerOfServer(server);
  if (provider === undefined) return null;
  const { name, manner, help } = provider;
  const where = help === null ? '' : ` (${help})`;
  switch (manner) {
    case 'password':
      return null;
    case 'app-password':
      return t('{0} wants a password made for this app alone, not your usual one{1}.', name, where);
    case 'enable-imap':
      return t('Turn on IMAP in the settings of {0} first, or it refuses every password.', name);
    case 'oauth':
      return t('{0} takes no passwords from mail apps, only its own sign-in page, which Mailpane does not use.', name);
    case 'bridge':
      return t(
        '{0} needs its Bridge running on this computer; it shows the user name and password to use{1}.',
        name,
        where,
      );
  }
}
