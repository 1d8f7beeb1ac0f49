import * as vscode from 'vscode';
import type { ChangeId } from '../../model/ids';
import { formatCount } from '../format/counts';
import { interfaceLanguage } from '../format/interface-language';
import type { Directory } from '../mailboxes/directory';
import { showError } from '../show-error';
import type { Reader, ViewContext } from '../view-context';
import { whyNoMessage } from './describe-change';
import { noticeFailures } from './failure-notices';
import {
  changesMeant,
  firstChange,
  isDiscardable,
  isRetryable,
  nodesGiven,
  type FailedOf,
  type OutboxNode,
} from './outbox-tree';
import { createOutboxView } from './outbox-view';
import { notify } from '../notify';

/** What waits and what failed (S30): the view, what can be done about it, and a word when something failed for good. */
export function registerOutbox(
  context: ViewContext,
  reader: Pick<Reader, 'open'>,
  directory: Directory,
): vscode.Disposable {
  const { client, log } = context;
  const view = createOutboxView(context, directory);

  const askFailed = (of: FailedOf) => client.request('outbox/failed', of);
  const discard = async (changeIds: readonly ChangeId[], isAsked: boolean): Promise<void> => {
    if (changeIds.length === 0 || (isAsked && !(await confirmDiscard(changeIds.length)))) return;
    await client.request('outbox/discard', { changeIds: [...changeIds] });
  };

  const commands: Record<string, (nodes: readonly OutboxNode[]) => Promise<unknown>> = {
    'mailpane.showProblems': () => view.focus(),
    'mailpane.retryChange': async (nodes) => {
      const changeIds = [...(await changesMeant(nodes, isRetryable, askFailed))];
      if (changeIds.length > 0) await client.request('outbox/retry', { changeIds });
    },
    'mailpane.discardChange': async (nodes) => {
      const changeIds = await changesMeant(nodes, isDiscardable, askFailed);
      await discard(changeIds, changeIds.length > 1);
    },
    'mailpane.retryAllChanges': () => client.request('outbox/retry', { changeIds: null }),
    // What the person is asked about is what goes: not what fails while they think.
    'mailpane.discardAllChanges': async () => discard(await askFailed({ accountId: null, reason: null }), true),
    'mailpane.showChangedMessage': (nodes) => showMessage(context, reader, nodes),
  };

  return vscode.Disposable.from(
    view,
    noticeFailures(context, directory),
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (first: unknown, second: unknown) => {
        await run(nodesGiven(first, second) ?? view.selection).catch((error: unknown) => showError(error, log));
      }),
    ),
  );
}

/** Several at once are asked about, once: what is discarded cannot be brought back. */
async function confirmDiscard(count: number): Promise<boolean> {
  const { t } = vscode.l10n;
  const discard = t('Discard');
  const chosen = await notify.warning(
    count === 1 ? t('Discard 1 change?') : t('Discard {0} changes?', formatCount(count, interfaceLanguage().locale)),
    { modal: true, detail: t('The messages show again what the server has. This cannot be undone.') },
    discard,
  );
  return chosen === discard;
}

async function showMessage(
  { client }: ViewContext,
  reader: Pick<Reader, 'open'>,
  nodes: readonly OutboxNode[],
): Promise<void> {
  const change = firstChange(nodes);
  if (change === null) return;
  const { emailId } = change;
  if (emailId === null) {
    void notify.information(whyNoMessage(change, vscode.l10n));
    return;
  }
  const details = await client.request('messages/get', { emailId });
  if (details === null) {
    void notify.information(vscode.l10n.t('This message is gone.'));
    return;
  }
  const mailboxId = details.mailboxIds[0] ?? null;
  const source = mailboxId === null ? 'inboxes' : { mailboxId };
  const { threadId } = details;
  await reader.open({ emailId, threadId, mailboxId, source }, { pinned: false, preserveFocus: true });
}
