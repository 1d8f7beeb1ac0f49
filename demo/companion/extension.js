// Adds the account that MAILPANE_DEMO_ACCOUNT holds, the first time, and shows the mail. See ../run.ts.
const fs = require('node:fs/promises');
const path = require('node:path');
const vscode = require('vscode');

async function activate(context) {
  const account = process.env.MAILPANE_DEMO_ACCOUNT;
  if (account === undefined) return;
  await vscode.commands.executeCommand('workbench.view.extension.mailpane');
  const mailpane = await vscode.extensions.getExtension('mailpane.mailpane').activate();

  // A file, made by whoever comes first: windows may open side by side, and each is a process of its own.
  await fs.mkdir(context.globalStorageUri.fsPath, { recursive: true });
  const claim = path.join(context.globalStorageUri.fsPath, 'account-added');
  try {
    await fs.writeFile(claim, '', { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw error;
  }
  try {
    await mailpane.addAccount(JSON.parse(account));
  } catch (error) {
    await fs.rm(claim, { force: true });
    void vscode.window.showErrorMessage(`The demo's account could not be added: ${error.message}`);
  }
}

module.exports = { activate };
