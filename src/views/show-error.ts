import * as vscode from 'vscode';
import { inert } from './format/inert';
import type { ErrorReason } from '../engine/api';
import { EngineError } from '../engine/client';
import { MissingMailboxError, missingMailboxSentence } from './commands/missing-mailbox';
import { notify } from './notify';

/**
 * Tells a person that what they asked for did not happen, in their words. "Show Details" opens the log, where the details
 * stand. What they cancelled themselves is not told. Resolves at once, not when the notification is closed.
 */
export function showError(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof EngineError && error.reason === 'cancelled') return;
  log.error(error instanceof EngineError ? describe(error) : error instanceof Error ? error : String(error));
  const showDetails = vscode.l10n.t('Show Details');
  void notify.error(errorSentence(error), showDetails).then((choice) => {
    if (choice === showDetails) log.show();
  });
}

/** What was thrown, in its own words: for the log, or inside a sentence of ours. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One sentence for a person about what went wrong and, where there is something, what to do. */
export function errorSentence(error: unknown): string {
  if (error instanceof MissingMailboxError) return missingMailboxSentence(error, vscode.l10n);
  if (!(error instanceof EngineError))
    return vscode.l10n.t('Something went wrong in Mailpane. The log has the details.');
  return sentences()[error.reason](inert(error.message));
}

function describe(error: EngineError): string {
  return [`${error.reason}: ${error.message}`, error.details].filter((part) => part !== '').join('\n');
}

function sentences(): Record<ErrorReason, (message: string) => string> {
  const { t } = vscode.l10n;
  return {
    invalid: (message) => t('That cannot be done here: {0}', message),
    'not-found': () => t('This message or mailbox is no longer there.'),
    'no-mailbox': () =>
      t('This account has no mailbox for that (Archive, Junk or Trash). Use “Move to…” and choose a mailbox instead.'),
    offline: () => t('You are offline, and this is not on your computer yet. Try again when you are connected.'),
    timeout: () => t('The mail server did not answer in time. Try again in a moment.'),
    auth: () => t('The mail server did not accept the user name or password. Sign in again.'),
    'host-not-found': () => t('The mail server was not found. Check the server’s name and your connection.'),
    tls: (message) => t('The connection to the mail server is not secure, so it was not used: {0}', message),
    'not-jmap': () => t('What answers at this address is not a JMAP mail server.'),
    'not-imap': () => t('What answers at this address is not an IMAP mail server.'),
    'not-smtp': () => t('What answers at this address is not an SMTP server for sending.'),
    insecure: () => t('The server can only be reached without encryption, so it was not used.'),
    server: (message) => t('The mail server refused or failed: {0}', message),
    'too-large': () => t('This is larger than the mail server or Mailpane allows.'),
    'disk-full': () => t('The disk is full. Make some room, then try again: nothing that was saved before is lost.'),
    database: (message) => t('Mailpane cannot use its mail database: {0}', message),
    outdated: () => t('A newer version of Mailpane runs in another window. Reload this window to go on.'),
    cancelled: () => t('Cancelled.'),
    internal: () => t('Something went wrong in Mailpane. The log has the details.'),
  };
}
