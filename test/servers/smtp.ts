import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { deliverByLmtp } from './lmtp';
import { userByAddress } from './users';

const maxMessageBytes = 50 * 1024 * 1024;

/** One message the server took, as it was sent. */
export interface SmtpTransaction {
  /** Who logged in; undefined for a mail server on this machine. */
  readonly user: string | undefined;
  /** MAIL FROM; empty for the null sender. */
  readonly from: string;
  /** Every RCPT TO that was accepted. */
  readonly to: string[];
  readonly raw: Buffer;
}

export interface SmtpServer {
  readonly port: number;
  /** Oldest first; grows as messages are accepted. */
  readonly transactions: readonly SmtpTransaction[];
  stop(): Promise<void>;
}

/**
 * An SMTP submission server (RFC 6409) on 127.0.0.1, in this process: AUTH PLAIN and LOGIN, STARTTLS when given a
 * certificate. It delivers to the LMTP port of a real server, and refuses wrong passwords (535), unknown recipients
 * (550) and messages over 50 MiB (552).
 */
export async function startSmtp(options: {
  lmtpPort: number;
  certificate?: string;
  key?: string;
  /** Takes mail without a login, as from a mail server that submits what its users send. */
  allowAnonymous?: boolean;
  port?: number;
}): Promise<SmtpServer> {
  const transactions: SmtpTransaction[] = [];

  const accept = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> => {
    const raw = await buffer(stream);
    if (stream.sizeExceeded) throw refusal(552, '5.3.4 message too big');
    const { mailFrom, rcptTo } = session.envelope;
    const from = mailFrom ? mailFrom.address : '';
    const to = rcptTo.map((recipient) => recipient.address);
    const { accepted } = await deliverByLmtp({ port: options.lmtpPort, from, to, raw }).catch((error: unknown) => {
      throw refusal(451, `4.3.0 could not deliver: ${String(error)}`);
    });
    const user: unknown = session.user;
    transactions.push({ user: typeof user === 'string' ? user : undefined, from, to, raw });
    return `2.0.0 delivered to ${accepted.length}`;
  };

  const server = new SMTPServer({
    ...(options.certificate === undefined ? { hideSTARTTLS: true } : { cert: options.certificate, key: options.key }),
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    authOptional: options.allowAnonymous === true,
    size: maxMessageBytes,
    disableReverseLookup: true,
    name: 'localhost',
    onAuth(credentials, _session, done) {
      const user = userByAddress(credentials.username ?? '');
      if (user === undefined || user.password !== credentials.password) done(refusal(535, '5.7.8 wrong credentials'));
      else done(null, { user: user.email });
    },
    onRcptTo(recipient, _session, done) {
      if (!/@example\.test$/i.test(recipient.address)) done(refusal(550, '5.7.1 relaying denied'));
      else if (userByAddress(recipient.address) === undefined) done(refusal(550, '5.1.1 no such user here'));
      else done();
    },
    onData(stream, session, done) {
      accept(stream, session).then(
        (message) => done(null, message),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  // A client that hangs up in the middle is the test's own business, and must not end the test process.
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  return {
    port: (server.server.address() as AddressInfo).port,
    transactions,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
