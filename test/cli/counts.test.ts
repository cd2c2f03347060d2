// espalier count, merge, tree --counts and mi: what parts give is what the whole file gives.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, refused, Scratch, succeeds } from '../support/cli.js';
import { Random } from '../support/random.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

interface Answer {
  rows: number;
  variables: number;
  parts: number;
  files: string[];
}

/** Lines in parts, which are files of these names. */
function partsOf(
  lines: readonly string[],
  cuts: readonly number[],
  name: (i: number) => string,
  header = '',
): string[] {
  return cuts.slice(1).map((to, i) => {
    const path = scratch.path(name(i));
    writeFileSync(path, `${header}${lines.slice(cuts[i], to).join('\n')}\n`);
    return path;
  });
}

async function counted(parts: readonly string[], flags: readonly string[] = []): Promise<string[]> {
  const files = [];
  for (const [i, part] of parts.entries()) {
    const out = scratch.path(`${i}.counts`);
    const answer = await answers<Answer>(['count', part, '-o', out, '--json', ...flags]);
    assert.equal(answer.files, [out]);
    files.push(out);
  }
  return files;
}

/** What both say of a tree, but where it comes from and how long that took. */
async function treeOf(args: readonly string[]): Promise<object> {
  const {
    data: _,
    seconds: __,
    taken: ___,
    parts: ____,
    warnings: _____,
    ...tree
  } = await answers<Record<string, unknown>>(['tree', ...args, '--json']);
  return tree;
}

function sparseLines(random: Random, rows: number): string[] {
  return Array.from({ length: rows }, (_, r) => {
    const items = Array.from({ length: 40 }, (_, c) => c).filter(
      (c) => random.below(c + 2) === 0 || (r % 3 === 0 && c % 7 === 1),
    );
    return [`${r % 2}`, ...items.map((c) => `${c}:${1 + random.below(3)}`)].join(',');
  });
}

test('sparse text in parts, one gzipped: the tree and the information of the whole', async () => {
  const lines = sparseLines(new Random(1), 300);
  const whole = scratch.path('whole.txt');
  writeFileSync(whole, `${lines.join('\n')}\n`);
  const parts = partsOf(lines, [0, 90, 91, 300], (i) => `p${i}.txt`);
  writeFileSync(`${parts[0]}.gz`, gzipSync(readFileSync(parts[0]!)));
  const files = await counted([`${parts[0]}.gz`, parts[1]!, parts[2]!]);
  const all = scratch.path('all.counts');
  const merged = await answers<Answer>(['merge', files[2]!, files[0]!, files[1]!, '-o', all, '--json']);
  assert.equal([merged.rows, merged.parts], [300, 3]);
  assert.equal(await treeOf(['--counts', all, '--top', '7']), await treeOf([whole, '--top', '7']));
  for (const [args, out] of [
    [['--counts', all], 'a.json'],
    [[whole], 'b.json'],
  ] as const)
    await succeeds(['tree', ...args, '-o', scratch.path(out)]);
  assert.is(readFileSync(scratch.path('a.json'), 'utf8'), readFileSync(scratch.path('b.json'), 'utf8'));
  // Packed or not, a part is the same.
  const plain = scratch.path('plain.counts');
  await succeeds(['count', parts[0]!, '-o', plain]);
  await refused(['merge', files[0]!, plain, '-o', scratch.path('twice.counts')], /got part p0\.txt in both/);
  // Any order and any grouping.
  const [pair, again] = [scratch.path('pair.counts'), scratch.path('again.counts')];
  await succeeds(['merge', files[1]!, files[0]!, '-o', pair]);
  await succeeds(['merge', pair, files[2]!, '-o', again]);
  assert.ok(readFileSync(again).equals(readFileSync(all)), 'the same bytes');
  const mi = await answers<{
    pairs: { a: number; information: number }[];
    target: { classes: string[]; variables: object[] };
  }>(['mi', '--counts', all, '--top', '3', '--json']);
  assert.equal([mi.pairs.length, mi.target.classes, mi.target.variables.length], [3, ['0', '1'], 3]);
  assert.ok(mi.pairs[0]!.information >= mi.pairs[1]!.information);
});

test('CSV in parts, the last without a header: surveyed, merged, counted', async () => {
  const random = new Random(2);
  const lines = Array.from({ length: 200 }, (_, r) => {
    const k = random.below(4);
    return [['red', 'green', 'blue', ''][k], k * 1.5 + random.below(100) / 7, r % 2 ? k : 3, ['yes', 'no'][k % 2]].join(
      ';',
    );
  });
  const header = 'colour;size;count;answer\n';
  const whole = scratch.path('whole.csv');
  writeFileSync(whole, `${header}${lines.join('\n')}\n`);
  const parts = [
    ...partsOf(lines, [0, 70, 150], (i) => `c${i}.csv`, header),
    ...partsOf(lines, [150, 200], () => 'c2.csv'),
  ];
  const surveys = [];
  for (const [i, part] of parts.entries()) {
    const out = scratch.path(`c${i}.survey`);
    await succeeds(['survey', part, '-o', out, '--missing', 'state']);
    surveys.push(out);
  }
  const survey = scratch.path('c.survey');
  await succeeds(['merge', ...surveys.reverse(), '--out', survey]);
  for (const cut of [[], ['--bins', '3'], ['--threshold', 'mean']]) {
    const files = await counted(parts, ['--survey', survey, ...cut]);
    const all = scratch.path('c.counts');
    await succeeds(['merge', ...files, '-o', all]);
    assert.equal(await treeOf(['--counts', all]), await treeOf([whole, '--missing', 'state', ...cut]), cut.join(' '));
  }
});

