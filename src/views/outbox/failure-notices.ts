import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ChangeId } from '../../model/ids';
import type { ViewContext } from '../view-context';
import { describeState, subjectLabel } from './describe-change';
import { inert } from './inert-text';
import { newlyFailed } from './outbox-order';

/** Remembered over restarts, for a failed change stands in the list until a person decides. */
const toldKey = 'mailpane.problems.told';
const toldSchema = v.fallback(v.array(v.number()), []);

/** A word, once, when a change has failed for good. */
export function noticeFailures({ client, extension, log }: ViewContext): vscode.Disposable {
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
      if (first)
        void offerProblems(
          subjectLabel(first.subject, vscode.l10n),
          inert(describeState(first, vscode.l10n)),
          fresh.length,
        );
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

async function offerProblems(subject: string, why: string, count: number): Promise<void> {
  const { t } = vscode.l10n;
  const show = t('Show Problems');
  const text =
    count === 1
      ? t('A change of "{0}" failed: {1}', subject, why)
      : t('{0} changes failed, the first of "{1}": {2}', count, subject, why);
  if ((await vscode.window.showWarningMessage(text, show)) === show) {
    await vscode.commands.executeCommand('mailpane.showProblems');
  }
}
