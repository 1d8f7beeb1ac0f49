import * as vscode from 'vscode';
import type { OutboxItem } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import type { ChangeId, MailboxId } from '../../model/ids';
import { showError } from '../show-error';
import type { Reader, ViewContext } from '../view-context';
import { describeIntent, describeState, subjectLabel } from './describe-change';
import { inReadingOrder } from './outbox-order';

type Verb = 'retry' | 'discard' | 'show';

interface ProblemButton extends vscode.QuickInputButton {
  readonly verb: Verb;
}

interface ProblemItem extends vscode.QuickPickItem {
  readonly change?: OutboxItem;
  readonly all?: 'retry' | 'discard';
}

/** What waits and what failed (S30), kept true while it is open; each row can be retried, discarded or shown. */
export function showProblems({ client, log }: ViewContext, reader: Pick<Reader, 'open'>): void {
  const pick = vscode.window.createQuickPick<ProblemItem>();
  pick.title = vscode.l10n.t('Outbox and Problems');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const attempt = async (work: () => Promise<void>) => {
    try {
      pick.busy = true;
      await work();
    } catch (error) {
      showError(error, log);
    } finally {
      pick.busy = false;
    }
  };
  const refresh = async () => {
    const [changes, mailboxes] = await Promise.all([
      client.request('outbox/list', {}),
      client.request('mailboxes/list', {}),
    ]);
    const names = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox.name]));
    showChanges(pick, changes, (id) => names.get(id) ?? vscode.l10n.t('a mailbox that is gone'));
  };
  const run = async (verb: Verb, change: OutboxItem) => {
    if (verb === 'show') {
      pick.hide();
      return openMessage(client, reader, change);
    }
    await client.request(verb === 'retry' ? 'outbox/retry' : 'outbox/discard', { changeIds: [change.changeId] });
    await refresh();
  };
  const runAll = async (verb: 'retry' | 'discard') => {
    const failed = pick.items.flatMap(({ change }) => (change?.state === 'failed' ? [change.changeId] : []));
    pick.hide();
    if (verb === 'retry') await client.request('outbox/retry', { changeIds: failed });
    else await discardAll(client, failed);
  };
  const listeners = [
    pick.onDidTriggerItemButton(({ item, button }) => {
      const { change } = item;
      if (change) void attempt(() => run((button as ProblemButton).verb, change));
    }),
    pick.onDidAccept(() => {
      const { all, change } = pick.selectedItems[0] ?? {};
      if (all) void attempt(() => runAll(all));
      else if (change) void attempt(() => run('show', change));
    }),
    client.onChanged((changed) => {
      if (changed.outbox) void attempt(refresh);
    }),
    pick.onDidHide(() => {
      for (const listener of listeners) listener.dispose();
      pick.dispose();
    }),
  ];
  pick.show();
  void attempt(refresh);
}

function showChanges(
  pick: vscode.QuickPick<ProblemItem>,
  changes: readonly OutboxItem[],
  nameOf: (id: MailboxId) => string,
): void {
  const { t } = vscode.l10n;
  const { failed, waiting } = inReadingOrder(changes);
  const separator = (label: string): ProblemItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const itemOf = (change: OutboxItem): ProblemItem => ({
    label: `$(${change.state === 'failed' ? 'error' : 'clock'}) ${subjectLabel(change.subject, vscode.l10n)}`,
    description: describeIntent(change.intent, nameOf, vscode.l10n),
    detail: describeState(change, vscode.l10n),
    buttons: buttonsOf(change),
    change,
  });
  const active = pick.activeItems[0]?.change?.changeId;
  pick.placeholder =
    changes.length === 0
      ? t('Nothing waits and nothing failed: the server has every change.')
      : t('Enter shows the message; the buttons of a row retry or discard its change');
  pick.items = [
    ...(failed.length > 0 ? [separator(t('Failed')), ...failed.map(itemOf)] : []),
    ...(waiting.length > 0 ? [separator(t('Waiting')), ...waiting.map(itemOf)] : []),
    ...(failed.length > 0
      ? [
          separator(t('All Failed Changes')),
          { label: `$(refresh) ${t('Retry All')}`, all: 'retry' as const },
          { label: `$(discard) ${t('Discard All')}`, all: 'discard' as const },
        ]
      : []),
  ];
  const again = pick.items.find(({ change }) => change !== undefined && change.changeId === active);
  if (again) pick.activeItems = [again];
}

/** A change on its way can be neither stopped nor sent again. */
function buttonsOf(change: OutboxItem): ProblemButton[] {
  const { t } = vscode.l10n;
  const show: ProblemButton = { iconPath: new vscode.ThemeIcon('mail'), tooltip: t('Show Message'), verb: 'show' };
  const retry: ProblemButton = { iconPath: new vscode.ThemeIcon('refresh'), tooltip: t('Retry'), verb: 'retry' };
  const discard: ProblemButton = { iconPath: new vscode.ThemeIcon('discard'), tooltip: t('Discard'), verb: 'discard' };
  if (change.state === 'sending') return [show];
  return change.state === 'failed' || change.attempts > 0 ? [retry, discard, show] : [discard, show];
}

/** Asked once: what is discarded cannot be brought back. */
async function discardAll(client: MailClient, failed: readonly ChangeId[]): Promise<void> {
  const { t } = vscode.l10n;
  const discard = t('Discard All');
  const chosen = await vscode.window.showWarningMessage(
    t('Discard all changes that failed ({0})?', failed.length),
    { modal: true, detail: t('The messages show again what the server has.') },
    discard,
  );
  if (chosen === discard) await client.request('outbox/discard', { changeIds: [...failed] });
}

async function openMessage(client: MailClient, reader: Pick<Reader, 'open'>, change: OutboxItem): Promise<void> {
  const { t } = vscode.l10n;
  const details = await client.request('messages/get', { emailId: change.emailId });
  if (details === null) {
    void vscode.window.showInformationMessage(t('This message is gone.'));
    return;
  }
  const mailboxId = details.mailboxIds[0] ?? null;
  const source = mailboxId === null ? 'inboxes' : { mailboxId };
  const { emailId, threadId } = details;
  await reader.open({ emailId, threadId, mailboxId, source }, { pinned: false, preserveFocus: false });
}
