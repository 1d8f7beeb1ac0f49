/** `paper`: the mail's own colours on white, as its sender saw it. `theme`: VS Code's colours, whatever the mail says. */
export type Colours = 'paper' | 'theme';

/** The frame's whole style sheet: ours around the mail's. `theme` is the page's computed style. */
export function frameStyle(colours: Colours, theme: CSSStyleDeclaration, mailCss: string): string {
  const of = (name: string, otherwise: string) => theme.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const onPaper = colours === 'paper';
  const ink = onPaper ? '#1f1f1f' : of('editor-foreground', 'CanvasText');
  const paper = onPaper ? '#ffffff' : of('editor-background', 'Canvas');
  const link = onPaper ? '#005fb8' : of('textLink-foreground', 'LinkText');
  const quiet = onPaper ? '#767676' : of('descriptionForeground', ink);
  const line = onPaper ? '#d0d0d0' : of('panel-border', of('contrastBorder', quiet));
  const warning = onPaper ? '#b45309' : of('editorWarning-foreground', '#cca700');
  const focus = onPaper ? '#005fb8' : of('focusBorder', link);
  const isDark = !onPaper && /\bvscode-(?:dark|high-contrast)\b(?!-light)/.test(document.body.className);

  // Important rules of a layer win over the mail's own important ones.
  const overrides = onPaper
    ? ''
    : `body, body *:not(img) { color: inherit !important; background-color: transparent !important;
         background-image: none !important; border-color: ${line} !important; box-shadow: none !important; }
       html { background: ${paper} !important; color: ${ink} !important; }
       body blockquote { border-color: ${quiet} !important; }
       a:link, a:link * { color: ${link} !important; }`;
  return `@layer mailpane {
  html, body { height: auto !important; min-height: 0 !important; max-height: none !important; float: none !important;
    position: static !important; width: auto !important; min-width: 0 !important; margin: 0 !important; columns: auto !important; }
  html { padding: 0 !important; overflow-x: auto; }
  body { padding: ${onPaper ? '16px 20px' : '4px'} !important; overflow: visible !important; box-sizing: border-box !important; }
  a[href]:focus-visible { outline: 2px solid ${focus} !important; outline-offset: 2px !important; }
  a.mailpane-suspicious { outline: 1px dashed ${warning} !important; outline-offset: 2px !important; }
  a.mailpane-suspicious::after { content: " \\26A0\\FE0E" !important; color: ${warning} !important; display: inline !important; }
  ${overrides}
}
@layer base {
  html { color-scheme: ${isDark ? 'dark' : 'light'}; background: ${paper}; color: ${ink}; scrollbar-width: thin;
    font-family: ${of('font-family', 'system-ui, sans-serif')}; font-size: calc(${of('font-size', '13px')} * 1.05); line-height: 1.5; }
  body { overflow-wrap: break-word; }
  a:link { color: ${link}; }
  img { max-width: 100%; }
  img:not([height]) { height: auto; }
  .mailpane-missing { display: inline-block; max-width: 100%; padding: 0 0.4em; box-sizing: border-box;
    border: 1px dashed ${line}; border-radius: 3px; color: ${quiet}; font: 12px/1.6 sans-serif; overflow: hidden; }
  pre, code, tt, samp { font-family: ${of('editor-font-family', 'monospace')}; }
  pre { white-space: pre-wrap; }
  blockquote { margin: 0.5em 0 0.5em 0; padding-left: 1em; border-left: 2px solid ${line}; color: ${quiet}; }
  hr { border: 0; border-top: 1px solid ${line}; }
}
${mailCss}`;
}
