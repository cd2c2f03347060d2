// In a process of Node, Deno or Bun: does a task and prints what it came to, as the last line. It ends by itself, whatever threads it had.
import { readFileSync } from 'node:fs';
import { answer } from './inside.mjs';

const golden = JSON.parse(readFileSync(new URL('../golden/digests.json', import.meta.url), 'utf8'));
console.log(`\n${JSON.stringify(await answer(JSON.parse(process.argv[2]), golden))}`);
