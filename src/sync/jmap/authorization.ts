import type { JmapSettings } from '../../model/account';
import { SyncError } from '../sync-error';

/** The Authorization header: Basic (RFC 7617, UTF-8) or Bearer (RFC 6750). SyncError where the secret fits into neither. */
export function authorizationHeader(settings: Pick<JmapSettings, 'auth' | 'username'>, secret: string): string {
  if (settings.auth === 'basic') {
    if (settings.username.includes(':')) throw new SyncError('auth', 'A user name cannot contain a colon.');
    return `Basic ${Buffer.from(`${settings.username}:${secret}`, 'utf8').toString('base64')}`;
  }
  // Pasted tokens often bring a line break along.
  const token = secret.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SyncError(
      'auth',
      token === '' ? 'The token is empty.' : 'The token contains characters that no token has.',
    );
  }
  return `Bearer ${token}`;
}