test('texts in parts, by a survey of their words', async () => {
  const texts = (from: number) =>
    Array.from(
      { length: 30 },
      (_, i) => `${['red wine', 'white wine', 'dark beer', 'beer'][(from + i) % 4]} tastes ${['good', 'bad'][i % 2]}`,
    );
  const parts = [0, 1].map((i) => {
    const path = scratch.path(`t${i}.txt`);
    writeFileSync(path, `${texts(i).join('\n')}\n`);
    return path;
  });
  const surveys = [];
  for (const part of parts) {
    await succeeds(['survey', part, '--text', '--language', 'none', '-o', `${part}.survey`]);
    surveys.push(`${part}.survey`);
  }
  const all = scratch.path('t.survey');
  await succeeds(['merge', ...surveys, '-o', all]);
  const files = [];
  for (const part of parts) {
    await succeeds(['count', part, '--survey', all, '-o', `${part}.counts`]);
    files.push(`${part}.counts`);
  }
  const counts = scratch.path('t.counts');
  await succeeds(['merge', ...files, '-o', counts]);
  const { strongest, rows } = await answers<{ rows: number; strongest: { names: string[] }[] }>([
    'tree',
    '--counts',
    counts,
    '--json',
    '--root',
    'wine',
  ]);
  assert.is(rows, 60);
  assert.equal([...strongest[0]!.names].sort(), ['bad', 'good']);
});

test('blocks of columns come together', async () => {
  const path = scratch.path('blocks.txt');
  writeFileSync(path, `${sparseLines(new Random(3), 100).join('\n')}\n`);
  const files = [];
  for (const block of ['1/2', '2/2']) {
    const out = scratch.path(`b${block[0]}.counts`);
    await succeeds(['count', path, '--block', block, '-o', out]);
    files.push(out);
  }
  await refused(['tree', '--counts', files[1]!], /b2\.counts: block 1\/2 of blocks\.txt is missing/);
  const all = scratch.path('b.counts');
  await succeeds(['merge', ...files, '-o', all]);
  assert.equal(await treeOf(['--counts', all]), await treeOf([path]));
});

test('what does not go together, is damaged or of another kind is refused by name, and nothing is written', async () => {
  const [a, b] = partsOf(sparseLines(new Random(4), 40), [0, 20, 40], (i) => `r${i}.txt`);
  const [ofA, ofB] = (await counted([a!, b!])) as [string, string];
  const out = scratch.path('never.counts');
  const never = async (args: readonly string[], expected: RegExp) => {
    await refused([...args], expected);
    assert.not(existsSync(out));
  };
  await never(
    ['merge', ofA, ofB, ofA, '-o', out],
    /0\.counts: expected other rows than .*0\.counts, got part r0\.txt in both/,
  );
  await never(['merge', ofA, a!, '-o', out], /r0\.txt: expected counts/);
  await never(['merge', ofA, scratch.path('none'), '-o', out], /none: no such file/);
  const csv = scratch.path('x.csv');
  writeFileSync(csv, 'a,b\n1,x\n2,y\n1,x\n2,y\n');
  const ofCsv = scratch.path('csv.counts');
  await succeeds(['count', csv, '-o', ofCsv]);
  await never(
    ['merge', ofA, ofCsv, '-o', out],
    /csv\.counts: expected the variables of .*0\.counts, which have no names, got some/,
  );
  const damaged = scratch.path('damaged.counts');
  const bytes = readFileSync(ofA);
  bytes[bytes.length - 3]! ^= 4;
  writeFileSync(damaged, bytes);
  await never(['merge', damaged, ofB, '-o', out], /damaged\.counts: the counts are damaged/);
  writeFileSync(damaged, readFileSync(ofA).subarray(0, 300));
  await never(['tree', '--counts', damaged], /damaged\.counts: /);
  await never(['count', a!, '--survey', ofA, '-o', out], /0\.counts: /);
  await never(['count', a!, '--block', '3/2', '-o', out], /--block: expected I\/K/);
  await never(['count', a!, '--min-support', '3', '-o', out], /--min-support: expected a survey/);
  await never(['count', '-', '--threshold', 'mean', '-o', out], /standard input \(-\) can be read but once/);
  await refused(['tree', a!, '--counts', ofA], /--counts: is instead of DATA/);
  await refused(['tree'], /missing required argument 'data', or --counts FILE/);
  await refused(['tree', '--counts', ofA, '--threshold', '2'], /--threshold: was settled when the rows were counted/);
  await refused(['mi', '--counts', a!], /r0\.txt: expected counts/);
  await refused(['count', a!], /-o, --out/);
});

test.run();
