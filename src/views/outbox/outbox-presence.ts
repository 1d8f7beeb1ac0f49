import type { Overview } from '../../engine/api';
import type { Disposable } from '../disposable';

/**
 * Whether the view stands in the side bar. A change that reaches the server at once must not make it come and go with
 * each key: what waits shows it only when it has waited for `patience`, what failed shows it at once. When nothing is left, it
 * stays as long as somebody looks at it, so that nothing jumps under the mouse.
 */
export interface OutboxPresence extends Disposable {
  counts(overview: Pick<Overview, 'pending' | 'failed'>): void;
  /** Whether the view is open and on screen. */
  visible(isVisible: boolean): void;
  /** The person asked for it: it comes, empty or not. */
  ask(): void;
}

/** ms that a change may wait before it is worth a view. */
const patience = 4000;

export function createOutboxPresence(show: (isShown: boolean) => void): OutboxPresence {
  let pending = 0;
  let failed = 0;
  let isVisible = false;
  let isShown = false;
  let timer: NodeJS.Timeout | undefined;

  const set = (wanted: boolean): void => {
    if (wanted === isShown) return;
    isShown = wanted;
    show(wanted);
  };

  const decide = (): void => {
    if (pending === 0 || failed > 0 || isShown) {
      clearTimeout(timer);
      timer = undefined;
    }
    if (failed > 0) set(true);
    else if (pending === 0) set(isShown && isVisible);
    else if (!isShown) timer ??= setTimeout(() => set(true), patience);
  };

  show(false);
  return {
    counts(overview) {
      ({ pending, failed } = overview);
      decide();
    },
    visible(now) {
      isVisible = now;
      decide();
    },
    ask() {
      clearTimeout(timer);
      timer = undefined;
      set(true);
    },
    dispose() {
      clearTimeout(timer);
    },
  };
}
