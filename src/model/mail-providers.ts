import type { MailServer } from './account';

/** What a provider wants of a person before a program may sign in. */
export type SignInManner =
  | 'password'
  | 'app-password' // a password made for one program, in the provider's settings
  | 'enable-imap' // off until the person turns it on in the provider's settings
  | 'oauth' // takes no password from programs at all
  | 'bridge'; // a program of the provider on this computer, with a password and a certificate of its own

/** A large provider whose servers are publicly known. */
export interface MailProvider {
  readonly name: string;
  /** What stands after the @; `gmx.*` for a name under any top-level domain. */
  readonly domains: readonly string[];
  /** How the names of its mail exchangers end: domains of others that have their mail there. */
  readonly exchangers: readonly string[];
  readonly jmap: string | null;
  readonly imap: Address;
  readonly smtp: Address;
  readonly manner: SignInManner;
  /** Where a person does what `manner` asks; null: nothing to do, or only the provider's help says where. */
  readonly help: string | null;
}

type Address = Pick<MailServer, 'host' | 'port' | 'security'>;

const tls = (host: string, port: number): Address => ({ host, port, security: 'tls' });
const startTls = (host: string, port: number): Address => ({ host, port, security: 'starttls' });

interface ProviderData extends Partial<Pick<MailProvider, 'exchangers' | 'jmap' | 'manner' | 'help'>> {
  readonly name: string;
  readonly domains: string;
  readonly imap: Address;
  readonly smtp: Address;
}

const data: readonly ProviderData[] = [
  {
    name: 'Gmail',
    domains: 'gmail.com googlemail.com',
    exchangers: ['.google.com', '.googlemail.com'],
    imap: tls('imap.gmail.com', 993),
    smtp: tls('smtp.gmail.com', 465),
    manner: 'app-password',
    help: 'https://myaccount.google.com/apppasswords',
  },
  {
    name: 'Outlook',
    domains: 'outlook.* hotmail.* live.* msn.com windowslive.com',
    imap: tls('outlook.office365.com', 993),
    smtp: startTls('smtp-mail.outlook.com', 587),
    manner: 'oauth',
  },
  {
    name: 'Microsoft 365',
    domains: 'onmicrosoft.com',
    exchangers: ['.mail.protection.outlook.com', '.mx.microsoft'],
    imap: tls('outlook.office365.com', 993),
    smtp: startTls('smtp.office365.com', 587),
    manner: 'oauth',
  },
  {
    name: 'iCloud',
    domains: 'icloud.com me.com mac.com',
    exchangers: ['.mail.icloud.com'],
    imap: tls('imap.mail.me.com', 993),
    smtp: startTls('smtp.mail.me.com', 587),
    manner: 'app-password',
    help: 'https://account.apple.com',
  },
  {
    name: 'Yahoo',
    domains: 'yahoo.* ymail.com rocketmail.com',
    exchangers: ['.yahoodns.net'],
    imap: tls('imap.mail.yahoo.com', 993),
    smtp: tls('smtp.mail.yahoo.com', 465),
    manner: 'app-password',
    help: 'https://login.yahoo.com/account/security',
  },
  {
    name: 'AOL',
    domains: 'aol.* aim.com',
    imap: tls('imap.aol.com', 993),
    smtp: tls('smtp.aol.com', 465),
    manner: 'app-password',
    help: 'https://login.aol.com/account/security',
  },
  {
    name: 'Fastmail',
    domains: 'fastmail.com fastmail.fm sent.com',
    exchangers: ['.messagingengine.com'],
    jmap: 'https://api.fastmail.com/jmap/session',
    imap: tls('imap.fastmail.com', 993),
    smtp: tls('smtp.fastmail.com', 465),
    manner: 'app-password',
    help: 'https://app.fastmail.com/settings/security/integrations',
  },
  {
    name: 'GMX',
    domains: 'gmx.net gmx.de gmx.at gmx.ch gmx.eu',
    imap: tls('imap.gmx.net', 993),
    smtp: tls('mail.gmx.net', 465),
    manner: 'enable-imap',
  },
  {
    name: 'GMX',
    domains: 'gmx.com gmx.us gmx.co.uk gmx.fr gmx.es gmx.it',
    imap: tls('imap.gmx.com', 993),
    smtp: tls('mail.gmx.com', 465),
    manner: 'enable-imap',
  },
  {
    name: 'web.de',
    domains: 'web.de',
    imap: tls('imap.web.de', 993),
    smtp: tls('smtp.web.de', 465),
    manner: 'enable-imap',
  },
  {
    name: 'mailbox.org',
    domains: 'mailbox.org',
    exchangers: ['.mailbox.org'],
    imap: tls('imap.mailbox.org', 993),
    smtp: tls('smtp.mailbox.org', 465),
  },
  {
    name: 'Posteo',
    domains: 'posteo.*',
    imap: tls('posteo.de', 993),
    smtp: tls('posteo.de', 465),
  },
  {
    name: 'Proton Mail',
    domains: 'proton.me protonmail.com protonmail.ch pm.me',
    exchangers: ['.protonmail.ch'],
    imap: startTls('127.0.0.1', 1143),
    smtp: startTls('127.0.0.1', 1025),
    manner: 'bridge',
    help: 'https://proton.me/mail/bridge',
  },
  {
    name: 'Zoho',
    domains: 'zoho.com zohomail.com',
    exchangers: ['.zoho.com'],
    imap: tls('imap.zoho.com', 993),
    smtp: tls('smtp.zoho.com', 465),
    manner: 'enable-imap',
  },
  {
    name: 'Zoho',
    domains: 'zoho.eu zohomail.eu',
    exchangers: ['.zoho.eu'],
    imap: tls('imap.zoho.eu', 993),
    smtp: tls('smtp.zoho.eu', 465),
    manner: 'enable-imap',
  },
  {
    name: 'Yandex',
    domains: 'yandex.* ya.ru',
    exchangers: ['.yandex.net'],
    imap: tls('imap.yandex.com', 993),
    smtp: tls('smtp.yandex.com', 465),
    manner: 'app-password',
    help: 'https://id.yandex.com/security/app-passwords',
  },
  {
    name: 'Mail.ru',
    domains: 'mail.ru inbox.ru list.ru bk.ru internet.ru',
    exchangers: ['.mail.ru'],
    imap: tls('imap.mail.ru', 993),
    smtp: tls('smtp.mail.ru', 465),
    manner: 'app-password',
    help: 'https://account.mail.ru/user/2-step-auth/passwords',
  },
  {
    name: 'QQ Mail',
    domains: 'qq.com foxmail.com',
    imap: tls('imap.qq.com', 993),
    smtp: tls('smtp.qq.com', 465),
    manner: 'app-password',
  },
  {
    name: '163',
    domains: '163.com',
    imap: tls('imap.163.com', 993),
    smtp: tls('smtp.163.com', 465),
    manner: 'app-password',
  },
  {
    name: 'T-Online',
    domains: 't-online.de',
    imap: tls('secureimap.t-online.de', 993),
    smtp: tls('securesmtp.t-online.de', 465),
    manner: 'app-password',
  },
];

