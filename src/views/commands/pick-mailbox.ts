import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { MessageSource } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import type { MailboxId } from '../../model/ids';
import type { DirectoryState } from '../mailboxes/directory';
import type { Chosen } from '../messages/message-nodes';
import { accountOf } from './account-of';
import { allMailboxes, destinations, type MailboxChoice } from './mailbox-choices';
import { notify } from '../notify';

interface SourceItem extends vscode.QuickPickItem {
  readonly source: MessageSource | null;
}

interface MailboxItem extends vscode.QuickPickItem {
  readonly mailboxId: MailboxId | null;
}

/** "Move to…": null where the person chose none. */
export async function pickDestination(
  chosen: readonly Chosen[],
  state: DirectoryState,
  recent: readonly MailboxId[],
  client: MailClient,
): Promise<MailboxId | null> {
  const accountIds = new Set(await Promise.all(chosen.map((item) => accountOf(item, state, client))));
  const [accountId] = accountIds;
  if (accountId === undefined || accountId === null) return null;
  if (accountIds.size > 1) {
    void notify.warning(
      vscode.l10n.t('These messages are in several accounts. Choose messages of one account to move them.'),
    );
    return null;
  }
  const from = new Set(chosen.flatMap(({ message }) => message.mailboxId ?? []));
  const choices = destinations(state, accountId, from.size === 1 ? from : new Set(), recent, vscode.l10n);
  const picked = await vscode.window.showQuickPick<MailboxItem>(
    [
      ...section(vscode.l10n.t('Recently used'), choices.recent),
      ...section(choices.recent.length > 0 ? vscode.l10n.t('All mailboxes') : '', choices.others),
    ],
    { title: vscode.l10n.t('Move to…'), placeHolder: vscode.l10n.t('Choose a mailbox'), matchOnDescription: true },
  );
  return picked?.mailboxId ?? null;
}

/** "Go to Mailbox…": null where the person chose none. */
export async function pickSource(state: DirectoryState): Promise<MessageSource | null> {
  const inboxes: SourceItem[] =
    state.accounts.size > 1
      ? [{ label: vscode.l10n.t('All Inboxes'), iconPath: new vscode.ThemeIcon('layers'), source: 'inboxes' }]
      : [];
  const mailboxes = allMailboxes(state, vscode.l10n).map((choice): SourceItem => ({
    ...quickPickItem(choice),
    source: { mailboxId: choice.mailboxId },
  }));
  const picked = await vscode.window.showQuickPick([...inboxes, ...mailboxes], {
    title: vscode.l10n.t('Go to Mailbox'),
    placeHolder: vscode.l10n.t('Choose a mailbox'),
    matchOnDescription: true,
  });
  return picked?.source ?? null;
}

function section(label: string, choices: readonly MailboxChoice[]): MailboxItem[] {
  const items = choices.map((choice): MailboxItem => ({ ...quickPickItem(choice), mailboxId: choice.mailboxId }));
  if (label === '' || items.length === 0) return items;
  return [{ label, kind: vscode.QuickPickItemKind.Separator, mailboxId: null }, ...items];
}

// The name of a mailbox comes from a server: `$(icon)` in it must not be drawn as one.
function quickPickItem({ label, description, icon }: MailboxChoice): vscode.QuickPickItem {
  return {
    label: inert(label),
    description: inert(description),
    iconPath: new vscode.ThemeIcon(icon),
  };
}
