import { MethodError } from '../errors';

type ChangeKind = 'created' | 'updated' | 'destroyed';
type Entry = { id: string; kind: ChangeKind; onlyCounts: boolean };

/** The net difference between two states of one data type. */
export type Changes = {
  oldState: string;
  newState: string;
  hasMoreChanges: boolean;
  created: string[];
  updated: string[];
  destroyed: string[];
  /** Nothing but counts changed in any of `updated` (`updatedProperties` of Mailbox/changes, RFC 8621 §2.2). */
  onlyCounts: boolean;
};

type Net = { kind: ChangeKind | 'nothing'; onlyCounts: boolean };

/**
 * The state of one data type and what led to it. Each change is a state of its own, so a page of changes can end
 * anywhere. Bounded: what fell out of it cannot be calculated any more.
 */
export class ChangeLog {
  #entries: Entry[] = [];
  /** How many changes came before the first kept entry. */
  #forgotten = 0;

  /**
   * @param epoch tells the states of this server from those of an earlier one that forgot everything
   * @param capacity how many changes are kept at least
   */
  constructor(
    private readonly epoch: string,
    private readonly capacity: number,
  ) {}

  get state(): string {
    return `${this.epoch}-${this.#forgotten + this.#entries.length}`;
  }

  record(id: string, kind: ChangeKind, onlyCounts = false): void {
    this.#entries.push({ id, kind, onlyCounts });
    // Cut in large steps: an array that loses its head on each push is quadratic.
    if (this.#entries.length > this.capacity * 2) this.#drop(this.#entries.length - this.capacity);
  }

  /** From now on no earlier state than the present one can be compared with. */
  forget(): void {
    this.#drop(this.#entries.length);
  }

  /**
   * What changed since a state, up to `maxChanges` ids (RFC 8620 §5.2).
   * @throws MethodError `cannotCalculateChanges` if the state is unknown, too old, or of another server
   */
  since(oldState: string, maxChanges = Number.POSITIVE_INFINITY): Changes {
    const start = this.#indexOf(oldState);
    const net = new Map<string, Net>();
    let changed = 0;
    let end = start;
    for (; end < this.#entries.length; end++) {
      const entry = this.#entries[end];
      if (entry === undefined) break;
      const before = net.get(entry.id);
      const after = combine(before, entry);
      const next = changed + weight(after) - weight(before);
      if (next > maxChanges) break;
      changed = next;
      net.set(entry.id, after);
    }
    const ids = (kind: ChangeKind) => [...net].filter(([, change]) => change.kind === kind).map(([id]) => id);
    return {
      oldState,
      newState: `${this.epoch}-${this.#forgotten + end}`,
      hasMoreChanges: end < this.#entries.length,
      created: ids('created'),
      updated: ids('updated'),
      destroyed: ids('destroyed'),
      onlyCounts: [...net.values()].every((change) => change.kind !== 'updated' || change.onlyCounts),
    };
  }

  #indexOf(state: string): number {
    const separator = state.lastIndexOf('-');
    const position = Number(state.slice(separator + 1)) - this.#forgotten;
    const known = state.slice(0, separator) === this.epoch && /-\d+$/.test(state);
    if (!known || position < 0 || position > this.#entries.length) {
      throw new MethodError('cannotCalculateChanges', `No changes are kept since the state ${state}`);
    }
    return position;
  }

  #drop(count: number): void {
    this.#entries.splice(0, count);
    this.#forgotten += count;
  }
}

function weight(change: Net | undefined): number {
  return change === undefined || change.kind === 'nothing' ? 0 : 1;
}

/** RFC 8620 §5.2: created then updated is created; created then destroyed is nothing; updated then destroyed is destroyed. */
function combine(before: Net | undefined, entry: Entry): Net {
  const onlyCounts = entry.onlyCounts && (before === undefined || before.onlyCounts);
  if (before?.kind === 'created') return { kind: entry.kind === 'destroyed' ? 'nothing' : 'created', onlyCounts };
  return { kind: entry.kind, onlyCounts };
}
