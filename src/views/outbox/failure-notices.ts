import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ChangeId } from '../../model/ids';
import type { OutboxItem } from '../../model/outbox-item';
import type { Directory } from '../mailboxes/directory';
import type { ViewContext } from '../view-context';
import { describeIntent, describeState, subjectLabel } from './describe-change';
import { watchFailures } from './failure-watch';
import { notify } from '../notify';

/** Remembered over restarts, for a failed change stands in the list until a person decides. */
const toldKey = 'mailpane.problems.told';
const toldSchema = v.fallback(v.array(v.number()), []);

/** A word, once, when a change has failed for good. */
export function noticeFailures({ client, extension, log }: ViewContext, directory: Directory): vscode.Disposable {
  const stored = v.parse(toldSchema, extension.globalState.get(toldKey));
  const watch = watchFailures(client, directory, {
    told: stored.map((id) => id as ChangeId),
    onTold: async (all) => await extension.globalState.update(toldKey, all),
    onError: (error) => log.warn(`The outbox could not be read: ${error instanceof Error ? error.message : 'failed'}`),
    async onFailed(first, count) {
      await directory.settled(); // the names of mailboxes
      const what = describeIntent(first.intent, (id) => directory.state.byId.get(id) ?? null, vscode.l10n);
      void offerProblems(what, first, count);
    },
  });
  return vscode.Disposable.from(watch);
}

/** `what`: the first of `count` that failed. */
async function offerProblems(what: string, item: OutboxItem, count: number): Promise<void> {
  const { t } = vscode.l10n;
  const subject = subjectLabel(item.subject, vscode.l10n);
  const why = describeState(item, vscode.l10n);
  const show = t('Show Outbox');
  const text =
    count === 1
      ? t('{0} failed for "{1}": {2}', what, subject, why)
      : t('{0} changes failed, the first of "{1}": {2}', count, subject, why);
  if ((await notify.warning(text, show)) === show) {
    await vscode.commands.executeCommand('mailpane.showProblems');
  }
}
