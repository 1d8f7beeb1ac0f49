import type { ReaderCommand } from '../protocol';
import { fill, post, strings } from './page';

/** A codicon. Without `label` it is decoration, which a screen reader passes over. */
export function Icon({ name, label, className = '' }: { name: string; label?: string; className?: string }) {
  const classes = `codicon codicon-${name} ${className}`;
  return label === undefined ? (
    <span class={classes} aria-hidden="true" />
  ) : (
    <span class={classes} role="img" aria-label={label} title={label} />
  );
}

interface CommandButtonProps {
  command: ReaderCommand;
  icon: string;
  label: string;
  /** As people read it: the key binding itself is VS Code's. */
  shortcut?: string;
  pressed?: boolean;
}

export function CommandButton({ command, icon, label, shortcut, pressed }: CommandButtonProps) {
  const tip = shortcut === undefined ? label : fill(strings.tooltipWithKey, label, shortcut);
  return (
    <button
      type="button"
      class="icon-button"
      data-command={command}
      title={tip}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      onClick={() => post({ type: 'command', command })}
    >
      <Icon name={icon} />
    </button>
  );
}
