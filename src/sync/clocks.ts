/** Both in ms. The wall clock jumps when somebody sets it; the monotonic one may stand still while the machine sleeps. */
export interface Clocks {
  wall(): number;
  monotonic(): number;
}

export const systemClocks: Clocks = { wall: () => Date.now(), monotonic: () => performance.now() };
