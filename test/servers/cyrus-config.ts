/** What the configuration files of a Cyrus server depend on. */
export interface CyrusSettings {
  readonly home: string;
  readonly data: string;
  /** Folder of the programs that Debian packs apart: imapd, idled, squatter. */
  readonly unpackedPrograms: string;
  /** Folder of the installed programs: httpd, lmtpd, ctl_cyrusdb. */
  readonly programs: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly passwordsPath: string;
  readonly user: string;
  readonly group: string;
  readonly ports: { imap: number; imaps: number; lmtp: number; jmap: number; jmaps: number; smtp: number };
  readonly searchIndex: boolean;
}

/** imapd.conf(5). */
export function imapdConf(settings: CyrusSettings): string {
  const { home, data } = settings;
  const lines = [
    `configdirectory: ${data}/conf`,
    `partition-default: ${data}/spool`,
    'defaultpartition: default',
    `proc_path: ${data}/proc`,
    `mboxname_lockpath: ${data}/lock`,
    `sievedir: ${data}/sieve`,
    `idlesocket: ${home}/idle.socket`,
    `notifysocket: ${home}/notify.socket`,
    `lmtpsocket: ${home}/lmtp.socket`,
    `cyrus_user: ${settings.user}`,
    `cyrus_group: ${settings.group}`,
    'servername: localhost',
    'syslog_prefix: mailpane-test',

    // Users are alice@example.test; the hierarchy looks as on most servers: `Projects/2026`, nothing below INBOX.
    'virtdomains: userid',
    'defaultdomain: localhost',
    'admins: admin',
    'altnamespace: yes',
    'unixhierarchysep: yes',
    'calendar_user_address_set: example.test',

    'allowplaintext: yes',
    'allowanonymouslogin: no',
    'failedloginpause: 0',
    'sasl_pwcheck_method: auxprop',
    'sasl_auxprop_plugin: sasldb',
    `sasl_sasldb_path: ${settings.passwordsPath}`,
    'sasl_mech_list: PLAIN LOGIN',
    `tls_server_cert: ${settings.certificatePath}`,
    `tls_server_key: ${settings.keyPath}`,
    'tls_session_timeout: 0',

    // Every user has all special-use mailboxes from the first login on.
    'autocreate_quota: 0',
    'autocreate_post: yes',
    'autocreate_inbox_folders: Drafts|Sent|Trash|Junk|Archive',
    'autocreate_subscribe_folders: Drafts|Sent|Trash|Junk|Archive',
    ...['Drafts', 'Sent', 'Trash', 'Junk', 'Archive'].map((name) => `xlist-${name}: ${name}`),
    'specialusealways: yes',

    'lmtp_downcase_rcpt: yes',
    'lmtp_strict_quota: no',
    // A test may deliver one message twice and means it.
    'duplicatesuppression: no',
    'expunge_mode: delayed',
    'delete_mode: delayed',
    'conversations: yes',
    'conversations_db: twoskip',
    'conversations_counted_flags: \\Draft \\Flagged',
    'statuscache: yes',
    'annotation_allow_undefined: yes',
    'maxheaderlines: 1000',

    'httpmodules: jmap',
    'httpallowcompress: yes',
    'jmap_nonstandard_extensions: no',
    'jmap_preview_length: 256',
    'jmapsubmission_deleteonsend: no',
    'smtp_backend: host',
    `smtp_host: 127.0.0.1:${settings.ports.smtp}`,
  ];
  if (settings.searchIndex) {
    lines.push(
      'search_engine: xapian',
      'defaultsearchtier: t1',
      `t1searchpartition-default: ${data}/search`,
      'search_batchsize: 500',
      'sync_log: yes',
      'sync_log_channels: squatter',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** cyrus.conf(5): what the master process runs. */
export function cyrusConf(settings: CyrusSettings): string {
  const { ports, programs, unpackedPrograms } = settings;
  const config = `-C ${settings.home}/imapd.conf`;
  const service = (name: string, command: string, port: number, prefork: number): string =>
    `  ${name} cmd="${command} ${config}" listen="127.0.0.1:${port}" prefork=${prefork} maxchild=100`;
  const squatter = `  squatter cmd="${unpackedPrograms}/squatter ${config} -R"`;
  return [
    'START {',
    `  recover cmd="${programs}/ctl_cyrusdb ${config} -r"`,
    `  idled cmd="${unpackedPrograms}/idled ${config}"`,
    '}',
    'SERVICES {',
    service('imap', `${unpackedPrograms}/imapd`, ports.imap, 1),
    service('imaps', `${unpackedPrograms}/imapd -s`, ports.imaps, 0),
    service('lmtp', `${programs}/lmtpd -a`, ports.lmtp, 1),
    service('http', `${programs}/httpd`, ports.jmap, 1),
    service('https', `${programs}/httpd -s`, ports.jmaps, 0),
    '}',
    'DAEMON {',
    ...(settings.searchIndex ? [squatter] : []),
    '}',
    'EVENTS {',
    '}',
    '',
  ].join('\n');
}
