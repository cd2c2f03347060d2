// What looks into nets: loaded when it is first asked for.
export { explain } from './explain.js';
export { importance } from './explain-importance.js';
export { explainRow } from './explain-row.js';
