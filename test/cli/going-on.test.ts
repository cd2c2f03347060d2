// What the commands propose where a table cannot be taken as it is, and how messages call options.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFlags, SPOKEN_FLAGS } from '#dist/cli/flags/spoken.js';
import { learnTold } from '#dist/cli/read/going-on.js';
import { inspectCsv } from '#dist/data/tables/inspect.js';
import type { TableError } from '#dist/data/tables/troubles.js';
import { type CsvOptions, learnCsv } from '#dist/data/text/csv.js';
import { Random } from '../support/random.js';

/** What is refused, and that what is proposed is not. */
async function refused(text: string, options: CsvOptions, chosen = false): Promise<TableError> {
  try {
    await learnTold(text, options, chosen);
  } catch (error) {
    const found = error as TableError;
    if (found.suggestion) await learnTold(text, { ...options, ...found.suggestion }, true);
    return found;
  }
  throw new Error('was taken');
}

const PORTS = ['S', 'C', 'Q'];
/** Of passengers: names, gaps among features, and two gaps in the last column. */
const passengers = [
  'PassengerId,Survived,Name,Age,Port',
  ...Array.from({ length: 60 }, (_, r) =>
    [r + 1, r % 2, `Name ${r}`, r % 5 ? 20 + (r % 31) : '', r === 30 || r === 40 ? '' : PORTS[r % 3]].join(','),
  ),
].join('\n');

test('a default target with gaps: all troubles, and another target', async () => {
  const { troubles, suggestion } = await refused(passengers, { target: -1 });
  assert.match(troubles.join('\n'), /column "Name": expected categories that recur/);
  assert.match(troubles.join('\n'), /column "Age": 12 of 60 cells are missing/);
  assert.match(troubles.join('\n'), /line 32, column "Port": expected a target, got none there and in 1 more/);
  assert.match(troubles.join('\n'), /--target names another, such as "Survived"/);
  assert.equal(suggestion, { target: 'Survived', ignore: ['PassengerId', 'Name'], missing: 'mean' });
  const { suggestion: none } = await refused(passengers, { target: 'Port' }, true);
  assert.is(none, undefined, 'a target that was chosen stays');
});

test('an id in the last column is no target unless it is chosen', async () => {
  const text = ['size,kind,id', ...Array.from({ length: 40 }, (_, r) => `${r % 7},${'ab'[r % 2]},${1000 + r}`)].join(
    '\n',
  );
  const { troubles, suggestion } = await refused(text, { target: -1 });
  assert.match(troubles[0]!, /column "id": expected a target, got 40 different whole numbers in 40 rows, as ids have/);
  assert.is(suggestion!.target, 'size');
  assert.is((await learnTold(text, { target: 'id' }, true)).schema.target!.name, 'id');
});

test('what comes to light only then is told too', async () => {
  // Once the sign is a mark, the column has gaps, and once these are filled nothing is wrong.
  const rows = Array.from({ length: 60 }, (_, r) => `${r === 7 ? '§' : r},${r % 3 ? 'x' : 'y'}`);
  const { suggestion } = await refused(['n,y', ...rows].join('\n'), { target: -1 });
  assert.ok((suggestion!.missingMarks as string[]).includes('§'));
  assert.is(suggestion!.missing, 'mean');
});

test('random tables: whatever is proposed works', async () => {
  const random = new Random(11);
  const pools = [
    ['1', '2', '2.5', ''],
    ['a', 'b', ''],
    ['01/02/2020', '03/04/2020'],
    ['7'],
    ['', 'NA'],
    ['4', '1', '2', '3'],
    ['up', 'down'],
  ];
  let proposed = 0;
  for (let round = 0; round < 150; round++) {
    const columns = Array.from({ length: 2 + random.below(4) }, () => pools[random.below(pools.length)]!);
    const rows = Array.from({ length: 30 }, (_, r) =>
      columns.map((pool, c) => (c === 0 && round % 2 ? `row ${r}` : pool[random.below(pool.length)]!)).join(','),
    );
    const text = [columns.map((_, c) => (c % 3 ? `c${c}` : `c${c}Id`)).join(','), ...rows].join('\n');
    try {
      await learnTold(text, { target: -1 }, false);
    } catch (error) {
      const { suggestion } = error as TableError;
      if (!suggestion) continue;
      proposed++;
      learnCsv(text, { target: -1, ...suggestion });
    }
  }
  assert.ok(proposed > 50, `${proposed} proposals`);
});

test('inspect tells what the reader found though something is refused', async () => {
  const rows = Array.from(
    { length: 30 },
    (_, r) => `${r};2024-01-${String(1 + r).padStart(2, '0')};1.${100 + r},5;${r ? 'x' : ''}`,
  );
  const { taken, troubles } = await inspectCsv([';day;amount;gap', ...rows].join('\n'), { target: null }, () => false);
  assert.is(troubles.length, 1);
  assert.is(taken.dates, 1);
  assert.is(taken.thousands, '.');
  assert.equal(taken.leftOut, [{ name: 'column0', why: 'row names' }]);
  assert.equal([taken.numeric, taken.categorical], [1, 1]);
});

test('inspect calls few numbers with fractions values, as training does, though a feature is refused', async () => {
  const rows = Array.from({ length: 12 }, (_, r) => `${r ? r : ''},${(r % 3) + 0.5}`).join('\n');
  const { target, troubles } = await inspectCsv(`gap,y\n${rows}\n`, { target: 'y' }, () => false);
  assert.is(troubles.length, 1);
  assert.is(target!.kind, 'values');
  assert.is(learnCsv(`gap,y\n${rows}\n`, { target: 'y', missing: 'mean' }).schema.target!.kind, 'values');
});

test('every option of reading is called by its flag, and data are left alone', () => {
  assert.ok(SPOKEN_FLAGS.length >= 13, `${SPOKEN_FLAGS.length}`);
  for (const { path, name, option } of SPOKEN_FLAGS) {
    const key = path.at(-1)!;
    const flag = `--${name}`;
    assert.is(inFlags(`line 2: the option ${key} says otherwise`), `line 2: ${flag} says otherwise`);
    assert.is(inFlags(`${key}: expected one of the columns "a"`), `${flag}: expected one of the columns "a"`);
    assert.is(inFlags(`rather ${key}: 'x'`), `rather ${flag} x`);
    assert.is(inFlags(`column "the option ${key}": no`), `column "the option ${key}": no`);
    if (/[A-Z]/.test(key)) assert.is(inFlags(`or raise ${key}`), `or raise ${flag}`);
    if (option.kind === 'list') assert.is(inFlags(`list it under ${key}, or`), `list it under ${flag}, or`);
  }
  for (const plain of ['5 of 9 cells are missing', 'a header of 3 cells', 'ignored', 'dates, columns and tasks'])
    assert.is(inFlags(plain), plain);
  assert.is(
    inFlags('column "a" is 1 in every row; ignore leaves it out'),
    'column "a" is 1 in every row; --ignore leaves it out',
  );
  assert.is(inFlags('; missing: 5 fills no category'), '; --missing 5 fills no category');
});

test.run();
