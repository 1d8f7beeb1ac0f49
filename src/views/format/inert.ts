/**
 * Another's text inside a text of ours that VS Code does more with than show: it draws `$(name)` as an icon in quick picks and
 * the status bar, and makes `[text](command:…)` a link in notifications and prompts, which runs that command. A
 * zero-width space after the first character keeps both from being read so.
 */
export function inert(text: string): string {
  return text.replaceAll('$(', '$\u200b(').replaceAll('](', ']\u200b(');
}
