import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { activeExtension } from './support/mailpane';

/** Sources that only the engine's thread may run; esbuild names the source of each piece in a comment. */
const engineOnly = [
  'src/db/',
  'src/sync/',
  'src/mail/image-fetch',
  'node_modules/sql.js',
  'node_modules/eventsource-parser',
];

const settingsSchema = v.object({
  contributes: v.object({ configuration: v.object({ properties: v.record(v.string(), v.looseObject({})) }) }),
});

describe('activation', () => {
  it('runs no SQL, MIME or protocol code on the thread of the extension host', async () => {
    const { extensionPath } = await activeExtension();
    const sources = (bundle: string): string[] =>
      [
        ...readFileSync(path.join(extensionPath, 'dist', bundle), 'utf8').matchAll(
          /^\s*\/\/ ((?:src|node_modules)\/\S+)$/gm,
        ),
      ].map(([, source = '']) => source);
    const [host, engine] = [sources('extension.js'), sources('engine.js')];
    assert(host.includes('src/extension.ts'), 'the bundle of the host names its sources');
    for (const part of engineOnly) {
      assert(
        engine.some((source) => source.startsWith(part)),
        `${part} is in no bundle: this test looks for the wrong thing`,
      );
      assert.deepEqual(
        host.filter((source) => source.startsWith(part)),
        [],
        `${part} is in the bundle of the host`,
      );
    }
  });

  it('lets no workspace change a setting', async () => {
    const extension = await activeExtension();
    const { properties } = v.parse(settingsSchema, extension.packageJSON).contributes.configuration;
    const names = Object.keys(properties);
    assert(names.length > 0);
    for (const name of names) {
      const settings = vscode.workspace.getConfiguration();
      await assert.rejects(
        async () => settings.update(name, 7, vscode.ConfigurationTarget.Workspace),
        /User settings/,
        name,
      );
    }
  });
});
