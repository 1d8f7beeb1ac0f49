/** ms between two clicks that are one double click. */
const doubleClickTime = 500;

/**
 * A tree runs the same command for each click of a double click and does not say which it was. Answers whether this click on this
 * thing is the second one. Times are monotonic, in ms.
 */
export function createDoubleClick(now: () => number = () => performance.now()): (id: string) => boolean {
  let last = { id: '', time: -Infinity };
  return (id) => {
    const time = now();
    const isSecond = last.id === id && time - last.time < doubleClickTime;
    last = { id: isSecond ? '' : id, time };
    return isSecond;
  };
}
