import assert from 'node:assert/strict';
import * as v from 'valibot';
import * as vscode from 'vscode';

const contributionsSchema = v.object({
  contributes: v.object({
    commands: v.array(v.object({ command: v.string() })),
    views: v.record(v.string(), v.array(v.object({ id: v.string() }))),
  }),
});

async function activeExtension() {
  const extension = vscode.extensions.getExtension('mailpane.mailpane');
  assert(extension, 'the extension is not installed in this host');
  await extension.activate();
  return extension;
}

describe('the manifest in a real VS Code', () => {
  it('declares the commands that are registered, and registers the commands that are declared', async () => {
    const extension = await activeExtension();
    const { commands, views } = v.parse(contributionsSchema, extension.packageJSON).contributes;
    const declared = commands.map(({ command }) => command).sort();
    const viewIds = Object.values(views).flatMap((list) => list.map(({ id }) => id));
    const isOfView = (id: string) => viewIds.some((view) => id.startsWith(`${view}.`));

    const registered = (await vscode.commands.getCommands(true))
      .filter((id) => id.startsWith('mailpane.') && !isOfView(id))
      .sort();

    assert.deepEqual(registered, declared);
  });

  it('makes the views that it declares', async () => {
    const extension = await activeExtension();
    const { views } = v.parse(contributionsSchema, extension.packageJSON).contributes;
    const commands = await vscode.commands.getCommands(true);
    for (const { id } of Object.values(views).flat()) assert(commands.includes(`${id}.focus`), `no view ${id}`);
  });
});
