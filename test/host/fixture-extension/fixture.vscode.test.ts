import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('a suite in the host', () => {
  it('runs beside the extension under test', async () => {
    const extension = vscode.extensions.getExtension('mailpane-test.host-fixture');
    await extension?.activate();
    assert.ok((await vscode.commands.getCommands()).includes('hostFixture.hello'));
  });

  it('gets the environment that the run was given', () => {
    assert.equal(process.env.HOST_FIXTURE, 'seen');
    if (process.env.HOST_FIXTURE_FAIL === '1') assert.fail('asked to fail');
  });

  it('is killed when it hangs', async () => {
    if (process.env.HOST_FIXTURE_HANG === '1') await new Promise(() => setInterval(() => undefined, 1000));
  }).timeout(60_000);
});
