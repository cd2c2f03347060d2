// Writes test/golden/odd-values.json, the odd values that public calls take: look at each new one. node build/test/support/write-odd-values.js
import { writeFileSync } from 'node:fs';
import { createEngine } from 'espalier';
import { callOddly } from './odd-calls-run.js';

const path = new URL('../../../test/golden/odd-values.json', import.meta.url);
const { accepted } = await callOddly(await createEngine());
writeFileSync(path, `${JSON.stringify(accepted, undefined, 2)}\n`);
console.log(`Wrote ${path.pathname}`);
