import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { Discovered } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import type { AccountSettings } from '../../model/account';
import { isChosen, withServer, type AccountDraft } from './account-draft';
import { describeSearchProblem, reasonOf } from './connection-problem';
import { describeEncryption } from './imap-steps';
import { hostAndPort } from './mail-server';
import { promptChoice, promptText, type Checked, type Choice } from './prompts';
import { signInHint } from './provider-hint';
import { hostIn, serverFacts } from './server-url';
import { always, outcomeOf, type AccountWizardStep } from './step';
import { isWorthRepeating } from './step-to-correct';

/** Asks who the person is and looks for the server; no credential is sent. */
export function addressStep(client: MailClient, title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'address',
    applies: always,
    ask: async (draft, place) => {
      const answer = await promptText({
        title,
        place,
        prompt: t('Your mail address, or the host of your mail server, or its JMAP session URL'),
        placeholder: 'name@example.org',
        text: draft.address,
        check: (text, signal) => findServers(client, text.trim(), signal),
      });
      return outcomeOf(answer, (found) => ({ ...draft, ...found }));
    },
  };
}

type Found = Pick<AccountDraft, 'address' | 'servers' | 'searchProblem' | 'byHand'>;

async function findServers(client: MailClient, address: string, signal: AbortSignal): Promise<Checked<Found>> {
  const { t } = vscode.l10n;
  if (address === '') return { problem: t('Type a mail address, a host or a URL.') };
  try {
    const servers = await client.request('accounts/discover', { address }, signal);
    const searchProblem = servers.length === 0 ? t('No mail server was found for {0}.', address) : null;
    return { value: { address, servers, searchProblem, byHand: false } };
  } catch (error) {
    const problem = describeSearchProblem(error, hostIn(address));
    if (isWorthRepeating(reasonOf(error))) return { problem };
    return { value: { address, servers: [], searchProblem: problem, byHand: false } };
  }
}

/** Shows host and encryption of what was found: choosing is the person's word that a password may go there. */
export function serverStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'server',
    applies: always,
    ask: async (draft, place) => {
      const problem = place.problem ?? draft.searchProblem;
      const found: Choice<Discovered | 'by-hand' | 'address'>[] = draft.servers.map((server) => ({
        ...describeServer(server),
        value: server,
      }));
      const byHand = { label: `$(edit) ${t('Enter the server by hand…')}`, value: 'by-hand' as const };
      const address = {
        label: `$(arrow-left) ${t('Correct the address')}`,
        description: inert(draft.address),
        value: 'address' as const,
      };
      const answer = await promptChoice<Discovered | 'by-hand' | 'address'>({
        title,
        place,
        placeholder: problem ?? t('Confirm the server: your password will be sent there'),
        choices: problem === null ? [...found, byHand] : [address, ...found, byHand],
        active: found.find(({ value }) => typeof value !== 'string' && isChosen(draft, value.settings)),
      });
      if (answer.kind === 'answer' && answer.value === 'address') return { to: 'back' };
      return outcomeOf(answer, (chosen) =>
        typeof chosen === 'string' ? { ...draft, byHand: true, smtpByHand: true } : withServer(draft, chosen),
      );
    },
  };
}

/** The names and how they were found come from the network; the icon in front is ours. */
function describeServer(server: Discovered): Pick<Choice<unknown>, 'label' | 'description' | 'detail'> {
  const { isEncrypted, label, description, detail } = serverWords(server);
  const icon = isEncrypted ? 'lock' : 'unlock';
  return { label: `$(${icon}) ${inert(label)}`, description: inert(description), detail: inert(detail) };
}

interface ServerWords {
  readonly isEncrypted: boolean;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

function serverWords({ settings, found }: Discovered): ServerWords {
  const { t } = vscode.l10n;
  if (settings.protocol === 'jmap') {
    const { host, encrypted } = serverFacts(settings.sessionUrl);
    const description = encrypted ? t('JMAP, encrypted (TLS)') : t('JMAP, not encrypted, on this machine');
    return { isEncrypted: encrypted, label: host, description, detail: found };
  }
  const { imap, smtp } = settings;
  const sending =
    smtp === null
      ? t('no sending server found')
      : t('sends through {0}, {1}', hostAndPort(smtp, 'smtp'), describeEncryption(smtp.security));
  return {
    isEncrypted: imap.security !== 'none',
    label: hostAndPort(imap, 'imap'),
    description: t('IMAP, {0}; {1}', describeEncryption(imap.security), sending),
    detail: [found, signInHint(imap)].filter((text) => text !== null).join('. '),
  };
}

export function protocolStep(title: string): AccountWizardStep {
  const { t } = vscode.l10n;
  return {
    name: 'protocol',
    applies: (draft) => draft.byHand,
    ask: async (draft, place) => {
      const choices: Choice<AccountSettings['protocol']>[] = [
        { label: 'IMAP', detail: t('Nearly every mail server; sending goes by SMTP'), value: 'imap' },
        { label: 'JMAP', detail: t('Fastmail, Cyrus, Stalwart, Apache James, …'), value: 'jmap' },
      ];
      const active = draft.imap === null && draft.sessionUrl === '' ? 'imap' : draft.protocol;
      const answer = await promptChoice({
        title,
        place,
        placeholder: t('What does the server speak?'),
        choices,
        active: choices.find(({ value }) => value === active),
      });
      return outcomeOf(answer, (protocol) => ({ ...draft, protocol }));
    },
  };
}
