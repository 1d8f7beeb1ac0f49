import type * as vscode from 'vscode';
import type { AccountId } from '../model/ids';
import type { ViewContext } from './view-context';

const prefix = 'mailpane.account.';

/** Passwords and tokens live in VS Code's SecretStorage under the account's id, and nowhere else. */
export interface AccountSecrets {
  get(id: AccountId): Promise<string | null>;
  store(id: AccountId, secret: string): Promise<void>;
  delete(id: AccountId): Promise<void>;
}

export function accountSecrets(storage: vscode.SecretStorage): AccountSecrets {
  return {
    get: async (id) => (await storage.get(prefix + id)) ?? null,
    store: async (id, secret) => storage.store(prefix + id, secret),
    delete: async (id) => storage.delete(prefix + id),
  };
}

/** The account whose secret stands under this key; null for another secret of the extension. */
export function accountOfKey(key: string): AccountId | null {
  return key.startsWith(prefix) && key.length > prefix.length ? (key.slice(prefix.length) as AccountId) : null;
}

/**
 * Hands the engine an account's secret when it asks, and again when the secret changes, here or in another window.
 * One at a time: an older secret never arrives after a newer one.
 */
export function provideSecrets({ client, extension, log }: ViewContext): { dispose(): void } {
  const secrets = accountSecrets(extension.secrets);
  let queue = Promise.resolve();
  const provide = (accountId: AccountId) => {
    queue = queue.then(async () => {
      try {
        await client.request('accounts/authenticate', { accountId, secret: await secrets.get(accountId) });
      } catch (error) {
        // An account that is being removed loses its secret last, and is then unknown to the engine.
        log.debug(`Account ${accountId} was not authenticated: ${error instanceof Error ? error.message : 'failed'}`);
      }
    });
  };
  const listeners = [
    client.onCredentialsNeeded(({ accountId }) => provide(accountId)),
    extension.secrets.onDidChange(({ key }) => {
      const accountId = accountOfKey(key);
      if (accountId !== null) provide(accountId);
    }),
  ];
  return { dispose: () => listeners.forEach((listener) => listener.dispose()) };
}
