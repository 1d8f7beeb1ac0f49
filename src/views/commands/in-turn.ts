export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs one piece of work after another, in the order in which they were given; one that fails does not hold up the next. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
