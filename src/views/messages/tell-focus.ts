import type { MailboxId } from '../../model/ids';
import type { MailClient } from '../../engine/client';
import type { Disposable } from '../disposable';

/**
 * Tells the engine what is on screen, which is synced first (S24), and each next engine again: it knows nothing of what
 * the one before it was told. Nobody waits for it.
 */
export function createFocusTeller(
  client: MailClient,
  onProblem: (error: unknown) => void,
): Disposable & { show(mailboxId: MailboxId | null): void } {
  let shown: MailboxId | null = null;
  const tell = (): void => {
    if (client.state.state === 'ready') client.request('sync/focus', { mailboxId: shown }).catch(onProblem);
  };
  const subscription = client.onState(() => {
    if (shown !== null) tell();
  });
  return {
    show(mailboxId) {
      shown = mailboxId;
      tell();
    },
    dispose: () => subscription.dispose(),
  };
}
