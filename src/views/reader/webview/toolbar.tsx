import type { MessageView } from '../protocol';
import { CommandButton } from './icon';
import { strings } from './page';

/** Each button runs the command that its key and the palette run. */
export function Toolbar({ message }: { message: MessageView | null }) {
  const unread = message?.unread ?? false;
  const flagged = message?.flagged ?? false;
  return (
    <div class="toolbar" role="toolbar" aria-label={strings.actions} onKeyDown={moveFocus}>
      <CommandButton command="archive" icon="archive" label={strings.archive} shortcut="E" />
      <CommandButton command="delete" icon="trash" label={strings.delete} shortcut="#" />
      {message?.junk === true ? (
        <CommandButton command="notJunk" icon="inbox" label={strings.notJunk} />
      ) : (
        <CommandButton command="junk" icon="report" label={strings.junk} />
      )}
      <CommandButton command="moveTo" icon="folder-opened" label={strings.moveTo} shortcut="V" />
      <span class="divider" />
      <CommandButton
        command="toggleRead"
        icon={unread ? 'mail-read' : 'mail'}
        label={unread ? strings.markRead : strings.markUnread}
        shortcut="U"
      />
      <CommandButton
        command="toggleFlag"
        icon={flagged ? 'star-full' : 'star-empty'}
        label={flagged ? strings.unflag : strings.flag}
        shortcut="S"
      />
      <span class="spring" />
      <CommandButton command="previous" icon="chevron-up" label={strings.previous} shortcut="K" />
      <CommandButton command="next" icon="chevron-down" label={strings.next} shortcut="J" />
    </div>
  );
}

/** Left and right walk along a toolbar (ARIA authoring practices); Tab still reaches every button. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  if (at === -1) return;
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
