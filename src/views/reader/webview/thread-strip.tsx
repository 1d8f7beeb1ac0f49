import { useEffect, useRef } from 'preact/hooks';
import type { MessageView, ThreadEntry } from '../protocol';
import { fullDate, shortDate } from './format';
import { Icon } from './icon';
import { fill, post, strings } from './page';

/** The conversation, oldest first, one line a message; the one that is shown stands out. */
export function ThreadStrip({ message }: { message: MessageView }) {
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [message.emailId, message.thread.length]);
  if (message.thread.length === 0) return null;
  const label = fill(strings.thread, message.thread.length);
  return (
    <nav class="thread" aria-label={label}>
      <div class="thread-title quiet">
        <Icon name="comment-discussion" /> {label}
      </div>
      <ol>
        {message.thread.map((entry) => (
          <li key={entry.emailId}>
            <Entry entry={entry} isCurrent={entry.emailId === message.emailId} reference={current} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface EntryProps {
  entry: ThreadEntry;
  isCurrent: boolean;
  reference: { current: HTMLButtonElement | null };
}

function Entry({ entry, isCurrent, reference }: EntryProps) {
  return (
    <button
      type="button"
      ref={isCurrent ? reference : null}
      class={`entry ${entry.unread ? 'unread' : ''} ${isCurrent ? 'current' : ''}`}
      aria-current={isCurrent ? 'true' : undefined}
      title={fullDate(entry.receivedAt)}
      onClick={() => post({ type: 'jump', emailId: entry.emailId })}
    >
      <span class="dot">{entry.unread ? <Icon name="circle-filled" label={strings.unread} /> : null}</span>
      <bdi class="entry-from">{entry.from}</bdi>
      <span class="entry-preview quiet">{entry.preview}</span>
      {entry.pending === 'pending' ? <Icon name="cloud-upload" className="pending" label={strings.pending} /> : null}
      {entry.pending === 'failed' ? <Icon name="error" className="failed" label={strings.changeFailed} /> : null}
      {entry.flagged ? <Icon name="star-full" className="flag" label={strings.flagged} /> : null}
      {entry.hasAttachment ? <Icon name="attach" label={strings.hasAttachment} /> : null}
      <time class="quiet">{shortDate(entry.receivedAt, Date.now())}</time>
    </button>
  );
}
