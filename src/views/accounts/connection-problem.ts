import * as vscode from 'vscode';
import type { ErrorReason } from '../../engine/api';
import { EngineError } from '../../engine/client';
import { errorSentence, messageOf } from '../show-error';
import { hostOf, usesToken, type AccountDraft } from './account-draft';
import { signInHint } from './provider-hint';

export function reasonOf(error: unknown): ErrorReason {
  return error instanceof EngineError ? error.reason : 'internal';
}

/** Why signing in where the mail is failed, and what to do about it. */
export function describeSignInProblem(error: unknown, draft: AccountDraft): string {
  const { t } = vscode.l10n;
  const host = hostOf(draft);
  switch (reasonOf(error)) {
    case 'auth': {
      if (usesToken(draft))
        return t('{0} did not accept the token. Correct it, or make a new one at your provider.', host);
      const hint =
        (draft.imap && signInHint(draft.imap)) ?? t('Some providers want a password made for this app alone.');
      const refused = t(
        '{0} did not accept this user name and password. Correct the password, or go back to the user name.',
        host,
      );
      return `${refused} ${hint}`;
    }
    case 'tls':
      return draft.protocol === 'imap' ? noEncryptionThere(host) : describeServerProblem(error, host);
    case 'server':
      return t('{0} refused: {1}. Press Enter to try again.', host, messageOf(error));
    default:
      return describeServerProblem(error, host);
  }
}

/** A certificate that is only not trusted is asked about before; this is no TLS at all, or none that this computer speaks. */
function noEncryptionThere(host: string): string {
  return vscode.l10n.t('{0} does not offer this encryption there. Check port and encryption.', host);
}

/** Why signing in where mail is sent failed; the reading server has accepted the password. */
export function describeSendingProblem(error: unknown, host: string): string {
  const { t } = vscode.l10n;
  const instead = t('Correct the server, or leave it empty to only read mail.');
  return `${sendingSentence(error, host)} ${instead}`;
}

function sendingSentence(error: unknown, host: string): string {
  const { t } = vscode.l10n;
  switch (reasonOf(error)) {
    case 'auth':
      return t('The sending server {0} did not accept this user name and password.', host);
    case 'tls':
      return noEncryptionThere(host);
    case 'server':
      return t('The sending server {0} refused: {1}.', host, messageOf(error));
    case 'timeout':
      return t('The sending server {0} did not answer in time.', host);
    case 'offline':
      return t('The sending server {0} cannot be reached; some networks block this port.', host);
    default:
      return describeServerProblem(error, host);
  }
}

/** Why a search found no server. `address` is what was searched for. */
export function describeSearchProblem(error: unknown, address: string): string {
  const { t } = vscode.l10n;
  return reasonOf(error) === 'not-jmap'
    ? t('No mail server was found for {0}: what answers there speaks neither JMAP nor IMAP.', address)
    : describeServerProblem(error, address);
}

/** Why a server cannot be found or used. `server` is an address, a host or a URL. */
export function describeServerProblem(error: unknown, server: string): string {
  const { t } = vscode.l10n;
  switch (reasonOf(error)) {
    case 'host-not-found':
      return t('There is no host {0}. Check the spelling.', server);
    case 'tls':
      return t('{0} has no valid certificate, so the connection would not be safe.', server);
    case 'not-jmap':
      return t('{0} answers, but not as a JMAP mail server.', server);
    case 'not-imap':
      return t('{0} answers, but not as an IMAP mail server. Check host and port.', server);
    case 'not-smtp':
      return t('{0} answers, but not as a server for sending (SMTP). Check host and port.', server);
    case 'insecure':
      return t('{0} does not encrypt: a password would cross the network in the clear.', server);
    case 'timeout':
      return t('{0} did not answer in time. Press Enter to try again.', server);
    case 'offline':
      return t('{0} cannot be reached. Check the network, then press Enter to try again.', server);
    default:
      return errorSentence(error);
  }
}
