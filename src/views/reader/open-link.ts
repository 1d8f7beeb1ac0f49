import * as vscode from 'vscode';
import { checkLink, type LinkCheck, type LinkWarning } from './link-check';
import { notify } from '../notify';

/**
 * Follows a link of a mail, as the page reports it. What can be told about it is told before: VS Code itself shows the
 * target of a web link and asks, unless the person trusts the domain; where the link deceives, we ask first, always.
 */
export async function openLink(href: string, text: string): Promise<void> {
  const check = checkLink(href, text);
  if (!check.ok) {
    void notify.warning(
      check.scheme === null
        ? vscode.l10n.t('This link is not valid and was not opened.')
        : vscode.l10n.t('Links of the kind “{0}:” are not opened from a mail.', check.scheme.slice(0, 40)),
    );
    return;
  }
  if (check.kind === 'mail') return openMailto(check);
  const suspicious = check.warnings.length > 0;
  if (suspicious && !(await confirm(check))) return;
  await openExternal(check.url);
}

type GoodLink = Extract<LinkCheck, { ok: true }>;

async function openMailto({ url, target, warnings }: GoodLink): Promise<void> {
  const copy = vscode.l10n.t('Copy Address');
  const open = vscode.l10n.t('Open in Mail Program');
  const detail = warnings.map((warning) => wordWarning(warning, target)).join('\n');
  const answer = await notify.information(target, { modal: true, detail }, copy, open);
  if (answer === copy) await vscode.env.clipboard.writeText(target);
  else if (answer === open) await openExternal(url);
}

async function confirm({ url, target, warnings }: GoodLink): Promise<boolean> {
  const open = vscode.l10n.t('Open {0}', shorten(target, 60));
  const copy = vscode.l10n.t('Copy Link');
  const answer = await notify.warning(
    vscode.l10n.t('This link is not what it seems. Open it?'),
    {
      modal: true,
      detail: [...warnings.map((warning) => wordWarning(warning, target)), '', shorten(url, 500)].join('\n'),
    },
    open,
    copy,
  );
  if (answer === copy) await vscode.env.clipboard.writeText(url);
  return answer === open;
}

export function wordWarning(warning: LinkWarning, target: string): string {
  switch (warning.kind) {
    case 'other-host':
      return vscode.l10n.t('The text says {0}, but the link leads to {1}', warning.textHost, target);
    case 'userinfo':
      return vscode.l10n.t('The link hides its real target, {0}, behind an @', target);
    case 'international':
      return vscode.l10n.t('{0} is written {1}', warning.unicodeHost, target);
    case 'ip-address':
      return vscode.l10n.t('The link leads to a bare network address: {0}', target);
  }
}

async function openExternal(url: string): Promise<void> {
  // As text: a vscode.Uri decodes and encodes again, which breaks signed and tracking links. VS Code takes text here.
  await vscode.env.openExternal(url as unknown as vscode.Uri);
}

const shorten = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
