/** What pure functions need of `vscode.l10n`: they are given it, so that they run in a unit test too. */
export interface Localiser {
  t(message: string, ...args: (string | number | boolean)[]): string;
}

/** How to speak to the person. */
export interface Language {
  readonly l10n: Localiser;
  /** BCP 47, for `Intl`. */
  readonly locale: string;
}

/**
 * The locale for dates and numbers: the system's where it speaks the language of the user interface (an English VS Code on
 * a British machine shows British dates), else the interface's. An unknown one is English.
 */
export function dateLocale(interfaceLanguage: string, systemLocale: string): string {
  const languageOf = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0] ?? '';
  const candidates =
    languageOf(interfaceLanguage) === languageOf(systemLocale)
      ? [systemLocale, interfaceLanguage]
      : [interfaceLanguage, systemLocale];
  return candidates.find(isLocale) ?? 'en';
}

function isLocale(locale: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}
