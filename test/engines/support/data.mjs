// Data in parts, and what one process makes of them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';

/** The same numbers for the same seed, from 0 to below 1: mulberry32. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sparse text, as many rows in each part as `sizes` says: features that occur together by a hidden topic, and a class. */
export function sparseParts(folder, sizes, columns = 400) {
  const random = randomOf(17);
  const row = () => {
    const topic = Math.floor(random() * 8);
    const within = columns / 8;
    const features = new Set();
    while (features.size < 12)
      features.add(Math.floor(random() < 0.6 ? (topic + random()) * within : random() * columns));
    return `${topic % 2},${[...features].map((feature) => `${feature}:1`).join(',')}\n`;
  };
  return written(
    folder,
    'txt',
    sizes.map((rows) => Array.from({ length: rows }, row).join('')),
  );
}

/** A table of numbers with gaps in their places, categories and yes or no. Only the first part has a header; no part holds all categories. */
export function csvParts(folder, sizes) {
  const random = randomOf(18);
  const towns = ['Ulm', 'Bonn', 'Kiel', 'Jena', 'Graz'];
  const parts = sizes.map((rows, part) =>
    Array.from({ length: rows }, () => {
      const hidden = random();
      const town = towns[(part + Math.floor(hidden * 3)) % towns.length];
      const height = (hidden * 50 + part * 10).toFixed(1);
      const weight = ((hidden + random()) * 30).toFixed(1);
      return `${height},${weight},${town},${random() < hidden ? 'yes' : 'no'},${Math.floor(random() * 7)}\n`;
    }).join(''),
  );
  return written(folder, 'csv', parts, 'height,weight,town,smokes,children\n');
}

function written(folder, ending, parts, header = '') {
  mkdirSync(folder, { recursive: true });
  const paths = parts.map((text, i) => {
    const path = join(folder, `part-${i + 1}.${ending}`);
    writeFileSync(path, (i === 0 ? header : '') + text);
    return path;
  });
  const whole = join(folder, `whole.${ending}`);
  writeFileSync(whole, header + parts.join(''));
  return { parts: paths, whole };
}

export const RESULTS = ['all.survey', 'all.counts', 'tree.json'];

/** The digests of what one process after another makes of the parts; of the tree, what one makes of the whole file. */
export async function inOneProcess({ parts, whole }, command, folder) {
  mkdirSync(folder);
  const out = (name) => join(folder, name);
  const espalier = async (...args) => {
    const { code, stderr } = await run(command.script, args);
    if (code !== 0) throw new Error(`espalier ${args.join(' ')}: ${stderr}`);
  };
  const each = (name) => parts.map((_, i) => out(`${i}.${name}`));
  for (const [i, part] of parts.entries()) await espalier('survey', part, '-o', each('survey')[i]);
  await espalier('merge', ...each('survey'), '-o', out('all.survey'));
  for (const [i, part] of parts.entries())
    await espalier('count', part, '--survey', out('all.survey'), '-o', each('counts')[i]);
  await espalier('merge', ...each('counts'), '-o', out('all.counts'));
  await espalier('tree', whole, '-o', out('tree.json'));
  return digests(folder);
}

/** SHA-256 of each result, null where it is not there. */
export function digests(folder) {
  const hash = (path) =>
    existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16) : null;
  return Object.fromEntries(RESULTS.map((name) => [name, hash(join(folder, name))]));
}

/** Files in a folder of results that look like what a command was writing when it was killed. */
export function strays(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => /(^|\/)\.|\.tmp$/.test(name));
}
