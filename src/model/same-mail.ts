import type { AccountSettings } from './account';
import { isLoopback } from './loopback';

/**
 * Whether changed settings lead to the mail that was read by the old ones. Another user, host or protocol may lead to
 * another person's, whose messages can bear the same numbers: then nothing that is here may be kept or sent there. Port,
 * encryption and path are only ways to the one store of mail that a host has, and asking about them would cost the
 * person's copy for nothing; except on this machine, where the port is what tells one tunnel or bridge from the next.
 */
export function isSameMail(before: AccountSettings, after: AccountSettings): boolean {
  return before.username === after.username && storeOf(before) === storeOf(after);
}

function storeOf(settings: AccountSettings): string {
  const { hostname, port } =
    settings.protocol === 'jmap'
      ? new URL(settings.sessionUrl)
      : { hostname: settings.imap.host.toLowerCase(), port: settings.imap.port };
  return `${settings.protocol} ${hostname} ${isLoopback(hostname) ? port : ''}`;
}
