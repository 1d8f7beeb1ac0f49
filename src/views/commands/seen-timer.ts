import type { ShownMessage } from '../view-context';

/** Marks a message as seen when it has been read for a moment; one at a time, for the person reads one at a time. */
export interface SeenTimer {
  /** A message was opened: the one before is no longer waited for. */
  opened(message: ShownMessage): void;
  dispose(): void;
}

export interface SeenTimerOptions {
  /** Seconds; negative: never. Read each time, because it is a setting. */
  readonly delay: () => number;
  /** Whether the message is still the one that is read. */
  readonly isShown: (message: ShownMessage) => boolean;
  readonly markSeen: (message: ShownMessage) => void;
}

/** setTimeout cannot wait longer (ms): a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

export function createSeenTimer({ delay, isShown, markSeen }: SeenTimerOptions): SeenTimer {
  let timer: NodeJS.Timeout | undefined;
  return {
    opened(message) {
      clearTimeout(timer);
      const seconds = delay();
      if (!(seconds >= 0)) return; // NaN too
      timer = setTimeout(
        () => {
          if (isShown(message)) markSeen(message);
        },
        Math.min(seconds * 1000, longestDelay),
      );
    },
    dispose: () => clearTimeout(timer),
  };
}
