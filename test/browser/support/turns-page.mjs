// In a page: what gets its turn while a long call yields.

/** Works for 24 ms, as a call with a pace does, and yields, so many times. Counts the yields in which a timer that was due ran. */
export async function countTurns(yields, nextTask) {
  let ticks = 0;
  let on = true;
  const tick = () => {
    ticks++;
    if (on) setTimeout(tick);
  };
  setTimeout(tick);
  let withTimer = 0;
  let cost = 0;
  for (let i = 0; i < yields; i++) {
    const until = performance.now() + 24;
    while (performance.now() < until);
    const before = ticks;
    const began = performance.now();
    await nextTask();
    cost += performance.now() - began;
    if (ticks > before) withTimer++;
  }
  on = false;
  return { yields, withTimer, ticks, costMs: cost / yields };
}
