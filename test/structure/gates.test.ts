import { GateCounter, type GateLayout, gateKind, gateReport, gatesToCsv, tellingGates } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../support/allclose.js';
import { type RandomGates, randomGates, residualLayout } from '../support/gates.js';
import { refuses } from '../support/refuses.js';

const LAYOUT = residualLayout([3, 5], 2);
const problems = [
  randomGates(1, LAYOUT, 200, 4),
  randomGates(2, LAYOUT, 1, 3),
  randomGates(3, residualLayout([1], 1), 50, 2),
  randomGates(4, residualLayout([7], 3, [1, 2]), 97, 10),
  randomGates(5, LAYOUT, 30, 1),
];
const reported = (p: RandomGates) => gateReport(p.gates, p.layout, { values: p.labels, classes: p.classes });

/** Rows that open gate g, of class c or of all. */
function opened({ gates, labels, rows, width }: RandomGates, g: number, c?: number): number {
  let n = 0;
  for (let r = 0; r < rows; r++) if ((c === undefined || labels[r] === c) && gates[r * width + g] === 1) n++;
  return n;
}

const rowsOf = ({ labels }: RandomGates, c: number) => labels.filter((label) => label === c).length;

test('open rates, kinds and blocks, counted again one by one', () => {
  for (const problem of problems) {
    const report = reported(problem);
    const { rows, width, layout } = problem;
    assert.is(report.rows, rows);
    assert.is(report.gates, width);
    const counts = Array.from({ length: width }, (_, g) => opened(problem, g));
    close(
      report.openRate,
      counts.map((n) => n / rows),
      1e-15,
      'openRate',
    );
    const kinds = (from: number, to: number) => {
      const part = counts.slice(from, to);
      const alwaysOn = part.filter((n) => n === rows).length;
      const alwaysOff = part.filter((n) => n === 0).length;
      return { alwaysOn, alwaysOff, inputDependent: part.length - alwaysOn - alwaysOff };
    };
    const { alwaysOn, alwaysOff, inputDependent } = report;
    assert.equal({ alwaysOn, alwaysOff, inputDependent }, kinds(0, width));
    const total = counts.reduce((a, b) => a + b, 0);
    close([report.meanOpen], [total / rows / width], 1e-14, 'meanOpen');
    assert.is(report.blocks.length, layout.length);
    report.blocks.forEach(({ meanOpen, ...block }, b) => {
      const { first, count } = layout[b]!;
      assert.equal(block, { ...layout[b]!, ...kinds(first, first + count) });
      const open = counts.slice(first, first + count).reduce((a, n) => a + n, 0);
      close([meanOpen], [open / count / rows], 1e-14, block.name);
    });
  }
});

test('gates open per image', () => {
  for (const problem of problems) {
    const { rows, width, gates } = problem;
    const open = Array.from({ length: rows }, (_, r) => {
      let n = 0;
      for (let g = 0; g < width; g++) n += gates[r * width + g]!;
      return n;
    });
    const { min, mean, max, images } = reported(problem).openPerImage;
    assert.equal([min, max], [Math.min(...open), Math.max(...open)]);
    close([mean], [open.reduce((a, b) => a + b, 0) / rows], 1e-14, 'mean');
    assert.equal(
      images,
      Array.from({ length: max - min + 1 }, (_, i) => open.filter((n) => n === min + i).length),
    );
  }
});

test('by class: rates, null for a class without images, and information by its definition', () => {
  for (const problem of problems) {
    const { classes } = reported(problem);
    const { rows, width, labels } = problem;
    const ids = Array.from({ length: problem.classes }, (_, c) => c);
    assert.equal(classes!.names, ids.map(String));
    assert.equal(
      classes!.rows,
      ids.map((c) => rowsOf(problem, c)),
    );
    for (let g = 0; g < width; g++) {
      for (const c of ids) {
        const n = rowsOf(problem, c);
        const rate = classes!.openRate[g]![c]!;
        if (n === 0) assert.is(rate, null);
        else close([rate], [opened(problem, g, c) / n], 1e-15, `gate ${g}, class ${c}`);
      }
      // As H(gate) + H(class) - H(gate, class), over the distinct pairs that occur.
      const entropy = (keys: string[]) => {
        const counts = new Map<string, number>();
        for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
        return [...counts.values()].reduce((sum, n) => sum - (n / keys.length) * Math.log(n / keys.length), 0);
      };
      const gate = Array.from({ length: rows }, (_, r) => String(problem.gates[r * width + g]));
      const label = Array.from(labels, String);
      const expected = entropy(gate) + entropy(label) - entropy(gate.map((key, r) => `${key} ${label[r]}`));
      assert.ok(Math.abs(classes!.information[g]! - expected) < 1e-13, `gate ${g}`);
      assert.ok(classes!.information[g]! >= 0);
      assert.ok(Math.abs(classes!.entropy - entropy(label)) < 1e-13);
    }
  }
});

