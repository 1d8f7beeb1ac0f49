import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cyrusConf, imapdConf, type CyrusSettings } from './cyrus-config';
import { connectRawImap } from './raw-imap';
import {
  createCertificate,
  createServerFolders,
  freePorts,
  giveTo,
  notInstalled,
  removeFolders,
  runTool,
  serverUser,
  startServerProcess,
  type ServerFolders,
} from './server-process';
import { startSmtp, type SmtpServer } from './smtp';
import { users, type TestUser } from './users';

const programs = '/usr/lib/cyrus/bin';
/** Where scripts/install-test-dependencies.sh unpacks what conflicts with Dovecot. */
const unpacked = path.resolve(import.meta.dirname, '../../.cache/cyrus-imapd/usr/lib/cyrus/bin');
/** The folders that hold a server's state, and so make a template. */
const stateFolders = ['conf', 'spool', 'sieve', 'search'];

export interface CyrusOptions {
  /** A folder that `saveTemplate` wrote: the server starts with a copy of that one's mail. */
  dataTemplate?: string;
  /**
   * Indexes messages in the background, for `Email/query` by text, subject or address. Off: it slows seeding, and few
   * tests search; Cyrus then answers such a query with `serverFail`.
   */
  searchIndex?: boolean;
}

/** A running Cyrus: one mail store over JMAP, IMAP and LMTP, all on 127.0.0.1, with an SMTP server that it submits to. */
export interface CyrusServer {
  /** `http://127.0.0.1:PORT`, without a path; the session is at `/.well-known/jmap`. */
  readonly jmapUrl: string;
  /** The same over TLS, with `certificate`. */
  readonly jmapsUrl: string;
  /** Plain text and STARTTLS. */
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly lmtpPort: number;
  /** Submission for clients (AUTH, STARTTLS), and what `EmailSubmission/set` goes through. */
  readonly smtpPort: number;
  readonly smtp: SmtpServer;
  /** Its temporary folder: configuration and logs. */
  readonly folder: string;
  /** Self-signed, PEM. */
  readonly certificate: string;
  readonly users: typeof users;
  /** One more account, empty, and without mailboxes until its first login by IMAP. */
  addUser(user: TestUser): Promise<void>;
  /** Another password for an account, or one for the administrator `admin@localhost`. */
  setPassword(user: TestUser): Promise<void>;
  /** Stops the server and writes its mail to a folder, replacing what is there. */
  saveTemplate(folder: string): Promise<void>;
  /** Ends all its processes and removes its files. May be called again. */
  stop(): Promise<void>;
}

/** Starts a Cyrus of its own with the accounts alice, bob and carol. Throws a ServerError when it does not come up. */
export async function startCyrus(options: CyrusOptions = {}): Promise<CyrusServer> {
  if (!existsSync(`${programs}/httpd`) || !existsSync(`${unpacked}/imapd`)) throw notInstalled('Cyrus');
  const folders = await createServerFolders('cyrus');
  let smtp: SmtpServer | undefined;
  try {
    const user = await serverUser('cyrus');
    const certificate = await createCertificate(folders.home);
    const [imap = 0, imaps = 0, lmtp = 0, jmap = 0, jmaps = 0] = await freePorts(5);
    smtp = await startSmtp({ ...certificate, lmtpPort: lmtp, allowAnonymous: true });
    const settings: CyrusSettings = {
      ...folders,
      ...certificate,
      unpackedPrograms: path.join(folders.home, 'programs'),
      programs,
      passwordsPath: path.join(folders.home, 'sasldb2'),
      user: user.name,
      group: user.group,
      ports: { imap, imaps, lmtp, jmap, jmaps, smtp: smtp.port },
      searchIndex: options.searchIndex === true,
    };
    await prepareFolders(folders, settings, options.dataTemplate);
    await giveTo(user, folders.home);
    await giveTo(user, folders.data);
    const files = ['-C', `${folders.home}/imapd.conf`, '-M', `${folders.home}/cyrus.conf`];
    const logs = ['-p', `${folders.home}/master.pid`, '-L', `${folders.home}/master.log`];
    const server = await startServerProcess(
      folders,
      [`${programs}/master`, ...files, ...logs, '-D'],
      [imap, imaps, lmtp, jmap, jmaps],
      [`${folders.home}/master.log`],
    );
    if (options.dataTemplate === undefined) {
      await createAccounts(imap).catch(async (error: unknown) => {
        await server.stop();
        throw error;
      });
    }
    return describe(settings, folders, certificate.certificate, smtp, server);
  } catch (error) {
    await smtp?.stop();
    await removeFolders(folders);
    throw error;
  }
}

function describe(
  settings: CyrusSettings,
  folders: ServerFolders,
  certificate: string,
  smtp: SmtpServer,
  server: { stop(): Promise<void>; stopAndKeep(): Promise<void> },
): CyrusServer {
  const { ports } = settings;
  return {
    jmapUrl: `http://127.0.0.1:${ports.jmap}`,
    jmapsUrl: `https://127.0.0.1:${ports.jmaps}`,
    imapPort: ports.imap,
    imapsPort: ports.imaps,
    lmtpPort: ports.lmtp,
    smtpPort: smtp.port,
    smtp,
    folder: folders.home,
    certificate,
    users,
    addUser: (user) => setPassword(settings, user),
    setPassword: (user) => setPassword(settings, user),
    async saveTemplate(folder) {
      await Promise.all([server.stopAndKeep(), smtp.stop()]);
      try {
        await copyState(folders.data, folder);
      } finally {
        await removeFolders(folders);
      }
    },
    async stop() {
      await Promise.all([server.stop(), smtp.stop()]);
    },
  };
}

async function prepareFolders(
  { home, data }: ServerFolders,
  settings: CyrusSettings,
  template: string | undefined,
): Promise<void> {
  if (template !== undefined) await runTool('cp', ['-R', `${template}/.`, data]);
  for (const folder of [...stateFolders, 'proc', 'lock', 'conf/log', 'conf/db', 'conf/socket']) {
    await mkdir(path.join(data, folder), { recursive: true });
  }
  // Copied, since Cyrus' user may not be let into the folder that the project is in (/root, say).
  await mkdir(settings.unpackedPrograms);
  for (const program of ['imapd', 'idled', 'squatter']) {
    await copyFile(path.join(unpacked, program), path.join(settings.unpackedPrograms, program));
  }
  await writeFile(path.join(home, 'imapd.conf'), imapdConf(settings));
  await writeFile(path.join(home, 'cyrus.conf'), cyrusConf(settings));
  for (const user of Object.values(users)) await setPassword(settings, user);
}

async function setPassword({ passwordsPath }: CyrusSettings, { email, password }: TestUser): Promise<void> {
  const [name = '', domain = ''] = email.split('@');
  await runTool('saslpasswd2', ['-p', '-c', '-f', passwordsPath, '-u', domain, name], password);
}

/** JMAP shows no account before the INBOX exists, and that comes into being at the first IMAP login. */
async function createAccounts(imapPort: number): Promise<void> {
  for (const { email, password } of Object.values(users)) {
    const connection = await connectRawImap({ port: imapPort, user: email, password });
    await connection.logout();
  }
}

/** Written beside and renamed, so that a template is there whole or not at all, also when two processes make it. */
async function copyState(data: string, template: string): Promise<void> {
  const beside = `${template}.${process.pid}.new`;
  await mkdir(beside, { recursive: true });
  for (const folder of stateFolders) await cp(path.join(data, folder), path.join(beside, folder), { recursive: true });
  await rm(template, { recursive: true, force: true });
  await rename(beside, template);
}
