import type { ProxyFault } from '../servers/faults';
import { random, type Random } from '../servers/generator/random';
import type { ActionName } from './client';

/**
 * One thing that happens. Messages and mailboxes are named by numbers, taken modulo how many there are when it happens,
 * so that a step means something even after others before it were dropped.
 */
export type Step = { readonly pause: number } & (
  | {
      readonly do: 'act';
      readonly action: ActionName;
      readonly scope: 'message' | 'thread' | 'many';
      readonly at: number;
      readonly to: number;
      readonly keyword: string;
    }
  | { readonly do: 'undo' | 'retry' | 'discard' | 'wake' | 'settle' }
  | { readonly do: 'remote-add'; readonly to: number; readonly count: number; readonly answers: number | null }
  | { readonly do: 'remote-keyword'; readonly at: number; readonly keyword: string; readonly on: boolean }
  | { readonly do: 'remote-move' | 'remote-add-to'; readonly at: number; readonly to: number }
  | { readonly do: 'remote-destroy'; readonly at: number }
  | { readonly do: 'remote-mailbox'; readonly what: 'create' | 'rename' | 'destroy'; readonly at: number }
  | { readonly do: 'network'; readonly fault: ProxyFault; readonly times: number }
  | { readonly do: 'online' | 'lose-pushes'; readonly on: boolean }
  | { readonly do: 'cut-all' }
  | { readonly do: 'mischief'; readonly which: number }
  | { readonly do: 'disk'; readonly full: boolean }
  /** Now, or after so many operations on the disk; `inOrder` closes as the product does. */
  | { readonly do: 'restart'; readonly how: 'in-order' | 'kill' }
  | { readonly do: 'die'; readonly after: number }
);

const keywords = ['$seen', '$flagged', 'work'];
const actions: readonly ActionName[] = [
  ...(['keyword-on', 'keyword-off', 'move'] as const).flatMap((name) => [name, name, name, name]),
  ...(['archive', 'junk', 'not-junk', 'delete', 'delete'] as const),
  'destroy',
];

/** The steps of a seed. `mischief`: how many kinds of it the server has. */
export function stepsOf(seed: number, mischief: number): Step[] {
  const draws = random(seed, 1);
  const length = draws.integer(8, 40);
  return Array.from({ length }, () => ({ pause: draws.pick([0, 0, 1, 3, 8, 20]), ...drawStep(draws, mischief) }));
}

type Bare = Step extends infer S ? (S extends Step ? Omit<S, 'pause'> : never) : never;

function drawStep(draws: Random, mischief: number): Bare {
  const at = (): number => draws.integer(0, 999);
  const kinds: readonly (readonly [number, () => Bare])[] = [
    [
      34,
      () => ({
        do: 'act',
        action: draws.pick(actions),
        scope: draws.pick(['message', 'message', 'message', 'thread', 'many'] as const),
        at: at(),
        to: at(),
        keyword: draws.pick(keywords),
      }),
    ],
    [7, () => ({ do: 'undo' })],
    [2, () => ({ do: 'retry' })],
    [2, () => ({ do: 'discard' })],
    [3, () => ({ do: 'wake' })],
    [3, () => ({ do: 'settle' })],
    [5, () => ({ do: 'remote-add', to: at(), count: draws.integer(1, 4), answers: draws.chance(0.4) ? at() : null })],
    [7, () => ({ do: 'remote-keyword', at: at(), keyword: draws.pick(keywords), on: draws.chance(0.5) })],
    [4, () => ({ do: 'remote-move', at: at(), to: at() })],
    [2, () => ({ do: 'remote-add-to', at: at(), to: at() })],
    [3, () => ({ do: 'remote-destroy', at: at() })],
    [3, () => ({ do: 'remote-mailbox', what: draws.pick(['create', 'rename', 'destroy'] as const), at: at() })],
    [12, () => ({ do: 'network', fault: drawFault(draws), times: draws.integer(1, 3) })],
    [2, () => ({ do: 'online', on: false })],
    [2, () => ({ do: 'online', on: true })],
    [2, () => ({ do: 'lose-pushes', on: draws.chance(0.6) })],
    [1, () => ({ do: 'cut-all' })],
    [mischief > 0 ? 8 : 0, () => ({ do: 'mischief', which: at() })],
    [2, () => ({ do: 'disk', full: draws.chance(0.5) })],
    [2, () => ({ do: 'restart', how: draws.pick(['in-order', 'kill', 'kill'] as const) })],
    [2, () => ({ do: 'die', after: draws.integer(0, 40) })],
  ];
  let left = draws.next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, draw] of kinds) {
    left -= weight;
    if (left < 0) return draw();
  }
  return { do: 'wake' };
}

function drawFault(draws: Random): ProxyFault {
  return draws.pick<() => ProxyFault>([
    () => ({ kind: 'latency', ms: draws.pick([3, 15, 60]) }),
    () => ({ kind: 'cut', share: draws.next() }),
    () => ({ kind: 'lost-answer' }),
    () => ({ kind: 'lost-answer' }),
    () => ({ kind: 'truncated', share: draws.next() }),
    () => ({ kind: 'status', status: 503 }),
    () => ({ kind: 'status', status: 429, retryAfter: draws.pick([0, 1]) }),
    () => ({ kind: 'black-hole' }),
  ])();
}

/** One line for a person, and for a replay by eye. */
export function describeStep(step: Step): string {
  return JSON.stringify(step);
}
