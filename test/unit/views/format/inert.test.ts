import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inert } from '../../../../src/views/format/inert';
import { repositoryRoot } from '../manifest/manifest';

/** As VS Code finds links in notifications and prompts (`linkedText.ts`), and icons in labels (`iconLabels.ts`). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;
const icon = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g;

describe('words of others in texts of ours', () => {
  it.each([
    'NO [Fix it](command:workbench.action.terminal.sendSequence?%7B%7D)',
    '[a](https://example.test) [b](file:///etc/passwd "title")',
    '$(error) $(sync~spin) $($(x))',
    '[x]($(y))[z](command:z)',
  ])('make neither a link nor an icon: %s', (text) => {
    expect(text.match(link) ?? text.match(icon)).not.toBeNull();
    const shown = inert(text);
    expect([shown.match(link), shown.match(icon)]).toEqual([null, null]);
    expect(shown.replaceAll('\u200b', '')).toBe(text);
    expect(inert(shown)).toBe(shown);
  });
});

describe('the doors to what VS Code draws links in', () => {
  const views = path.join(repositoryRoot, 'src/views');
  const lines = readdirSync(views, { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(path.join(views, file), 'utf8');
      return text.split('\n').map((line) => ({ file: file.split(path.sep).join('/'), line: line.trim() }));
    });
  const filesWith = (pattern: RegExp) => [
    ...new Set(lines.filter(({ line }) => pattern.test(line)).map(({ file }) => file)),
  ];

  it('are one for notifications and one for prompts', () => {
    expect(filesWith(/\.show(Information|Warning|Error)Message\(/)).toEqual(['notify.ts']);
    expect(filesWith(/\.createInputBox|\.showInputBox|\.createQuickPick/)).toEqual(['accounts/prompts.ts']);
  });

  it('let nothing through as it is', () => {
    const notified = lines.filter(({ line }) => /\.show(Information|Warning|Error)Message\(/.test(line));
    const shown = lines.filter(({ file, line }) => file === 'notify.ts' && /\bshow\(/.test(line));
    expect([notified.length, shown.length]).toEqual([3, 2]);
    for (const { line } of shown) expect(line).toContain('show(inert(text)');
    const prompted = lines.filter(
      ({ file, line }) =>
        file === 'accounts/prompts.ts' && /\.(prompt|validationMessage|placeholder|title) = /.test(line),
    );
    const plain = prompted.filter(({ line }) => !/inert\(|= undefined;/.test(line)).map(({ line }) => line);
    expect(plain).toEqual(['input.placeholder = options.placeholder;']); // an example of ours
  });
});
