import { arch, platform, release } from 'node:os';
import * as vscode from 'vscode';
import type { ViewContext } from '../view-context';
import { bugReport } from './bug-report';
import { notify } from '../notify';

/** Entries of a report: what led to the trouble, and no book. */
const newest = 60;

/** Puts a bug report into the clipboard, and says what is not in it. */
export async function copyBugReport({ client, extension }: ViewContext): Promise<void> {
  const [diagnostics, accounts, lastCheck, entries] = await Promise.all([
    client.request('diagnostics', {}),
    client.request('accounts/list', {}),
    client.request('check/last', {}),
    client.request('sync/log', { accountIds: null, levels: ['warning', 'error'], limit: newest }),
  ]);
  const manifest = extension.extension.packageJSON as Manifest;
  const settings = vscode.workspace.getConfiguration();
  const names = Object.keys(manifest.contributes.configuration.properties);
  const remote = vscode.env.remoteName === undefined ? '' : ', remote';
  const text = bugReport({
    versions: {
      extension: manifest.version,
      vscode: vscode.version,
      host: `${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}${remote}`,
      // The numbers alone: whoever builds a kernel may name it as they like.
      system: `${platform()} ${/^[\d.]*/.exec(release())?.[0] ?? ''} ${arch()}`,
    },
    diagnostics,
    accounts,
    settings: Object.fromEntries(names.map((name) => [name, settings.get(name)])),
    lastCheck,
    entries,
  });
  await vscode.env.clipboard.writeText(text);
  const { t } = vscode.l10n;
  void notify.information(
    t('Copied. No account, server, mailbox or message is named in it; read it once before you publish it.'),
  );
}

interface Manifest {
  readonly version: string;
  readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, unknown>> } };
}
