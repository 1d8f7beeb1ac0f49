import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { MailServer } from '../../model/account';
import type { CertificateProblem, ServerCertificate } from '../../model/server-certificate';
import { linkSignals, reasonOf } from '../linked-signal';
import { networkProblem } from '../network-problem';
import { SyncError } from '../sync-error';
import { openLineSocket, type LineSocket } from './line-socket';

export type MailProtocol = 'imap' | 'smtp';
export type ServerAddress = Pick<MailServer, 'host' | 'port' | 'security'>;

/** ms that a server has for connecting, TLS and its greeting together. */
const patience = 8000;

/**
 * Connects as the settings say and reads the greeting, without any credential: the certificate that the server shows, be
 * it trusted or not; null where there is no TLS. Fails with a SyncError: offline, host-not-found, timeout, tls (no TLS
 * there), insecure (no STARTTLS), not-imap, not-smtp, unavailable (it greets with a refusal).
 */
export async function greet(
  { host, port, security }: ServerAddress,
  protocol: MailProtocol,
  signal: AbortSignal,
  timeout = patience,
): Promise<ServerCertificate | null> {
  const where = `${protocol} ${host}:${port} ${security}`;
  const link = linkSignals(signal);
  const late = new SyncError('timeout', `${host} did not answer in time.`, { details: `${where}: silence` });
  const timer = setTimeout(() => link.abort(late), timeout);
  let socket: LineSocket | null = null;
  try {
    socket = await openLineSocket(host, port, security === 'tls', link.signal);
    await readGreeting(socket, protocol, host);
    if (security === 'starttls') await startTls(socket, protocol, host);
    return socket.tls === null ? null : certificateOf(socket.tls);
  } catch (error) {
    if (link.signal.aborted) throw reasonOf(link.signal);
    if (error instanceof SyncError) throw error;
    const cause = error instanceof Error ? error : new Error(String(error));
    throw networkProblem(cause, host, { details: `${where}: ${cause.message}`, cause });
  } finally {
    socket?.close();
    clearTimeout(timer);
    link.release();
  }
}

async function readGreeting(socket: LineSocket, protocol: MailProtocol, host: string): Promise<void> {
  const line = await socket.read();
  const details = `${host}: ${line.slice(0, 200)}`;
  if (/^\* BYE\b|^[45]\d\d[ -]/i.test(line)) {
    const said = line.replace(/^\* BYE |^\d+[ -]/i, '').slice(0, 200);
    throw new SyncError('unavailable', `${host} takes no connection now: ${said}`, { details });
  }
  if (protocol === 'imap') {
    if (/^\* (OK|PREAUTH)\b/i.test(line)) return;
    const isSmtp = /^220[ -]/.test(line);
    throw new SyncError(
      'not-imap',
      isSmtp
        ? `${host} is a server for sending (SMTP) there, not for reading (IMAP).`
        : `${host} answers, but not as an IMAP server.`,
      { details },
    );
  }
  if (!/^220[ -]/.test(line)) {
    throw new SyncError('not-smtp', `${host} answers, but not as a server for sending (SMTP).`, { details });
  }
  if (line.startsWith('220-')) await restOfReply(socket);
}

async function startTls(socket: LineSocket, protocol: MailProtocol, host: string): Promise<void> {
  if (!(await offersTls(socket, protocol))) {
    throw new SyncError('insecure', `${host} does not encrypt there: it has no STARTTLS.`, { details: host });
  }
  await socket.upgrade();
}

async function offersTls(socket: LineSocket, protocol: MailProtocol): Promise<boolean> {
  if (protocol === 'smtp') {
    // Neither this computer's name nor its address is the server's business.
    socket.send('EHLO [127.0.0.1]');
    await restOfReply(socket);
    socket.send('STARTTLS');
    return (await restOfReply(socket)).startsWith('220');
  }
  socket.send('a STARTTLS');
  for (let lines = 0; lines < 100; lines++) {
    const line = await socket.read();
    if (/^a /i.test(line)) return /^a OK\b/i.test(line);
  }
  return false;
}

/** Reads to the last line of an SMTP reply (RFC 5321 §4.2.1). */
async function restOfReply(socket: LineSocket): Promise<string> {
  for (let lines = 0; lines < 100; lines++) {
    const line = await socket.read();
    if (!/^\d{3}-/.test(line)) return line;
  }
  throw new SyncError('protocol', 'The answer has no end.');
}

function certificateOf(socket: TLSSocket): ServerCertificate {
  const certificate = socket.getPeerCertificate();
  // A string in Node, whatever its types say: the code of the first problem.
  const code = socket.authorized ? null : String(socket.authorizationError);
  return {
    fingerprint: certificate.fingerprint256,
    subject: nameOf(certificate.subject) || firstName(certificate),
    issuer: nameOf(certificate.issuer),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    problem: code === null ? null : problemOf(code),
  };
}

function nameOf(name: Partial<PeerCertificate['subject']> | undefined): string {
  const texts: unknown = name?.CN ?? name?.O;
  // Of several, the first.
  const text: unknown = Array.isArray(texts) ? texts[0] : texts;
  return typeof text === 'string' ? text.slice(0, 200) : '';
}

function firstName({ subjectaltname = '' }: PeerCertificate): string {
  return /^(?:DNS|IP Address):([^,]+)/.exec(subjectaltname)?.[1]?.slice(0, 200) ?? '';
}

function problemOf(code: string): CertificateProblem {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'self-signed';
  if (code === 'CERT_HAS_EXPIRED') return 'expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return 'other-host';
  return /SELF_SIGNED|UNABLE_TO/.test(code) ? 'unknown-issuer' : 'other';
}
