import { describe, expect, it } from 'vitest';
import type { Discovered } from '../../../../src/engine/api';
import type { ImapSettings, JmapSettings, MailServer } from '../../../../src/model/account';
import type { AccountId } from '../../../../src/model/ids';
import type { ServerCertificate } from '../../../../src/model/server-certificate';
import {
  draftOf,
  emailOf,
  emptyDraft,
  mayReuseSecret,
  namesOf,
  settingsOf,
  withImap,
  withServer,
  withSmtp,
  withTrust,
} from '../../../../src/views/accounts/account-draft';
import { isWorthRepeating, stepToCorrect } from '../../../../src/views/accounts/step-to-correct';

const settings: JmapSettings = {
  protocol: 'jmap',
  sessionUrl: 'https://jmap.example.org/session',
  auth: 'basic',
  username: 'ada@example.org',
};
const imap: MailServer = { host: 'imap.example.org', port: 993, security: 'tls', pinnedCertificate: null };
const smtp: MailServer = { host: 'smtp.example.org', port: 465, security: 'tls', pinnedCertificate: null };
const imapSettings: ImapSettings = { protocol: 'imap', imap, smtp, username: 'ada@example.org' };
const certificate: ServerCertificate = {
  fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
  subject: 'example.org',
  issuer: 'example.org',
  validFrom: 0,
  validTo: 1,
  problem: 'self-signed',
};
const discovered: Discovered = { settings, email: 'ada@example.org', found: 'by .well-known' };

describe('an account draft', () => {
  it('takes over what was found', () => {
    const draft = withServer({ ...emptyDraft, address: 'ada@example.org' }, discovered);
    expect(settingsOf(draft)).toEqual(settings);
    expect(emailOf(draft)).toBe('ada@example.org');
  });

  it('keeps a user name that was typed for the same server, and drops it for another', () => {
    const typed = { ...withServer(emptyDraft, discovered), username: 'ada' };
    expect(withServer(typed, discovered).username).toBe('ada');
    const other = { ...discovered, settings: { ...settings, sessionUrl: 'https://other.example.org/' } };
    expect(withServer(typed, other).username).toBe('ada@example.org');
  });

  it('keeps no user name beside a token', () => {
    expect(settingsOf({ ...withServer(emptyDraft, discovered), auth: 'bearer' }).username).toBe('');
  });

  it('finds the address in what was answered', () => {
    expect(emailOf({ ...emptyDraft, address: 'https://x.org', username: 'ada@example.org' })).toBe('ada@example.org');
    expect(emailOf({ ...emptyDraft, address: 'jmap.example.org', username: 'ada' })).toBe('ada');
  });

  it('starts from an account without any secret', () => {
    const draft = draftOf({ id: 'a' as AccountId, name: 'Work', email: 'ada@example.org', settings });
    expect(draft).toMatchObject({ name: 'Work', username: 'ada@example.org', secret: '' });
    expect(settingsOf(draft)).toEqual(settings);
  });
});

describe('a draft of an IMAP account', () => {
  const found: Discovered = { settings: imapSettings, email: 'ada@example.org', found: 'by SRV' };
  const draft = withServer({ ...emptyDraft, address: 'ada@example.org' }, found);
  const untrusted = { use: 'imap', server: imap, certificate } as const;

  it('takes over what was found, and starts again from what is kept', () => {
    expect(settingsOf(draft)).toEqual(imapSettings);
    expect(draft.smtpByHand).toBe(false);
    const account = { id: 'a' as AccountId, name: 'Work', email: 'ada@example.org', settings: imapSettings };
    expect(settingsOf(draftOf(account))).toEqual(imapSettings);
    expect(draftOf(account).secret).toBe('');
  });

  it('asks for the sending server where none was found', () => {
    const reading: Discovered = { ...found, settings: { ...imapSettings, smtp: null } };
    expect(withServer(emptyDraft, reading)).toMatchObject({ smtp: null, smtpByHand: true });
  });

  it('changes between protocols without losing either answer', () => {
    const other = withServer(draft, discovered);
    expect(settingsOf(other)).toEqual(settings);
    expect(settingsOf(withServer(other, found))).toEqual(imapSettings);
  });

  it('pins a certificate only by the word of the person, and forgets it with the server', () => {
    expect(draft.imap?.pinnedCertificate).toBeNull();
    const trusting = withTrust({ ...draft, untrusted }, untrusted);
    expect(trusting).toMatchObject({ imap: { ...imap, pinnedCertificate: certificate.fingerprint }, untrusted: null });
    expect(trusting.smtp?.pinnedCertificate).toBeNull();
    expect(withImap(trusting, { ...imap, host: 'other.example.org' }).imap?.pinnedCertificate).toBeNull();
    expect(withServer(trusting, found).imap?.pinnedCertificate).toBe(certificate.fingerprint);
  });

  it('needs no pin for a certificate that is trusted by now', () => {
    const pinned = withTrust({ ...draft, untrusted }, untrusted);
    const renewed = { use: 'imap', server: imap, certificate: { ...certificate, problem: null } } as const;
    expect(withTrust(pinned, renewed).imap?.pinnedCertificate).toBeNull();
  });

  it('forgets what was asked about a server that is no longer meant', () => {
    const asking = { ...draft, untrusted: { use: 'smtp', server: smtp, certificate } as const };
    expect(withSmtp(asking, smtp).untrusted).not.toBeNull();
    expect(withSmtp(asking, null).untrusted).toBeNull();
    expect(withImap(asking, { ...imap, port: 143, security: 'starttls' }).untrusted).toBeNull();
  });

  it('makes no settings before the server is known', () => {
    expect(() => settingsOf({ ...emptyDraft, protocol: 'imap' })).toThrow('not known');
  });
});

