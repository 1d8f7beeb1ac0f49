import type { ErrorReason } from '../../engine/api';
import type { AccountDraft, AccountStep } from './account-draft';

/** The step that a failed sign-in sends the person to. `secret` is also where one simply tries again. */
export function stepToCorrect(reason: ErrorReason, draft: AccountDraft): AccountStep {
  switch (reason) {
    case 'host-not-found':
    case 'tls':
    case 'not-jmap':
    case 'not-imap':
    case 'insecure':
      if (!draft.byHand) return 'server';
      return draft.protocol === 'jmap' ? 'session-url' : 'imap-server';
    default:
      return 'secret';
  }
}

/** A search that failed so may succeed in a moment: the person stays and presses Enter again. */
export function isWorthRepeating(reason: ErrorReason): boolean {
  return reason === 'offline' || reason === 'timeout' || reason === 'invalid' || reason === 'cancelled';
}
