import * as vscode from 'vscode';
import type { CertificateProblem } from '../../model/server-certificate';
import { withTrust, type UntrustedServer } from './account-draft';
import { promptChoice, type Choice } from './prompts';
import { outcomeOf, type AccountWizardStep } from './step';

/** Shows a certificate that this computer does not trust. Only an explicit choice pins it, and to this account alone. */
export function certificateStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'certificate',
    applies: (draft) => draft.protocol === 'imap' && draft.untrusted !== null,
    ask: async (draft, place) => {
      const { untrusted } = draft;
      if (untrusted === null) return { to: 'next', draft };
      const { use, server, certificate } = untrusted;
      const until = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium' }).format(certificate.validTo);
      // Not trusting stands first, so that Enter trusts nothing.
      const choices: Choice<boolean>[] = [
        {
          label: `$(close) ${t('Do not trust it')}`,
          detail: t('The password is not sent, and the server is asked for again'),
          value: false,
        },
        {
          label: `$(shield) ${t('Trust this certificate for this account')}`,
          description: t('for {0}, made by {1}, until {2}', certificate.subject, certificate.issuer, until),
          detail: t('Only if its owner tells you the same fingerprint: {0}', certificate.fingerprint),
          value: true,
        },
      ];
      const answer = await promptChoice({
        title,
        place,
        placeholder: whyUntrusted(untrusted),
        choices,
        active: choices[0],
      });
      if (answer.kind === 'answer' && !answer.value) {
        const byHand = draft.byHand ? 'imap-server' : 'server';
        const problem = t('The certificate of {0} was not trusted.', server.host);
        return { to: 'correct', step: use === 'smtp' ? 'smtp-server' : byHand, problem, draft };
      }
      return outcomeOf(answer, () => withTrust(draft, untrusted));
    },
  };
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
