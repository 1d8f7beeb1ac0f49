import type { ReaderStrings } from './strings';

export interface PageSettings {
  /** VS Code's display language (BCP 47). */
  readonly language: string;
  /** For dates and numbers (BCP 47). */
  readonly locale: string;
  readonly strings: ReaderStrings;
}

export interface PageResources {
  readonly cspSource: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** New for each page. */
  readonly nonce: string;
}

/**
 * The page around a mail. Its policy never loosens: one script, known by its nonce; pictures only as data; no frame but
 * `srcdoc`, no connection, no form.
 */
export function pageHtml(settings: PageSettings, { cspSource, script, styles, nonce }: PageResources): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src data: blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escapeHtml(settings.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="mailpane-settings" content="${escapeHtml(JSON.stringify(settings))}">
${styles.map((href) => `<link rel="stylesheet" href="${escapeHtml(href)}">`).join('\n')}
</head>
<body>
<div id="reader"></div>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
