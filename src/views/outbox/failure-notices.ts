import * as v from 'valibot';
import * as vscode from 'vscode';
import type { OutboxItem } from '../../engine/api';
import type { ChangeId } from '../../model/ids';
import type { Directory } from '../mailboxes/directory';
import type { ViewContext } from '../view-context';
import { describeIntent, describeState, subjectLabel } from './describe-change';
import { inert } from './inert-text';
import { newlyFailed } from './outbox-order';

/** Remembered over restarts, for a failed change stands in the list until a person decides. */
const toldKey = 'mailpane.problems.told';
const toldSchema = v.fallback(v.array(v.number()), []);

/** A word, once, when a change has failed for good. */
export function noticeFailures({ client, extension, log }: ViewContext, directory: Directory): vscode.Disposable {
  const stored = v.parse(toldSchema, extension.globalState.get(toldKey));
  let told: ReadonlySet<ChangeId> = new Set(stored.map((id) => id as ChangeId));
  const look = async () => {
    try {
      const items = await client.request('outbox/list', {});
      const { all, fresh } = newlyFailed(told, items);
      const isSame = fresh.length === 0 && all.length === told.size;
      told = new Set(all);
      if (!isSame) await extension.globalState.update(toldKey, all);
      const [first] = fresh;
      if (first === undefined) return;
      await directory.settled(); // the names of mailboxes
      const what = describeIntent(first.intent, (id) => directory.state.byId.get(id) ?? null, vscode.l10n);
      void offerProblems(inert(what), first, fresh.length);
    } catch (error) {
      log.warn(`The outbox could not be read: ${error instanceof Error ? error.message : 'failed'}`);
    }
  };
  const listener = client.onChanged((changed) => {
    if (changed.outbox) void look();
  });
  void look();
  return vscode.Disposable.from(listener);
}

/** `what`: the first of `count` that failed. */
async function offerProblems(what: string, item: OutboxItem, count: number): Promise<void> {
  const { t } = vscode.l10n;
  const subject = subjectLabel(item.subject, vscode.l10n);
  const why = inert(describeState(item, vscode.l10n));
  const show = t('Show Outbox');
  const text =
    count === 1
      ? t('{0} failed for "{1}": {2}', what, subject, why)
      : t('{0} changes failed, the first of "{1}": {2}', count, subject, why);
  if ((await vscode.window.showWarningMessage(text, show)) === show) {
    await vscode.commands.executeCommand('mailpane.showProblems');
  }
}
