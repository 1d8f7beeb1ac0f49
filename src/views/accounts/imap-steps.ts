import * as vscode from 'vscode';
import type { MailServer } from '../../model/account';
import { usernameGuess, withImap, withSmtp, type AccountDraft } from './account-draft';
import {
  hostAndPort,
  isLoopbackServer,
  parseMailServer,
  withSecurity,
  type MailUse,
  type Security,
} from './mail-server';
import { promptChoice, promptText, type Choice } from './prompts';
import { outcomeOf, type AccountWizardStep } from './step';

const asksImap = ({ protocol, byHand }: AccountDraft): boolean => protocol === 'imap' && byHand;
const asksSmtp = ({ protocol, smtpByHand }: AccountDraft): boolean => protocol === 'imap' && smtpByHand;

export function imapServerStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'imap-server',
    applies: asksImap,
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('Server for reading (IMAP), with its port if it is an unusual one: your password will be sent there'),
        placeholder: 'imap.example.org',
        text: draft.imap ? hostAndPort(draft.imap, 'imap') : '',
        check: (text) => {
          const server = parseMailServer(text, 'imap');
          return server ? { value: sameOr(draft.imap, server) } : { problem: notAServer() };
        },
      });
      return outcomeOf(answer, (imap) => ({ ...withImap(draft, imap), username: usernameGuess(draft) }));
    },
  };
}

export function smtpServerStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'smtp-server',
    applies: asksSmtp,
    ask: async (draft, place) => {
      const answer = await promptText<MailServer | null>({
        title,
        place,
        prompt: t('Server for sending (SMTP), with its port if it is an unusual one; leave empty to only read mail'),
        placeholder: 'smtp.example.org',
        text: draft.smtp ? hostAndPort(draft.smtp, 'smtp') : '',
        check: (text) => {
          if (text.trim() === '') return { value: null };
          const server = parseMailServer(text, 'smtp');
          return server ? { value: sameOr(draft.smtp, server) } : { problem: notAServer() };
        },
      });
      return outcomeOf(answer, (smtp) => ({ ...withSmtp(draft, smtp), smtpByHand: true }));
    },
  };
}

/** Going on with the same host and port keeps the encryption and the certificate that were chosen for it. */
function sameOr(before: MailServer | null, typed: MailServer): MailServer {
  return before?.host === typed.host && before.port === typed.port ? before : typed;
}

function notAServer(): string {
  return vscode.l10n.t('This is no host. It looks like mail.example.org or mail.example.org:993.');
}

export function imapSecurityStep(title: string): AccountWizardStep {
  return {
    name: 'imap-security',
    applies: asksImap,
    ask: async (draft, place) => {
      if (draft.imap === null) return { to: 'back' };
      const { imap } = draft;
      const answer = await promptChoice({ title, place, ...securityChoices(imap, 'imap') });
      return outcomeOf(answer, (server) => withImap(draft, server));
    },
  };
}

export function smtpSecurityStep(title: string): AccountWizardStep {
  return {
    name: 'smtp-security',
    applies: (draft) => asksSmtp(draft) && draft.smtp !== null,
    ask: async (draft, place) => {
      if (draft.smtp === null) return { to: 'back' };
      const { smtp } = draft;
      const answer = await promptChoice({ title, place, ...securityChoices(smtp, 'smtp') });
      return outcomeOf(answer, (server) => withSmtp(draft, server));
    },
  };
}

function securityChoices(server: MailServer, use: MailUse) {
  const { t } = vscode.l10n;
  const details: Record<Security, string> = {
    tls: t('From the first moment'),
    starttls: t('The connection turns to TLS before the password is sent, or is given up'),
    none: t('Only for a server on this machine'),
  };
  const offered: readonly Security[] = isLoopbackServer(server) ? ['tls', 'starttls', 'none'] : ['tls', 'starttls'];
  const choices: Choice<MailServer>[] = offered.map((security) => {
    const value = withSecurity(server, use, security);
    return {
      label: `$(${security === 'none' ? 'unlock' : 'lock'}) ${describeEncryption(security)}`,
      description: t('port {0}', value.port),
      detail: details[security],
      value,
    };
  });
  const placeholder = t('How is the connection to {0} encrypted?', server.host);
  return { placeholder, choices, active: choices.find(({ value }) => value.security === server.security) };
}

export function describeEncryption(security: Security): string {
  const { t } = vscode.l10n;
  switch (security) {
    case 'tls':
      return t('encrypted (TLS)');
    case 'starttls':
      return t('encrypted (STARTTLS)');
    case 'none':
      return t('not encrypted');
  }
}
