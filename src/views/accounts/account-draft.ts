import type { Discovered } from '../../engine/api';
import type { Account, AccountSettings, MailServer } from '../../model/account';
import type { ServerCertificate } from '../../model/server-certificate';
import { isSameServer } from './mail-server';
import { sameOrigin, serverFacts } from './server-url';

/** What has been answered so far of an account to add or to change. Lives only as long as the dialogue. */
export interface AccountDraft {
  /** Address, host or session URL, as typed. */
  readonly address: string;
  readonly servers: readonly Discovered[];
  /** Why no server was found, in a person's words. */
  readonly searchProblem: string | null;
  readonly protocol: AccountSettings['protocol'];
  /** The person enters the server instead of taking one that was found. */
  readonly byHand: boolean;
  readonly sessionUrl: string;
  readonly auth: 'basic' | 'bearer';
  /** Null: not answered yet. */
  readonly imap: MailServer | null;
  /** Null: mail is only read. */
  readonly smtp: MailServer | null;
  /** The person is asked for the sending server, because none was found or the one found does not do. */
  readonly smtpByHand: boolean;
  readonly untrusted: UntrustedServer | null;
  readonly username: string;
  readonly email: string;
  readonly secret: string;
  readonly name: string;
}

/** A server whose certificate this computer does not trust: the person decides. */
export interface UntrustedServer {
  readonly use: 'imap' | 'smtp';
  readonly server: MailServer;
  readonly certificate: ServerCertificate;
}

export type AccountStep =
  | 'address'
  | 'server'
  | 'protocol'
  | 'session-url'
  | 'imap-server'
  | 'imap-security'
  | 'smtp-server'
  | 'smtp-security'
  | 'method'
  | 'username'
  | 'certificate'
  | 'secret'
  | 'name';

export const emptyDraft: AccountDraft = {
  address: '',
  servers: [],
  searchProblem: null,
  protocol: 'jmap',
  byHand: false,
  sessionUrl: '',
  auth: 'basic',
  imap: null,
  smtp: null,
  smtpByHand: false,
  untrusted: null,
  username: '',
  email: '',
  secret: '',
  name: '',
};

export function draftOf({ settings, email, name }: Account): AccountDraft {
  return { ...emptyDraft, ...answersOf(settings), byHand: true, email, name };
}

function answersOf(settings: AccountSettings): Partial<AccountDraft> {
  if (settings.protocol === 'imap') return settings;
  const { protocol, sessionUrl, auth, username } = settings;
  return { protocol, sessionUrl, auth, username };
}

/** Fails where the server was not answered yet: no step that needs settings comes before. */
export function settingsOf(draft: AccountDraft): AccountSettings {
  const { protocol, sessionUrl, auth, imap, smtp, username } = draft;
  if (protocol === 'jmap') return { protocol, sessionUrl, auth, username: auth === 'basic' ? username : '' };
  if (imap === null) throw new Error('The IMAP server is not known yet.');
  return { protocol, imap, smtp, username };
}

/** The host that the password goes to first. */
export function hostOf({ protocol, sessionUrl, imap }: AccountDraft): string {
  return protocol === 'jmap' ? serverFacts(sessionUrl).host : (imap?.host ?? '');
}

export function usesToken({ protocol, auth }: AccountDraft): boolean {
  return protocol === 'jmap' && auth === 'bearer';
}

/** What was answered, else the address, if it is one: most servers take it as the user's name. */
export function usernameGuess({ username, address }: AccountDraft): string {
  return username || (address.includes('@') && !address.includes('/') ? address : '');
}

/** Takes over what a search found; what the person already answered for the same server stays. */
export function withServer(draft: AccountDraft, { settings, email }: Discovered): AccountDraft {
  const chosenBefore = isChosen(draft, settings);
  const chosen = { ...draft, byHand: false, email: email || draft.email, protocol: settings.protocol };
  const username = (chosenBefore && draft.username) || settings.username;
  if (settings.protocol === 'jmap') {
    const { sessionUrl, auth } = settings;
    return { ...chosen, sessionUrl, auth: chosenBefore ? draft.auth : auth, username };
  }
  if (chosenBefore) return { ...chosen, username };
  const { imap, smtp } = settings;
  return { ...chosen, imap, smtp, smtpByHand: smtp === null, untrusted: null, username };
}

/** Whether this server is the one that was chosen before. */
export function isChosen(draft: AccountDraft, settings: AccountSettings): boolean {
  if (draft.protocol !== settings.protocol) return false;
  return settings.protocol === 'jmap'
    ? settings.sessionUrl === draft.sessionUrl
    : isSameServer(draft.imap, settings.imap);
}

export function withImap(draft: AccountDraft, imap: MailServer): AccountDraft {
  return isSameServer(draft.imap, imap) ? draft : { ...draft, imap, untrusted: null };
}

export function withSmtp(draft: AccountDraft, smtp: MailServer | null): AccountDraft {
  const isSame = smtp === null ? draft.smtp === null : isSameServer(draft.smtp, smtp);
  return isSame ? draft : { ...draft, smtp, untrusted: null };
}

/** The person's word that this certificate, and no other, is the server's; one that is trusted anyway needs no pin. */
export function withTrust(draft: AccountDraft, { use, server, certificate }: UntrustedServer): AccountDraft {
  const pinned = { ...server, pinnedCertificate: certificate.problem === null ? null : certificate.fingerprint };
  return { ...draft, [use]: pinned, untrusted: null };
}

/** The mail address to keep: what the server was found with, else whatever of the answers looks like one. */
export function emailOf(draft: AccountDraft): string {
  const candidates = [draft.email, draft.address, draft.username].map((text) => text.trim());
  return candidates.find(isAddress) ?? draft.username.trim();
}

/** What a changed account is called. Another user whose name is an address has that one, not the address of the old user. */
export function namesOf({ email, settings }: Account, draft: AccountDraft): { name: string; email: string } {
  const username = draft.username.trim();
  const changed = username !== settings.username && isAddress(username) ? username : email;
  return { name: draft.name === email ? changed : draft.name, email: changed };
}

const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);

/**
 * Whether the kept password may go where the changed settings point: only to the servers and the user it was given for,
 * proven as before. Otherwise the person types it again, which is the word that it may.
 */
export function mayReuseSecret(before: AccountSettings, after: AccountSettings): boolean {
  if (before.username !== after.username) return false;
  if (before.protocol === 'jmap' && after.protocol === 'jmap') {
    return sameOrigin(before.sessionUrl, after.sessionUrl) && before.auth === after.auth;
  }
  if (before.protocol !== 'imap' || after.protocol !== 'imap') return false;
  return isAsSafe(before.imap, after.imap) && (after.smtp === null || isAsSafe(before.smtp, after.smtp));
}

function isAsSafe(before: MailServer | null, after: MailServer): boolean {
  return isSameServer(before, after) && before?.pinnedCertificate === after.pinnedCertificate;
}
