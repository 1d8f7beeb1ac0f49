import * as vscode from 'vscode';
import { EngineError } from '../../engine/client';
import type { FailureView } from './protocol';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** In a person's words, with what stands behind it for "Show Details". */
export function failureView(error: unknown): FailureView {
  if (error instanceof EngineError) {
    return { message: error.message, details: error.details, offline: error.reason === 'offline' };
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: vscode.l10n.t('Something went wrong in Mailpane.'), details, offline: false };
}
