/**
 * The shortest list that still fails, by dropping first halves, then smaller pieces, then single steps. `fails` is asked
 * twice where it says no, because a failure may hang on the network's timing.
 */
export async function shrink<T>(steps: readonly T[], fails: (steps: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let shortest = [...steps];
  for (let size = Math.ceil(shortest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length;) {
      const without = [...shortest.slice(0, at), ...shortest.slice(at + size)];
      if ((await fails(without)) || (await fails(without))) shortest = without;
      else at += size;
    }
  }
  return shortest;
}
