/** Which of the extensions that tell changes the server admits to (the tiers of rule S15), or all of them but IDLE. */
export type DovecotCapability = 'qresync' | 'condstore' | 'neither' | 'without-idle';

/** What the configuration file of a Dovecot server depends on. */
export interface DovecotSettings {
  readonly home: string;
  readonly data: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  /** A passwd-file(5). */
  readonly usersPath: string;
  /** Who owns the mail. */
  readonly user: string;
  readonly group: string;
  readonly asRoot: boolean;
  readonly ports: { imap: number; imaps: number; lmtp: number };
  readonly capability: DovecotCapability;
  readonly anyUserPassword: string | null;
}

const specialUse = ['Drafts', 'Sent', 'Trash', 'Junk', 'Archive'];

/** What Dovecot 2.3 offers besides CONDSTORE and QRESYNC; only said when one of those is to be hidden. */
const otherCapabilities =
  'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS ' +
  'THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED ' +
  'I18NLEVEL=1 ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SPECIAL-USE LITERAL+';

const capabilityLines = {
  qresync: [],
  condstore: [`imap_capability = ${otherCapabilities} CONDSTORE`],
  neither: [`imap_capability = ${otherCapabilities}`],
  'without-idle': [`imap_capability = ${otherCapabilities.replace(' IDLE', '')} CONDSTORE QRESYNC`],
} as const;

function anyUser(password: string, data: string): string[] {
  return [
    `passdb {\n  driver = static\n  args = password=${password}\n}`,
    `userdb {\n  driver = static\n  args = home=${data}/%u allow_all_users=yes\n}`,
  ];
}

/** dovecot.conf. */
export function dovecotConf(settings: DovecotSettings): string {
  const { home, ports } = settings;
  // Without root nothing can change its user or root folder, so every part runs as us.
  const rootless = [
    `default_internal_user = ${settings.user}`,
    `default_internal_group = ${settings.group}`,
    `default_login_user = ${settings.user}`,
    ...['anvil', 'stats', 'imap-urlauth-login'].map((service) => `service ${service} {\n  chroot =\n}`),
  ];
  return `${[
    `base_dir = ${home}/run`,
    `state_dir = ${home}/state`,
    `log_path = ${home}/dovecot.log`,
    'listen = 127.0.0.1',
    'protocols = imap lmtp',
    'hostname = localhost',
    'postmaster_address = postmaster@example.test',
    ...(settings.asRoot ? [] : rootless),
    ...capabilityLines[settings.capability],

    'ssl = yes',
    `ssl_cert = <${settings.certificatePath}`,
    `ssl_key = <${settings.keyPath}`,
    'auth_mechanisms = plain login',
    'auth_username_format = %Lu',
    'disable_plaintext_auth = no',
    // A wrong password would cost a test two seconds, and the logins after it more.
    'auth_failure_delay = 0',
    `passdb {\n  driver = passwd-file\n  args = scheme=PLAIN ${settings.usersPath}\n}`,
    `userdb {\n  driver = passwd-file\n  args = ${settings.usersPath}\n}`,
    ...(settings.anyUserPassword === null ? [] : anyUser(settings.anyUserPassword, settings.data)),

    `mail_uid = ${settings.user}`,
    `mail_gid = ${settings.group}`,
    'first_valid_uid = 1',
    'mail_location = maildir:~/Maildir:LAYOUT=fs',
    'mail_fsync = never',
    'maildir_stat_dirs = no',
    'mailbox_list_index = yes',
    'lda_mailbox_autocreate = yes',
    'recipient_delimiter = +',
    'namespace inbox {',
    '  inbox = yes',
    '  separator = /',
    ...specialUse.map((name) => `  mailbox ${name} {\n    auto = subscribe\n    special_use = \\${name}\n  }`),
    '}',

    'service imap {\n  service_count = 100\n}',
    'service anvil {\n  client_limit = 1100\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
    'service imap-login {',
    '  chroot =',
    '  service_count = 0',
    '  client_limit = 200',
    '  process_min_avail = 1',
    `  inet_listener imap {\n    port = ${ports.imap}\n  }`,
    `  inet_listener imaps {\n    port = ${ports.imaps}\n    ssl = yes\n  }`,
    '}',
    `service lmtp {\n  inet_listener lmtp {\n    port = ${ports.lmtp}\n  }\n}`,
    'protocol imap {\n  mail_plugins = $mail_plugins imap_zlib\n  mail_max_userip_connections = 100\n}',
  ].join('\n')}\n`;
}
