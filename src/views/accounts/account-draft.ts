import type { Discovered, ErrorReason } from '../../engine/api';
import type { Account, AccountSettings, JmapSettings } from '../../model/account';
import { sameOrigin } from './server-url';

/** What has been answered so far of an account to add or to change. Lives only as long as the dialogue. */
export interface AccountDraft {
  /** Address, host or session URL, as typed. */
  readonly address: string;
  readonly servers: readonly Discovered[];
  /** Why no server was found, in a person's words. */
  readonly searchProblem: string | null;
  /** The person enters the session URL instead of taking a server that was found. */
  readonly byHand: boolean;
  readonly sessionUrl: string;
  readonly auth: 'basic' | 'bearer';
  readonly username: string;
  readonly email: string;
  readonly secret: string;
  readonly name: string;
}

export type AccountStep = 'address' | 'server' | 'session-url' | 'method' | 'username' | 'secret' | 'name';

export const emptyDraft: AccountDraft = {
  address: '',
  servers: [],
  searchProblem: null,
  byHand: false,
  sessionUrl: '',
  auth: 'basic',
  username: '',
  email: '',
  secret: '',
  name: '',
};

export function draftOf(account: Account): AccountDraft {
  if (account.settings.protocol !== 'jmap') throw new Error('Only JMAP accounts can be edited here.');
  const { sessionUrl, auth, username } = account.settings;
  return { ...emptyDraft, byHand: true, sessionUrl, auth, username, email: account.email, name: account.name };
}

export function settingsOf(draft: AccountDraft): JmapSettings {
  const { sessionUrl, auth } = draft;
  return { protocol: 'jmap', sessionUrl, auth, username: auth === 'basic' ? draft.username : '' };
}

/** Takes over what a search found; a user name that the person already typed for the same server stays. */
export function withServer(draft: AccountDraft, server: Discovered): AccountDraft {
  const { sessionUrl, auth, username } = server.settings;
  const chosenBefore = draft.sessionUrl === sessionUrl;
  return {
    ...draft,
    byHand: false,
    sessionUrl,
    auth: chosenBefore ? draft.auth : auth,
    username: (chosenBefore && draft.username) || username,
    email: server.email || draft.email,
  };
}

/** The mail address to keep: what the server was found with, else whatever of the answers looks like one. */
export function emailOf(draft: AccountDraft): string {
  const candidates = [draft.email, draft.address, draft.username].map((text) => text.trim());
  return candidates.find((text) => /^[^\s@]+@[^\s@]+$/.test(text)) ?? draft.username.trim();
}

/** The step that a failed connection test sends the person to. `secret` is also where one simply tries again. */
export function stepToCorrect(reason: ErrorReason, draft: AccountDraft): AccountStep {
  switch (reason) {
    case 'host-not-found':
    case 'tls':
    case 'not-jmap':
    case 'insecure':
      return draft.byHand ? 'session-url' : 'server';
    default:
      return 'secret';
  }
}

/** A search that failed so may succeed in a moment: the person stays and presses Enter again. */
export function isWorthRepeating(reason: ErrorReason): boolean {
  return reason === 'offline' || reason === 'timeout' || reason === 'invalid' || reason === 'cancelled';
}

/**
 * Whether the kept password may go where the changed settings point: only to the server and the user it was given for.
 * Otherwise the person types it again, which is the word that it may.
 */
export function mayReuseSecret(before: AccountSettings, after: AccountSettings): boolean {
  if (before.protocol !== 'jmap' || after.protocol !== 'jmap') return false;
  return (
    sameOrigin(before.sessionUrl, after.sessionUrl) && before.auth === after.auth && before.username === after.username
  );
}
