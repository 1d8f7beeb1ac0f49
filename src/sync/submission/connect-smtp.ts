import { TLSSocket } from 'node:tls';
import SmtpConnection from 'nodemailer/lib/smtp-connection';
import type { MailServer } from '../../model/account';
import { requireSafety } from '../imap/transport';
import { orAborted, reasonOf } from '../linked-signal';
import { SyncError } from '../sync-error';
import { toSmtpError } from './smtp-error';

export interface SmtpOptions {
  readonly server: MailServer;
  readonly username: string;
  readonly secret: string;
  readonly signal: AbortSignal;
  readonly timing?: Partial<SmtpTiming>;
}

/** All in ms. */
export interface SmtpTiming {
  /** From the first octet to the end of TLS, and then to the greeting. */
  readonly connect: number;
  /** Silence after a command. */
  readonly silence: number;
}

const defaultTiming: SmtpTiming = { connect: 20_000, silence: 60_000 };

/**
 * A signed-in connection to a server for sending (RFC 6409); the caller closes it by `close()` or `quit()`. Encryption is
 * what the settings say, never less, and the certificate a trusted one or exactly the pinned one: both is certain before
 * the password leaves. Fails with a SyncError.
 */
export async function connectSmtp({ server, username, secret, signal, timing }: SmtpOptions): Promise<SmtpConnection> {
  const { host, port, security, pinnedCertificate } = server;
  const { connect, silence } = { ...defaultTiming, ...timing };
  requireSafety(server);
  signal.throwIfAborted();
  const connection = new SmtpConnection({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    // Neither this computer's name nor its address is the server's business.
    name: '[127.0.0.1]',
    tls: pinnedCertificate === null ? {} : { rejectUnauthorized: false },
    allowInternalNetworkInterfaces: true,
    connectionTimeout: connect,
    greetingTimeout: connect,
    socketTimeout: silence,
  });
  const failed = new Promise<never>((_resolve, reject) => connection.once('error', reject));
  failed.catch(() => undefined); // awaited below, as long as somebody waits
  connection.on('error', () => undefined);
  try {
    const connected = new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    await orAborted(Promise.race([connected, failed]), signal);
    requirePinned(connection, server);
    const signedIn = new Promise<void>((resolve, reject) => {
      connection.login({ user: username, pass: secret }, (error) => (error ? reject(error) : resolve()));
    });
    await orAborted(Promise.race([signedIn, failed]), signal);
    return connection;
  } catch (error) {
    connection.close();
    if (signal.aborted) throw reasonOf(signal);
    throw toSmtpError(error, host);
  }
}

/** nodemailer has no door for it, so it is checked between its handshake and the login. */
function requirePinned({ _socket: socket, allowsAuth }: SmtpConnection, { host, pinnedCertificate }: MailServer): void {
  if (pinnedCertificate !== null) {
    const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : '';
    if (shown !== pinnedCertificate.toUpperCase()) {
      const message = `${host} shows another certificate for sending than the one that was accepted for it.`;
      throw new SyncError('tls', message, { details: `${host}: shown ${shown}` });
    }
  }
  if (!allowsAuth) {
    const message = `The sending server ${host} offers no way to sign in.`;
    throw new SyncError('refused', message, { details: `${host}: no AUTH in its answer to EHLO` });
  }
}
