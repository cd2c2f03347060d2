// In the place of the package's own worker, which bundlers would take along: the page always brings one.
export function ownWorker(): never {
  throw new Error('worker: expected one of the page, got none');
}
