import * as vscode from 'vscode';
import type { CertificateProblem } from '../../model/server-certificate';
import { withTrust, type AccountStep, type UntrustedServer } from './account-draft';
import type { AccountWizardStep } from './step';
import { notify } from '../notify';

/**
 * Shows a certificate that this computer does not trust, in a dialog that has room for the whole fingerprint. Only an
 * explicit choice pins it, and to this account alone. `correctable`: where the person may be sent who does not trust it.
 */
export function certificateStep(correctable: readonly AccountStep[]): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'certificate',
    applies: (draft) => draft.protocol === 'imap' && draft.untrusted !== null,
    ask: async (draft, place) => {
      const { untrusted } = draft;
      if (untrusted === null) return { to: 'next', draft };
      const [refuse, trust] = [t('Do Not Trust'), t('Trust This Certificate for This Account')];
      const options = { modal: true, detail: describeCertificate(untrusted) };
      // Not trusting stands first, so that Enter trusts nothing.
      const chosen = await notify.warning(whyUntrusted(untrusted), options, refuse, trust);
      if (chosen === trust) return { to: 'next', draft: withTrust(draft, untrusted) };
      if (chosen !== refuse && place.canGoBack) return { to: 'back' };
      const ofImap = draft.byHand ? 'imap-server' : 'server';
      const step = untrusted.use === 'smtp' ? 'smtp-server' : ofImap;
      if (chosen !== refuse || !correctable.includes(step)) return { to: 'cancel' };
      const problem = t('The certificate of {0} was not trusted.', untrusted.server.host);
      return {
        to: 'correct',
        step,
        problem,
        draft: { ...draft, smtpByHand: draft.smtpByHand || step === 'smtp-server' },
      };
    },
  };
}

function describeCertificate({
  certificate: { subject, issuer, validFrom, validTo, fingerprint },
}: UntrustedServer): string {
  const { t } = vscode.l10n;
  const dates = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium' });
  return [
    t('Made for: {0}', subject),
    t('Made by: {0}', issuer),
    t('Valid: {0} to {1}', dates.format(validFrom), dates.format(validTo)),
    t('SHA-256 fingerprint: {0}', fingerprint),
    '',
    t(
      'Your password has not been sent there. Trust it only if whoever runs the server tells you the same fingerprint.',
    ),
  ].join('\n');
}

function whyUntrusted({ server: { host, pinnedCertificate }, certificate }: UntrustedServer): string {
  const { t } = vscode.l10n;
  if (pinnedCertificate !== null) return t('{0} shows another certificate than the one you trusted before.', host);
  const reasons: Record<CertificateProblem, string> = {
    'self-signed': t('{0} made its certificate itself: nobody vouches for it.', host),
    'unknown-issuer': t('The certificate of {0} was made by somebody this computer does not know.', host),
    expired: t('The certificate of {0} has expired.', host),
    'other-host': t('The certificate of {0} is for another host.', host),
    other: t('This computer does not trust the certificate of {0}.', host),
  };
  return reasons[certificate.problem ?? 'other'];
}
