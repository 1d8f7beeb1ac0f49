import * as vscode from 'vscode';
import { dateLocale, type Language } from './language';

/** The language that VS Code speaks. It never changes without a reload. */
export function interfaceLanguage(): Language {
  return {
    l10n: vscode.l10n,
    locale: dateLocale(vscode.env.language, new Intl.DateTimeFormat().resolvedOptions().locale),
  };
}
