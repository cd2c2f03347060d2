import { learnPeriods, periodOf } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../../support/refuses.js';

const test = suite('periods');

test('the period of a date, however it is written', () => {
  for (const date of ['2024-02-29', '20240229', '2024-02-29T23:59:59Z', '29 Feb 2024', 'Feb 29, 2024', ' 2024/2/29 ']) {
    assert.is(periodOf(date, 'year'), '2024', date);
    assert.is(periodOf(date, 'month'), '2024-02', date);
    assert.is(periodOf(date, 'day'), '2024-02-29', date);
  }
  assert.is(periodOf('29.02.2024', 'day', 'dmy'), '2024-02-29');
  assert.is(periodOf('02/29/2024', 'day', 'mdy'), '2024-02-29');
  assert.is(periodOf('2024', 'year'), '2024');
  assert.is(periodOf('2024', 'month'), undefined);
  assert.is(periodOf('2024-07', 'month'), '2024-07');
  assert.is(periodOf('2024-07', 'day'), undefined);
  for (const date of ['', 'x', '2023-02-29', '2024-13', '20241301']) assert.is(periodOf(date, 'year'), undefined, date);
  refuses(() => periodOf(2024 as never, 'year'), TypeError, /^date: /);
  refuses(() => periodOf('2024', 'week' as never), RangeError, /^unit: /);
});

test('the finest unit with at most 60 periods, those between too', () => {
  const days = learnPeriods(['2024-02-27', '2024-03-02', 'no date'])!;
  assert.is(days.unit, 'day');
  assert.equal(days.names, ['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02']);
  assert.equal(['2024-02-29T10:00Z', 'no date', '2024-05-01'].map(days.indexOf), [2, -1, -1]);
  const months = learnPeriods(['2019-11-05', '2020-02-01'])!;
  assert.is(months.unit, 'month');
  assert.equal(months.names, ['2019-11', '2019-12', '2020-01', '2020-02']);
  assert.equal(learnPeriods(['2010-01-01', '2015-01-31'])!.names, ['2010', '2011', '2012', '2013', '2014', '2015']);
  assert.is(learnPeriods(['2010-01-01', '2014-12-31'])!.names.length, 60);
  assert.equal(learnPeriods(['1900', '2000'])!.names, ['1900', '2000']);
  assert.equal(learnPeriods(['2020', '2020-05-06'])!.names, ['2020']);
  assert.is(learnPeriods(['x', '']), undefined);
  assert.is(learnPeriods([]), undefined);
});

test('where day and month cannot be told apart only years are', () => {
  assert.equal(learnPeriods(['01/02/2020', '03/04/2021'])!.names, ['2020', '2021']);
  assert.equal(learnPeriods(['12/30/2020', '01/02/2021'])!.names.length, 4);
  assert.is(learnPeriods(['01/02/2020', '13/02/2020'])!.unit, 'day');
});

test.run();
