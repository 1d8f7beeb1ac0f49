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

/** A word, once over all windows, when a change has failed for good: in the one that the person looks at, or looks at next. */
export function noticeFailures({ client, extension, log }: ViewContext, directory: Directory): vscode.Disposable {
  const watch = watchFailures(client, directory, {
    // VS Code carries what one window has stored to the others.
    told: () => v.parse(toldSchema, extension.globalState.get(toldKey)).map((id) => id as ChangeId),
    isFocused: () => vscode.window.state.focused,
    onTold: async (all) => await extension.globalState.update(toldKey, all),
    onError: (error) => log.warn(`The outbox could not be read: ${error instanceof Error ? error.message : 'failed'}`),
    async onFailed(first, count) {
      await directory.settled(); // the names of mailboxes
      const what = describeIntent(first.intent, (id) => directory.state.byId.get(id) ?? null, vscode.l10n);
      void offerProblems(what, first, count);
    },
  });
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) watch.focused();
  });
  return vscode.Disposable.from(watch, focus);
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