/** Where several share a server, the one that a person most likely means comes first. */
export const mailProviders: readonly MailProvider[] = data.map((provider) => ({
  exchangers: [],
  jmap: null,
  manner: 'password',
  help: null,
  ...provider,
  domains: provider.domains.split(' '),
}));

/** The provider whose addresses end so. */
export function providerOfDomain(domain: string): MailProvider | undefined {
  const name = domain.toLowerCase();
  return mailProviders.find(({ domains }) => domains.some((pattern) => isUnder(name, pattern)));
}

/** `outlook.*` is outlook.com, outlook.de and outlook.com.br, not outlook.example.org: others may own that. */
function isUnder(name: string, pattern: string): boolean {
  if (!pattern.endsWith('.*'))
    return name === pattern || (pattern === 'onmicrosoft.com' && name.endsWith(`.${pattern}`));
  const rest = name.startsWith(pattern.slice(0, -1)) ? name.slice(pattern.length - 1) : '';
  return /^([a-z]{2,3}|(com|co)\.[a-z]{2})$/.test(rest);
}

/** The provider that a domain's mail goes to, by the name of a mail exchanger (MX). */
export function providerOfExchanger(exchanger: string): MailProvider | undefined {
  const name = exchanger.toLowerCase().replace(/\.$/, '');
  return mailProviders.find(({ exchangers }) => exchangers.some((suffix) => name.endsWith(suffix)));
}

/** The provider that this IMAP or SMTP server belongs to. This computer is nobody's, but by the ports of a bridge. */
export function providerOfServer({ host, port }: Pick<MailServer, 'host' | 'port'>): MailProvider | undefined {
  const name = host.toLowerCase();
  return mailProviders.find(({ manner, imap, smtp }) =>
    [imap, smtp].some((server) => server.host === name && (manner !== 'bridge' || server.port === port)),
  );
}
