/**
 * Preloaded into a window, and so into the thread of its engine (`node --require`): kills the process by SIGKILL at one
 * operation on the disk, exactly. See DieAt; without one in the environment it does nothing.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';

export interface DieAt {
  /** Counted from the operation whose name and path match, as a regular expression. */
  readonly from: string;
  /** The process dies before this one, counted from 1. */
  readonly at: number;
  /** Or in the middle of it, if it writes. */
  readonly inTheMiddle: boolean;
  /** Where the number of operations is written. */
  readonly countFile: string;
}

type Call = (...args: unknown[]) => unknown;

const given = process.env.MAILPANE_DIE_AT;
if (given !== undefined) dieAt(JSON.parse(given) as DieAt);

function dieAt({ from, at, inTheMiddle, countFile }: DieAt): void {
  const begin = new RegExp(from);
  let count = 0;
  const { writeFileSync } = fs;
  const passes = (name: string, args: readonly unknown[], half: () => void): void => {
    const paths = args.filter((argument) => typeof argument === 'string'); // not what is written: that is long
    if (count === 0 && !begin.test(`${name} ${paths.join(' ')}`)) return;
    count += 1;
    writeFileSync(countFile, String(count));
    if (count !== at) return;
    if (inTheMiddle) half();
    process.kill(process.pid, 'SIGKILL');
  };
  const watch = (module: object, name: string, half: (real: Call, args: readonly unknown[]) => void): void => {
    const functions = module as Record<string, Call>;
    const real = functions[name];
    if (real === undefined) throw new Error(`no ${name}`);
    functions[name] = (...args) => {
      passes(name, args, () => half(real, args));
      return real(...args);
    };
  };
  const nothing = (): void => undefined;
  for (const name of ['openSync', 'ftruncateSync', 'fsyncSync', 'fdatasyncSync', 'renameSync', 'rmSync', 'unlinkSync'])
    watch(fs, name, nothing);
  watch(fs, 'writeSync', (real, [descriptor, bytes, offset, length, position]) => {
    if (typeof length === 'number') real(descriptor, bytes, offset, Math.floor(length / 2), position);
  });
  watch(fs, 'writeFileSync', (real, [file, text]) => {
    if (typeof text === 'string') real(file, text.slice(0, text.length / 2));
  });
  watch(promises, 'open', nothing); // to sync a large file
  watch(promises, 'copyFile', (_, [source, target]) => {
    const bytes = fs.readFileSync(String(source));
    writeFileSync(String(target), bytes.subarray(0, bytes.length / 2));
  });
}
