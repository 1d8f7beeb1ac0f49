import type { MailClient } from '../../engine/client';
import type { MailServer } from '../../model/account';
import type { UntrustedServer } from './account-draft';
import type { MailUse } from './mail-server';

/**
 * What the server shows where signing in failed for its encryption; null where its certificate is not the reason, or can
 * not be had: then there is nothing to decide.
 */
export async function untrustedServer(
  client: MailClient,
  server: MailServer,
  use: MailUse,
  signal: AbortSignal,
): Promise<UntrustedServer | null> {
  try {
    const certificate = await client.request('accounts/certificate', { server, protocol: use }, signal);
    if (certificate === null) return null;
    const { pinnedCertificate: pinned } = server;
    const isAccepted = pinned === null ? certificate.problem === null : pinned === certificate.fingerprint;
    return isAccepted ? null : { use, server, certificate };
  } catch {
    return null; // The failure of the test itself is what the person is told.
  }
}
