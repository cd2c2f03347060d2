import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dateOrder, daysOf } from '#dist/data/tables/dates.js';
import { learnCsv } from '#dist/data/text/csv.js';
import { refuses } from '../../support/refuses.js';

const test = suite('dates');
const days = (iso: string) => Date.parse(iso) / 86_400_000;

test('what is a date, and on which day', () => {
  for (const [text, order, iso] of [
    ['1970-01-01', 'ymd', '1970-01-01T00:00:00Z'],
    ['2019-06-12 09:54:17', 'ymd', '2019-06-12T09:54:17Z'],
    ['2019-06-12T09:54:17.250Z', 'ymd', '2019-06-12T09:54:17.250Z'],
    ['2019-06-12T09:54:17+02:00', 'ymd', '2019-06-12T09:54:17+02:00'],
    ['2019-06-12T00:30-0130', 'ymd', '2019-06-12T00:30:00-01:30'],
    ['2019/6/2', 'ymd', '2019-06-02T00:00:00Z'],
    ['12.06.2019', 'dmy', '2019-06-12T00:00:00Z'],
    ['12.6.2019 18:05', 'dmy', '2019-06-12T18:05:00Z'],
    ['06/12/2019', 'mdy', '2019-06-12T00:00:00Z'],
    ['06/12/2019 12:05 AM', 'mdy', '2019-06-12T00:05:00Z'],
    ['06/12/2019 3:05 pm', 'mdy', '2019-06-12T15:05:00Z'],
    ['29.02.2020', 'dmy', '2020-02-29T00:00:00Z'],
    ['0099-03-01', 'ymd', '0099-03-01T00:00:00Z'],
  ] as const)
    assert.ok(Math.abs(daysOf(text, order) - days(iso)) < 1e-10, text);
});

test('what is none', () => {
  for (const text of [
    '',
    '2019',
    '2019-13-01',
    '2019-02-29',
    '31.04.2019',
    '1.2.3',
    '2019-06-12 25:00',
    '12:30',
    'May',
  ])
    for (const order of ['ymd', 'dmy', 'mdy'] as const) assert.ok(Number.isNaN(daysOf(text, order)), text);
  assert.ok(Number.isNaN(daysOf('06.12.2019', 'mdy')));
});

test('a column tells day from month', () => {
  assert.is(dateOrder(['06/12/2019', '06/13/2019']), 'mdy');
  assert.is(dateOrder(['06/12/2019', '13/06/2019']), 'dmy');
  assert.is(dateOrder(['06/13/2019', '13/06/2019']), undefined);
  assert.is(dateOrder(['06/12/2019', '07/12/2019']), 'either');
  assert.is(dateOrder(['05/05/2019', '07/07/2019']), 'dmy');
  assert.is(dateOrder(['06.12.2019', '07.12.2019']), 'dmy');
  assert.is(dateOrder(['2019-06-12', '12.06.2019']), undefined);
  assert.is(dateOrder([]), undefined);
});

test('in a table: days, refused where they may be months, left out by name', () => {
  const text = (cells: string[]) => `d,n\n${cells.map((cell, r) => `${cell},${r}`).join('\n')}\n`;
  const unclear = text(['03/04/2020', '05/04/2020']);
  refuses(
    () => learnCsv(unclear, { target: null }),
    RangeError,
    /^column "d": expected dates that tell day from month, got none of 2 like "03\/04\/2020"; the option dates /,
  );
  const first = (dates: 'day-first' | 'month-first') =>
    (learnCsv(unclear, { target: null, dates }).table.columns[0] as { values: Float64Array }).values[0];
  assert.is(first('day-first'), days('2020-04-03'));
  assert.is(first('month-first'), days('2020-03-04'));
  assert.equal(learnCsv(unclear, { target: null, dates: 'leave-out' }).schema.leftOut, [{ name: 'd', why: 'dates' }]);
  const gaps = learnCsv(text(['2020-01-01', '', '2020-01-03']), { target: null, missing: 'mean' });
  assert.equal(gaps.schema.columns[0], { name: 'd', kind: 'date', order: 'ymd', fill: days('2020-01-02') });
});

test('a long series of times, all different, is no column of names', () => {
  const at = (r: number) => new Date(Date.UTC(2020, 0, 1) + r * 600_000).toISOString();
  const series = `t,n\n${Array.from({ length: 3000 }, (_, r) => `${at(r)},${r % 7}`).join('\n')}\n`;
  const { table } = learnCsv(series, { target: null });
  const { values } = table.columns[0] as { values: Float64Array };
  assert.is(values[0], days('2020-01-01'));
  assert.is(values[144], days('2020-01-02'));
});

test.run();
