import { formatCount } from '../format/counts';
import { interfaceLanguage } from '../format/interface-language';
import { notify } from '../notify';

/** The one question of an action: what goes for good cannot be undone. */
export async function confirmDeletion(count: number): Promise<boolean> {
  const { l10n, locale } = interfaceLanguage();
  const question =
    count === 1
      ? l10n.t('Delete this message for good?')
      : l10n.t('Delete these {0} messages for good?', formatCount(count, locale));
  const remove = l10n.t('Delete');
  const detail =
    count === 1
      ? l10n.t('This cannot be undone. If it is in another mailbox too, it stays there.')
      : l10n.t('This cannot be undone. Those that are in another mailbox too stay there.');
  return (await notify.warning(question, { modal: true, detail }, remove)) === remove;
}