describe('namesOf', () => {
  const account = { id: 'a' as AccountId, name: 'ada@example.org', email: 'ada@example.org', settings: imapSettings };
  const namesWith = (change: Partial<ReturnType<typeof draftOf>>, name = account.name) =>
    namesOf({ ...account, name }, { ...draftOf({ ...account, name }), ...change });

  it('gives an account the address of its new user, and calls it so where it was called by the old one', () => {
    const bob = { name: 'bob@example.org', email: 'bob@example.org' };
    expect(namesWith({ username: 'bob@example.org' })).toEqual(bob);
    expect(namesWith({ username: 'bob@example.org' }, 'Work')).toEqual({ ...bob, name: 'Work' });
  });

  it('leaves both where the new name is no address, or the user stays', () => {
    expect(namesWith({ username: 'bob' })).toEqual({ name: 'ada@example.org', email: 'ada@example.org' });
    expect(namesWith({ name: 'Home' })).toEqual({ name: 'Home', email: 'ada@example.org' });
    const alias = { ...account, email: 'countess@example.org' };
    expect(namesOf(alias, draftOf(alias))).toEqual({ name: 'ada@example.org', email: 'countess@example.org' });
  });
});

describe('stepToCorrect', () => {
  it('sends a wrong password to the password', () => expect(stepToCorrect('auth', emptyDraft)).toBe('secret'));

  it.each(['host-not-found', 'tls', 'not-jmap', 'insecure'] as const)(
    'sends %s to where the server was named',
    (reason) => {
      expect(stepToCorrect(reason, emptyDraft)).toBe('server');
      expect(stepToCorrect(reason, { ...emptyDraft, byHand: true })).toBe('session-url');
    },
  );

  it.each(['host-not-found', 'tls', 'not-imap', 'insecure'] as const)('sends %s of IMAP to its server', (reason) => {
    const draft = { ...emptyDraft, protocol: 'imap', imap } as const;
    expect(stepToCorrect(reason, draft)).toBe('server');
    expect(stepToCorrect(reason, { ...draft, byHand: true })).toBe('imap-server');
  });

  it.each(['timeout', 'offline', 'server'] as const)('lets one try again after %s', (reason) => {
    expect(stepToCorrect(reason, emptyDraft)).toBe('secret');
  });
});

describe('isWorthRepeating', () => {
  it('tells what passes from what does not', () => {
    expect(isWorthRepeating('offline')).toBe(true);
    expect(isWorthRepeating('timeout')).toBe(true);
    expect(isWorthRepeating('host-not-found')).toBe(false);
  });
});

describe('mayReuseSecret', () => {
  it('lets a kept password go to the same server and user only', () => {
    expect(mayReuseSecret(settings, { ...settings, sessionUrl: 'https://jmap.example.org/other' })).toBe(true);
    expect(mayReuseSecret(settings, { ...settings, sessionUrl: 'https://evil.example/session' })).toBe(false);
    expect(mayReuseSecret(settings, { ...settings, username: 'grace' })).toBe(false);
    expect(mayReuseSecret(settings, { ...settings, auth: 'bearer', username: '' })).toBe(false);
  });

  it('lets a kept password go to the same mail servers, as safely as before, only', () => {
    const may = (change: Partial<ImapSettings>) => mayReuseSecret(imapSettings, { ...imapSettings, ...change });
    expect(may({})).toBe(true);
    expect(may({ smtp: null })).toBe(true);
    expect(may({ username: 'grace' })).toBe(false);
    expect(may({ imap: { ...imap, host: 'evil.example' } })).toBe(false);
    expect(may({ imap: { ...imap, port: 994 } })).toBe(false);
    expect(may({ imap: { ...imap, security: 'starttls' } })).toBe(false);
    expect(may({ imap: { ...imap, pinnedCertificate: certificate.fingerprint } })).toBe(false);
    expect(may({ smtp: { ...smtp, host: 'evil.example' } })).toBe(false);
    expect(mayReuseSecret({ ...imapSettings, smtp: null }, imapSettings)).toBe(false);
    expect(mayReuseSecret(imapSettings, settings)).toBe(false);
  });
});
