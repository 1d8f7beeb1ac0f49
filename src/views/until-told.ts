/** How often, and after how many ms each, a command looks for a selection that it is not told of. */
const tries = 20;
const delay = 50;

/**
 * Waits, for a second at most, while VS Code does not tell of a selection that the person sees: it tells of none while it
 * draws a tree again, and a click or a key in that moment would be lost.
 */
export async function untilTold(isUntold: () => boolean): Promise<void> {
  for (let looks = 0; looks < tries && isUntold(); looks++) await new Promise((resolve) => setTimeout(resolve, delay));
}
