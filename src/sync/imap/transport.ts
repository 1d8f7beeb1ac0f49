import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ImapTransport } from 'imapflow';
import type { MailServer } from '../../model/account';
import { isLoopback } from '../../model/loopback';
import { SyncError } from '../sync-error';

/** Without encryption a password may go nowhere but to this computer. */
export function requireSafety({ host, security }: MailServer): void {
  if (security !== 'none' || isLoopback(host)) return;
  const message = `Without encryption the password would travel to ${host} in the clear.`;
  throw new SyncError('insecure', message, { details: host });
}

/**
 * Opens the sockets for imapflow. A certificate is verified as usual, or, where the person pinned one, it has to be
 * exactly that: nothing else is ever accepted. The check is done before a single octet is sent.
 */
export function createTransport({ pinnedCertificate }: MailServer): ImapTransport {
  const secure = (options: ConnectionOptions, onSecure: () => void): TLSSocket => {
    const pinned = pinnedCertificate?.toUpperCase() ?? null;
    const socket = connectTls({ ...options, ...(pinned === null ? {} : { rejectUnauthorized: false }) }, () => {
      const shown = socket.getPeerCertificate().fingerprint256;
      if (pinned === null || shown === pinned) onSecure();
      else socket.destroy(notPinned(shown));
    });
    return socket;
  };
  return {
    connect({ host, port, servername, secure: isSecure }, onConnect) {
      const options = { host, port, ...(servername === undefined ? {} : { servername }) };
      return isSecure ? secure(options, onConnect) : connectTcp({ host, port }, onConnect);
    },
    upgrade(socket, { host, port, servername }, onSecure) {
      const options = { socket, host, port, ...(servername === undefined ? {} : { servername }) };
      return secure(options, onSecure);
    },
  };
}

function notPinned(shown: string): Error {
  const message = `it shows another certificate than the one that was accepted for it (${shown}).`;
  return Object.assign(new Error(message), { code: 'CERTIFICATE_NOT_PINNED' });
}
