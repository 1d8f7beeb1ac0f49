/** What a file of benches/ exports as `bench`; `run.ts` finds it by its name. */
export interface Bench {
  readonly name: string;
  /** One line for `--list`. */
  readonly description: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export interface BenchOptions {
  /** A directory that stays between runs, for what is costly to make. */
  readonly cache: string;
  /** Progress, for people; the result is the last line. */
  readonly log: (line: string) => void;
}

export interface BenchResult {
  readonly name: string;
  readonly ours: number;
  /** The same work by what a native program would use, in the same run; null if it cannot be had on this machine. */
  readonly reference: number | null;
  /** ours / reference */
  readonly ratio: number | null;
  readonly unit: string;
  readonly [more: string]: unknown;
}

/** The value below which the given part (0 to 1) of the samples lies. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Of this process, so far. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
