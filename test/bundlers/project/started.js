/** Options of createWorker: none where the bundler finds the package's own. */
export const started = () => ({});
