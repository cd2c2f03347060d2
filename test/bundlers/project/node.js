import { learn, learnOnThreads } from './learn.js';

// No await on the top level: what Vite 5 and 6 build for is older.
learn().then(async ({ digest }) => console.log(JSON.stringify({ digest, threads: await learnOnThreads() })));
