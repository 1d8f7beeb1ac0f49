import type { Disposable } from '../disposable';
import { createRefresher } from '../refresher';

/** Reads again what changed, but only what is on screen: what is hidden is read when it comes back, once. */
export interface ShownRefresher extends Disposable {
  /** It has to be read now, on screen or not. */
  request(): void;
  /** Something changed. */
  changed(): void;
  /** It came on screen, or may have gone. */
  visibilityChanged(): void;
}

export function createShownRefresher(
  interval: number,
  isVisible: () => boolean,
  read: () => Promise<void>,
): ShownRefresher {
  let isStale = false;
  const refresher = createRefresher(interval, () => {
    isStale = false;
    return read();
  });
  const look = (): void => {
    if (isStale && isVisible()) refresher.request();
  };
  return {
    request: () => refresher.request(),
    changed() {
      isStale = true;
      look();
    },
    visibilityChanged: look,
    dispose: () => refresher.dispose(),
  };
}
