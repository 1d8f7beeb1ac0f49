import { systemClocks, type Clocks } from './clocks';
import { WakeUp } from './signals';

/**
 * What a server asked for by Retry-After: nothing is sent before it is over, whoever wants it (S29). A person's action, the
 * network's return and a new start skip our own back-off, and not this: asked again too early, a server waits longer.
 */
export class ServerQuiet {
  private asked: { readonly ms: number; readonly wall: number; readonly monotonic: number } | null = null;
  private readonly waiting = new Set<WakeUp>();

  constructor(private readonly clocks: Clocks = systemClocks) {}

  /** Null: the server asked for nothing. Of two wishes the longer one holds. */
  note(ms: number | null): void {
    if (ms === null || ms <= this.left) return;
    this.asked = { ms, wall: this.clocks.wall(), monotonic: this.clocks.monotonic() };
  }

  /** ms. What passed is what either clock says: one may have been asleep, the other set back (S37). */
  get left(): number {
    if (this.asked === null) return 0;
    const { ms, wall, monotonic } = this.asked;
    return Math.max(0, ms - Math.max(this.clocks.wall() - wall, this.clocks.monotonic() - monotonic));
  }

  /** The clocks may have jumped: whoever waits looks anew. */
  look(): void {
    for (const waiter of this.waiting) waiter.raise();
  }

  async over(signal: AbortSignal): Promise<void> {
    while (this.left > 0) {
      const waiter = new WakeUp();
      this.waiting.add(waiter);
      try {
        await waiter.wait(this.left, signal);
      } finally {
        this.waiting.delete(waiter);
      }
    }
  }
}
