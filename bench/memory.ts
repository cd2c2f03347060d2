// npm run bench:memory -- [--only PATTERN]: what every method was reckoned to need, before anything was allocated, against what it then used: blocks of WebAssembly memory
// and typed arrays that something still held, at their highest together. Beside it the size that the WebAssembly memory grew to, 1 MB at least.
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import { MEMORY_CASES } from '../test/support/memory-cases.js';
import { memoryPeak } from '../test/support/memory-peak.js';
import { formatTable, printHeader } from './support/report.js';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const wanted = new RegExp(values.only);
/** Estimates are to lie this close. */
const CLOSE = 0.2;

printHeader('Memory: estimates and what was used');
const lines: string[][] = [];
let far = 0;
for (const { name, sizes, prepare } of MEMORY_CASES.filter((one) => wanted.test(one.name))) {
  for (const size of sizes) {
    const engine = await createEngine();
    const work = await prepare(engine, size);
    engine.estimated = 0;
    const began = performance.now();
    const { used, memory } = await memoryPeak(engine, work);
    const seconds = (performance.now() - began) / 1000;
    const ratio = engine.estimated / used;
    if (Math.abs(ratio - 1) > CLOSE) far++;
    const cells = [engine.estimated, used, memory].map((bytes) => (bytes / 1e6).toFixed(2));
    lines.push([name, String(size), ...cells, ratio.toFixed(3), seconds.toFixed(1)]);
    console.error(lines.at(-1)!.join('  '));
  }
}
console.log(formatTable(['call', 'size', 'estimated MB', 'used MB', 'memory MB', 'ratio', 's'], lines));
console.log(`\n${lines.length - far} of ${lines.length} within ${100 * CLOSE} %`);
process.exitCode = far > 0 ? 1 : 0;
