/** When the clock here next shows this hour. */
export function nextRun(hour, now = new Date()) {
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) throw new RangeError(`HOUR: expected 0 to 23, got ${hour}`);
  const next = new Date(now);
  next.setHours(hour, 0, 0, 0);
  if (next <= now) next.setDate(next.getDate() + 1);
  return next;
}
