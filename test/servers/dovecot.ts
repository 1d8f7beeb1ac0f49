import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createCertificate,
  createServerFolders,
  freePorts,
  giveTo,
  removeFolders,
  serverUser,
  startServerProcess,
  type SystemUser,
} from './server-process';
import { dovecotConf, type DovecotCapability, type DovecotSettings } from './dovecot-config';
import { startSmtp, type SmtpServer } from './smtp';
import { users } from './users';

export interface DovecotOptions {
  /** Default: `qresync`, which is all that Dovecot can. */
  capability?: DovecotCapability;
  /** Everybody signs in with it who is none of `users`, to an empty account of their own. Default: nobody else can. */
  anyUserPassword?: string;
}

/** A running Dovecot with Maildir storage, all on 127.0.0.1, and an SMTP server that delivers to it. */
export interface DovecotServer {
  /** Plain text and STARTTLS. */
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly lmtpPort: number;
  /** Submission: AUTH required, STARTTLS. */
  readonly smtpPort: number;
  readonly smtp: SmtpServer;
  /** Its temporary folder: configuration and logs. */
  readonly folder: string;
  /** Self-signed, PEM. */
  readonly certificate: string;
  readonly users: typeof users;
  /** The folder of a user's mailbox, for seedMaildir, and who must own what is in it. */
  maildir(user: string, mailbox?: string): { path: string; owner: SystemUser };
  /** Ends all its processes and removes its files. May be called again. */
  stop(): Promise<void>;
}

/** Starts a Dovecot of its own with the accounts alice, bob and carol. Throws a ServerError when it does not come up. */
export async function startDovecot(options: DovecotOptions = {}): Promise<DovecotServer> {
  const folders = await createServerFolders('dovecot');
  let smtp: SmtpServer | undefined;
  try {
    const user = await serverUser('mail');
    const certificate = await createCertificate(folders.home);
    const [imap = 0, imaps = 0, lmtp = 0] = await freePorts(3);
    smtp = await startSmtp({ ...certificate, lmtpPort: lmtp });
    const settings: DovecotSettings = {
      ...folders,
      ...certificate,
      usersPath: path.join(folders.home, 'users'),
      user: user.name,
      group: user.group,
      asRoot: process.getuid?.() === 0,
      ports: { imap, imaps, lmtp },
      capability: options.capability ?? 'qresync',
      anyUserPassword: options.anyUserPassword ?? null,
    };
    for (const name of ['run', 'state']) await mkdir(path.join(folders.home, name));
    const accounts = Object.values(users).map(
      ({ email, password }) => `${email}:{PLAIN}${password}::::${homeOf(email)}::`,
    );
    function homeOf(email: string): string {
      return path.join(folders.data, email);
    }
    await writeFile(settings.usersPath, `${accounts.join('\n')}\n`);
    await writeFile(path.join(folders.home, 'dovecot.conf'), dovecotConf(settings));
    await giveTo(user, folders.data);
    const server = await startServerProcess(
      folders,
      ['dovecot', '-F', '-c', path.join(folders.home, 'dovecot.conf')],
      [imap, imaps, lmtp],
      [path.join(folders.home, 'dovecot.log')],
    );
    const submission = smtp;
    return {
      imapPort: imap,
      imapsPort: imaps,
      lmtpPort: lmtp,
      smtpPort: submission.port,
      smtp: submission,
      folder: folders.home,
      certificate: certificate.certificate,
      users,
      maildir(email, mailbox = 'INBOX') {
        const folder = mailbox === 'INBOX' ? '' : mailbox;
        return { path: path.join(homeOf(email), 'Maildir', folder), owner: user };
      },
      async stop() {
        await Promise.all([server.stop(), submission.stop()]);
      },
    };
  } catch (error) {
    await smtp?.stop();
    await removeFolders(folders);
    throw error;
  }
}
