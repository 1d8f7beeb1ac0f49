import type { AccountSettings } from '../model/account';
import type { Backend, BackendOptions } from './backend';
import { createImapBackend } from './imap/backend';
import { createJmapBackend } from './jmap/backend';

const protocols: Record<AccountSettings['protocol'], (options: BackendOptions) => Backend> = {
  jmap: createJmapBackend,
  imap: createImapBackend,
};

/** The one place that asks which protocol an account speaks (S5). */
export function createBackend(options: BackendOptions): Backend {
  return protocols[options.account.settings.protocol](options);
}
