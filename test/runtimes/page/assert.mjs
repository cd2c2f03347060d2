// What kernel tests ask of node:assert, in a page.
export { is as equal, ok } from 'uvu/assert';
