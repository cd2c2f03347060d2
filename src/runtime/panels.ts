/** Rows of a packed panel of gemm's first operand. */
export const PANEL_ROWS = 5;

/** Rows rounded up to whole panels. */
export function wholePanels(rows: number): number {
  return Math.ceil(rows / PANEL_ROWS) * PANEL_ROWS;
}
