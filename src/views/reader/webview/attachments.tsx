import type { AttachmentView } from '../protocol';
import { formatSize } from './format';
import { Icon } from './icon';
import { fill, post, strings } from './page';

export function Attachments({ emailId, list }: { emailId: number; list: readonly AttachmentView[] }) {
  if (list.length === 0) return null;
  const label = list.length === 1 ? strings.attachment : fill(strings.attachments, list.length);
  return (
    <section class="attachments" aria-label={label}>
      <div class="attachments-title quiet">
        <Icon name="attach" /> {label}
        {list.length > 1 ? (
          <button type="button" class="link-button" onClick={() => post({ type: 'saveAllAttachments', emailId })}>
            {strings.saveAll}
          </button>
        ) : null}
      </div>
      <ul>
        {list.map((attachment) => (
          <li key={attachment.partId}>
            <Entry emailId={emailId} attachment={attachment} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Entry({ emailId, attachment }: { emailId: number; attachment: AttachmentView }) {
  const { partId, name, canOpen, risky } = attachment;
  const save = () => post({ type: 'saveAttachment', emailId, partId });
  const open = () => post({ type: 'openAttachment', emailId, partId });
  return (
    <div class={`attachment ${risky ? 'risky' : ''}`} title={risky ? strings.riskyAttachment : attachment.type}>
      <button
        type="button"
        class="attachment-main"
        aria-label={fill(canOpen ? strings.openName : strings.saveName, name)}
        onClick={canOpen ? open : save}
      >
        <Icon name={attachment.icon} />
        <bdi class="attachment-name">{name}</bdi>
        <span class="quiet size">{formatSize(attachment.size)}</span>
        {risky ? <Icon name="warning" className="warning" label={strings.riskyAttachment} /> : null}
      </button>
      <button
        type="button"
        class="icon-button"
        title={strings.saveAs}
        aria-label={fill(strings.saveName, name)}
        onClick={save}
      >
        <Icon name="save-as" />
      </button>
    </div>
  );
}
