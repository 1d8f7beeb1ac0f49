import * as vscode from 'vscode';
import type { ErrorReason } from '../../engine/api';
import { EngineError } from '../../engine/client';
import { errorSentence } from '../show-error';
import { serverFacts } from './server-url';

export function reasonOf(error: unknown): ErrorReason {
  return error instanceof EngineError ? error.reason : 'internal';
}

/** Why signing in failed and what to do about it. */
export function describeSignInProblem(error: unknown, sessionUrl: string, auth: 'basic' | 'bearer'): string {
  const { t } = vscode.l10n;
  const { host } = serverFacts(sessionUrl);
  switch (reasonOf(error)) {
    case 'auth':
      return auth === 'bearer'
        ? t('{0} did not accept the token. Correct it, or make a new one at your provider.', host)
        : t(
            '{0} did not accept this user name and password. Correct the password, or go back to the user name. ' +
              'Some providers want a password made for this app alone.',
            host,
          );
    case 'timeout':
      return t('{0} did not answer in time. Press Enter to try again.', host);
    case 'offline':
      return t('{0} cannot be reached. Check the network, then press Enter to try again.', host);
    case 'server':
      return t('{0} refused: {1}. Press Enter to try again.', host, messageOf(error));
    default:
      return describeServerProblem(error, host);
  }
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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
