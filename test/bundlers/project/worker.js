import { learn } from './learn.js';

learn().then(
  (learned) => postMessage(learned),
  (error) => postMessage({ error: String(error.stack ?? error) }),
);
