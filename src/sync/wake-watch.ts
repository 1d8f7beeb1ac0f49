import { networkInterfaces } from 'node:os';
import { systemClocks, type Clocks } from './clocks';

/** ms between looks. */
const interval = 5_000;
/** A look that comes this much later than it should by the wall clock: the machine slept. */
const jump = 15_000;

/**
 * Calls back when the machine woke up or the network changed (S26): then nobody should sit out a back-off. Both clocks
 * are compared, because a timer may or may not count the time asleep.
 */
export function watchWakeUps(onWakeUp: () => void, clocks: Clocks = systemClocks): { dispose(): void } {
  let network = addresses();
  let wall = clocks.wall();
  let monotonic = clocks.monotonic();
  const timer = setInterval(() => {
    const now = { network: addresses(), wall: clocks.wall(), monotonic: clocks.monotonic() };
    const slept = now.wall - wall > interval + jump || Math.abs(now.wall - wall - (now.monotonic - monotonic)) > jump;
    const changed = now.network !== network && now.network !== '';
    ({ network, wall, monotonic } = now);
    if (slept || changed) onWakeUp();
  }, interval);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}

/** Every address of this machine but loopback's, as one string to compare. */
function addresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((list) => (list ?? []).filter((address) => !address.internal).map(({ address }) => address))
    .sort()
    .join(' ');
}