test('a gate that is the class tells ln 2, one that knows nothing exactly 0', () => {
  // Four images of each class; the gates: the class, its contrary, half of each class, all, none.
  const rows = [0, 1, 0, 1, 0, 1, 0, 1].map((label, r) => [label, 1 - label, r < 4 ? 1 : 0, 1, 0]);
  const report = gateReport(Float32Array.from(rows.flat()), [{ name: 'conv', first: 0, count: 5 }], {
    values: [0, 1, 0, 1, 0, 1, 0, 1],
    classes: 2,
    names: ['zero', 'one'],
  });
  close(report.classes!.information, [Math.LN2, Math.LN2, 0, 0, 0], 1e-15, 'information');
  assert.equal(tellingGates(report), [
    { gate: 0, block: 'conv', filter: 0, information: report.classes!.information[0], most: 1, least: 0 },
    { gate: 1, block: 'conv', filter: 1, information: report.classes!.information[0], most: 0, least: 1 },
  ]);
  assert.equal(report.openRate.map(gateKind), ['dependent', 'dependent', 'dependent', 'on', 'off']);
});

test('telling gates: falling, located, with the classes at the ends', () => {
  const problem = problems[0]!;
  const report = reported(problem);
  const all = tellingGates(report, 1000);
  assert.is(all.length, report.classes!.information.filter((x) => x > 0).length);
  assert.ok(all.length > 5);
  all.forEach(({ gate, block, filter, information, most, least }, i) => {
    assert.ok(i === 0 || all[i - 1]!.information >= information);
    const place = problem.layout.find(({ name }) => name === block)!;
    assert.is(place.first + filter, gate);
    assert.ok(filter < place.count);
    const rates = report.classes!.openRate[gate]!.map((rate) => rate!);
    assert.is(rates[most], Math.max(...rates));
    assert.is(rates[least], Math.min(...rates));
  });
  assert.equal(tellingGates(report, 3), all.slice(0, 3));
  assert.equal(tellingGates(gateReport(problem.gates, problem.layout)), []);
  refuses(() => tellingGates(report, -1), RangeError, /^top: expected an integer from 0, got -1/);
});

test('batches of any size, in any order and merged: the same report', () => {
  const { layout, gates, labels, classes, rows, width } = problems[0]!;
  const expected = reported(problems[0]!);
  const part = (from: number, end: number) =>
    [Float32Array.from(gates.subarray(from * width, end * width)), labels.subarray(from, end)] as const;
  const counter = new GateCounter(layout, { classes });
  for (let from = 0; from < rows; from += 33) counter.add(...part(from, Math.min(rows, from + 33)));
  assert.equal(counter.report(), expected);
  const [first, second] = [new GateCounter(layout, { classes }), new GateCounter(layout, { classes })];
  first.add(...part(120, rows));
  second.add(...part(0, 120));
  first.merge(second);
  assert.equal(first.report(), expected);
  const unlabelled = gateReport(gates, layout);
  const { classes: _, ...rest } = expected;
  assert.equal(unlabelled, rest);
  assert.equal(JSON.parse(JSON.stringify(expected)), expected);
});

test('CSV: read back, a line a gate', () => {
  const names = ['plain', 'a,b', 'say "no"', 'two\nlines'];
  const { gates, layout, labels } = problems[0]!;
  // Class 3 is left out: its cells are empty.
  const kept = Array.from(labels.keys()).filter((r) => labels[r] !== 3);
  const width = gates.length / labels.length;
  const some = Uint8Array.from(kept.flatMap((r) => Array.from(gates.subarray(r * width, (r + 1) * width))));
  const report = gateReport(some, layout, { values: kept.map((r) => labels[r]!), classes: 4, names });
  const [header, ...lines] = parseCsv(gatesToCsv(report));
  assert.equal(header, [
    ...['gate', 'block', 'filter', 'kind', 'open_rate', 'class_information'],
    ...names.map((name) => `open_rate ${name}`),
  ]);
  assert.is(lines.length, report.gates);
  lines.forEach((line, g) => {
    const block = layout.find(({ first, count }) => g < first + count)!;
    assert.equal(line.slice(0, 4), [String(g), block.name, String(g - block.first), gateKind(report.openRate[g]!)]);
    assert.equal(line.slice(4, 6).map(Number), [report.openRate[g], report.classes!.information[g]]);
    assert.equal(
      line.slice(6).map((text) => (text === '' ? null : Number(text))),
      report.classes!.openRate[g],
    );
  });
  const bare = parseCsv(gatesToCsv(gateReport(gates, layout)));
  assert.equal(bare[0], ['gate', 'block', 'filter', 'kind', 'open_rate']);
  assert.ok(bare.every((line) => line.length === 5));
});

