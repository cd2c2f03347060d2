import { learn } from './learn.js';

addEventListener('message', (event) => {
  event.waitUntil(
    learn().then(
      (learned) => event.source.postMessage(learned),
      (error) => event.source.postMessage({ error: String(error.stack ?? error) }),
    ),
  );
});
