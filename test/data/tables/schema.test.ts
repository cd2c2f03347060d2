import { learnCsvSchema, readCsv } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../../support/refuses.js';

const test = suite('table schema');
const text = 'size,colour,kind\n1,red,a\n2,blue,b\n3,green,a\n';
const schema = learnCsvSchema(text, { target: 'kind' });
const changed = (more: object) => JSON.parse(JSON.stringify({ ...schema, ...more }));

test('a learned schema is taken, also after JSON', () => {
  assert.equal(readCsv(text, changed({})), readCsv(text, schema));
});

test('what is no schema', () => {
  for (const other of [null, undefined, 5, 'csv', [], {}, { kind: 'csv' }])
    refuses(() => readCsv(text, other as never), TypeError, /^schema: expected an object of kind 'table-schema', got /);
});

test('a schema that learning has not made is refused by its part', () => {
  const [size, colour] = schema.columns;
  for (const [part, values] of Object.entries({
    dialect: [null, ',', {}, { ...schema.dialect, delimiter: ',,' }, { ...schema.dialect, header: 'yes' }],
    names: [null, [], 'size', ['size', 'size', 'kind'], [1, 2, 3], [[]]],
    columns: [
      ...[null, [], {}, [null], ['size'], [5], [size, size], [{ ...size, name: 'other' }], [{ ...size, kind: 'x' }]],
      ...[[{ ...size, fill: 'x' }], [{ ...size, fill: undefined }]],
      ...[[{ ...colour, categories: null }], [{ ...colour, categories: [] }], [{ ...colour, fill: 'pink' }]],
      [{ ...colour, categories: ['red', 'red'] }],
      [{ ...colour, categories: [1, 2] }],
    ],
    target: [
      5,
      {},
      'kind',
      { name: 'other', kind: 'values' },
      { name: 'size', kind: 'values' },
      { name: 'kind', kind: 'classes', names: ['a'] },
    ],
    missingMarks: [null, '', [5], {}],
    unknownCategory: [null, 'ignore'],
    leftOut: [null, {}, ['size'], [{ name: 'size', why: 'ignored' }], [{ name: 'other', why: 'ignored' }]],
  }))
    for (const value of values) {
      const error = thrown(() => readCsv(text, changed({ [part]: value })));
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${part}: ${error}`);
      assert.match(
        error.message,
        new RegExp(`^schema\\.${part}(\\[\\d+\\])?(\\.\\w+)*(\\[\\d+\\])?: expected .*, got .`),
      );
    }
});

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.run();