/** RFC 4180, a character at a time. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === '"' && text[i + 1] === '"') cell += text[++i];
    else if (c === '"') quoted = !quoted;
    else if (quoted || (c !== ',' && c !== '\n')) cell += c;
    else {
      lines.at(-1)!.push(cell);
      cell = '';
      if (c === '\n') lines.push([]);
    }
  }
  assert.equal(lines.pop(), []);
  return lines;
}

test('bad input is refused, and a refused batch leaves no trace', () => {
  const block = (name: string, first: number, count: number) => ({ name, first, count });
  const make = (layout: unknown, labels?: unknown) => () =>
    new GateCounter(layout as GateLayout, labels as { classes: number });
  refuses(make('conv'), TypeError, /^layout: expected a list of blocks, got "conv"$/);
  refuses(make([]), RangeError, /^layout: expected at least one block, got none/);
  refuses(make([null]), TypeError, /^layout\[0\]: expected an object, got null/);
  refuses(make([{ first: 0, count: 1 }]), TypeError, /^layout\[0\]\.name: expected a string, got undefined/);
  refuses(make([block('a', 0, 0)]), RangeError, /^layout\[0\]\.count: expected an integer from 1, got 0/);
  refuses(make([block('a', 0, 2), block('b', 3, 1)]), RangeError, /^layout\[1\]\.first: expected 2, .* got 3/);
  refuses(make(LAYOUT, { classes: 0 }), RangeError, /^labels\.classes: expected an integer from 1, got 0/);
  refuses(make(LAYOUT, { classes: 3, names: ['a'] }), RangeError, /^labels\.names: expected length 3 .* got 1/);

  const counter = new GateCounter(LAYOUT, { classes: 3 });
  const none = new Uint8Array(32);
  const wrong = (index: number, value: number) => {
    const gates = new Float32Array(32);
    gates[index] = value;
    return gates;
  };
  refuses(() => counter.report(), RangeError, /^gates: expected at least one row before a report, got none/);
  refuses(
    () => counter.add([0, 1] as never, [0]),
    TypeError,
    /^gates: expected a Uint8Array or a Float32Array, got \[0,1\]$/,
  );
  refuses(() => counter.add(new Uint8Array(0), []), RangeError, /^gates: expected a multiple of 16 .* got 0/);
  refuses(() => counter.add(new Uint8Array(31), [0, 0]), RangeError, /^gates: expected a multiple of 16 .* got 31/);
  refuses(() => counter.add(wrong(20, 0.5), [0, 0]), RangeError, /^gates: expected 0 or 1, got 0\.5 \(row 1, gate 4\)/);
  refuses(() => counter.add(wrong(31, Number.NaN), [0, 0]), RangeError, /^gates: expected 0 or 1, got NaN/);
  refuses(() => counter.add(none), TypeError, /^labels: expected a class for each row, got undefined/);
  refuses(() => counter.add(none, [0]), RangeError, /^labels: expected 2, one for each row of gates, got 1/);
  refuses(() => counter.add(none, [0, 3]), RangeError, /^labels\[1\]: expected an integer in \[0, 3\), got 3/);
  refuses(() => counter.add(none, [0.5, 0]), RangeError, /^labels\[0\]: expected an integer in \[0, 3\), got 0\.5/);
  refuses(() => new GateCounter(LAYOUT).add(none, [0, 0]), TypeError, /^labels: expected none/);
  refuses(() => counter.merge({} as never), TypeError, /^other: expected a GateCounter, got an object/);
  refuses(
    () => counter.merge(new GateCounter(LAYOUT, { classes: 2 })),
    RangeError,
    /^other: expected a counter of the same blocks and classes \(16 gates in 4 blocks, 3 classes\), got .* 2 classes/,
  );
  refuses(() => counter.merge(new GateCounter(LAYOUT)), RangeError, /^other: .* no classes/);
  refuses(() => counter.report(), RangeError, /^gates: expected at least one row/);
  counter.add(none, [2, 2]);
  assert.equal([counter.report().rows, counter.report().classes!.rows], [2, [0, 0, 2]]);
});

test.run();
