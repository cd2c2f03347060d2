// The oracles of the latent trees against NumPy, against one another and against cases worked by hand.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestOfMany, em, randomStart, totalLogLikelihood, weigh, withTables } from '../../support/latent/em.js';
import {
  logLikelihoodOf,
  marginalsOf,
  posteriorsOf,
  softInformation,
  softStates,
} from '../../support/latent/enumeration.js';
import { type GoldenTree, goldenRows, goldenTree } from '../../support/latent/golden.js';
import { progressiveGroups, progressiveIslands } from '../../support/latent/progressive.js';
import { compareGroups, groupsAt, recoveryOf } from '../../support/latent/recovery.js';
import { sampleRows, sampleTree, treeOf } from '../../support/latent/sampler.js';
import { close } from '../../support/numbers.js';

const golden: GoldenTree[] = JSON.parse(readFileSync('test/golden/latent.json', 'utf8'));
const islands = [[3, 2], [2]];

test('enumeration agrees with NumPy: posteriors, log-likelihood, conditional information', () => {
  for (const known of golden.filter((each) => each.parent.length <= 50)) {
    const tree = goldenTree(known);
    const rows = goldenRows(known).slice(0, known.features > 20 ? 4 : undefined);
    rows.forEach((row, r) => {
      close(posteriorsOf(tree, row), known.posteriors[r]!, { absolute: 1e-12 }, `${known.name}, row ${r}`);
      close([logLikelihoodOf(tree, row)], [known.logLikelihood[r]!], { relative: 1e-11 }, `${known.name}, row ${r}`);
    });
  }
  for (const known of golden.filter((each) => each.information)) {
    const soft = goldenRows(known).map((row, r) => [...row, ...known.posteriors[r]!]);
    const column = (v: number) => soft.map((row) => row[v]!);
    for (const [v, z, nats] of known.information!) {
      const found = softInformation(column(v), column(z), column(known.parent[v]!));
      close([found], [nats], { absolute: 1e-12 }, `${known.name}, ${v} and ${z}`);
    }
  }
});

test('the sampler draws rows as often as the tree says, and the same for the same seed', () => {
  const tree = sampleTree(3, { islands, strength: 0.7 });
  const rows = sampleRows(tree, 40_000, 5);
  assert.equal(rows, sampleRows(tree, 40_000, 5));
  assert.equal(tree.toJSON(), sampleTree(3, { islands, strength: 0.7 }).toJSON());
  const { rows: distinct, weights } = weigh(rows);
  distinct.forEach((row, r) => {
    const expected = Math.exp(logLikelihoodOf(tree, row));
    // Five standard deviations of a share.
    const bound = 5 * Math.sqrt((expected * (1 - expected)) / 40_000);
    close([weights[r]! / 40_000], [expected], { absolute: bound }, row.join(''));
  });
  const mean = marginalsOf(tree);
  for (let v = 0; v < tree.features; v++) {
    close([rows.filter((row) => row[v]).length / 40_000], [mean[v]!], { absolute: 0.0125 }, `feature ${v}`);
  }
});

test('no step of EM lowers the likelihood, frozen tables stay, and a pseudo-count keeps tables off 0 and 1', () => {
  for (let seed = 0; seed < 6; seed++) {
    const truth = sampleTree(seed, { islands, strength: 0.8 });
    const data = weigh(sampleRows(truth, 120, seed));
    for (const frozen of [[], [0, 6, 7]]) {
      let now = randomStart(truth, data, seed, frozen);
      for (let step = 0; step < 25; step++) {
        const next = em(now, data, { steps: 1, frozen });
        assert.ok(next.logLikelihood >= now.logLikelihood - 1e-9, `${next.logLikelihood} after ${now.logLikelihood}`);
        for (const v of frozen) {
          assert.is(next.probability[2 * v], truth.probability[2 * v]);
          assert.is(next.probability[2 * v + 1], truth.probability[2 * v + 1]);
        }
        now = next;
      }
      assert.is(now.logLikelihood, totalLogLikelihood(now, data));
    }
    const smoothed = em(randomStart(truth, data, seed), data, { steps: 100, pseudo: 1 });
    assert.ok(smoothed.probability.every((p) => p > 0 && p < 1));
  }
});

test('one step of EM on a latent class model, by hand', () => {
  // P(h) = 0.5, P(x | h) = 0.2, 0.8: a row of 1 has the posterior 0.8, one of 0 has 0.2.
  const tree = treeOf(1, [1], [1, -1], [0.2, 0.8, 0.5, 0.5]);
  const data = { rows: [[1], [0]], weights: [30, 10] };
  const next = em(tree, data, { steps: 1 });
  const [prior, inside, outside] = [26 / 40, 24 / 26, 6 / 14];
  close(next.probability, [outside, inside, prior, prior], { absolute: 1e-15 }, 'tables');
  const counted = em(tree, data, { steps: 1, pseudo: 1 });
  close(counted.probability, [7 / 16, 25 / 28, 27 / 42, 27 / 42], { absolute: 1e-15 }, 'with a pseudo-count');
  // One binary feature: no model does better than its share of ones.
  const share = 30 * Math.log(0.75) + 10 * Math.log(0.25);
  close([bestOfMany(tree, data, 3).logLikelihood], [share], { relative: 1e-9 }, 'log-likelihood');
});

test('EM comes back to the tables that very many rows were drawn from', () => {
  const truth = treeOf(4, [1], [4, 4, 4, 4, -1], [0.1, 0.8, 0.2, 0.9, 0.9, 0.3, 0.15, 0.7, 0.4, 0.4]);
  const data = weigh(sampleRows(truth, 200_000, 1));
  const fitted = bestOfMany(truth, data, 4);
  assert.ok(fitted.logLikelihood >= withTables(truth, truth.probability, data).logLikelihood);
  const prior = fitted.probability[8]!;
  // States have no names: they may come the other way round.
  const swapped = Math.abs(prior - 0.6) < Math.abs(prior - 0.4);
  const tables = Array.from({ length: 4 }, (_, v) => [
    fitted.probability[2 * v + Number(swapped)]!,
    fitted.probability[2 * v + Number(!swapped)]!,
  ]);
  close(tables.flat(), truth.probability.subarray(0, 8), { absolute: 0.02 }, 'tables');
});

test('recovery, by hand: pairs, exact groups and the adjusted Rand index', () => {
  const same = compareGroups([7, 7, 8, 8, 9], [1, 1, 0, 0, 5]);
  assert.equal(same, { precision: 1, recall: 1, f1: 1, exact: 1, adjustedRand: 1 });
  // {0 1 2}{3 4 5} found as {0 1}{2 3}{4 5}: 2 of 3 found pairs are true, of 6 true pairs 2 are found.
  const { precision, recall, f1, exact, adjustedRand } = compareGroups([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
  close([precision, recall, f1, exact], [2 / 3, 1 / 3, 4 / 9, 0], { absolute: 1e-15 }, 'pairs');
  close([adjustedRand], [(2 - 18 / 15) / (4.5 - 18 / 15)], { absolute: 1e-15 }, 'adjusted Rand');
  assert.is(compareGroups([0, 0, 1, 1, 2], [3, 3, 4, 5, 4]).exact, 1 / 3);
  assert.is(compareGroups([0, 0, 1, 1], [0, 1, 0, 1]).f1, 0);
  assert.is(compareGroups([0, 1, 2], [0, 1, 2]).adjustedRand, 1);
  const truth = sampleTree(1, {
    islands: [
      [3, 4, 3, 4],
      [2, 2],
    ],
    strength: 0.8,
  });
  const flat = treeOf(14, [1], [...new Array(14).fill(14), -1], new Array(30).fill(0.5));
  assert.is(recoveryOf(truth, truth).f1, 1);
  assert.is(recoveryOf(truth, truth, 2).adjustedRand, 1);
  assert.is(recoveryOf(truth, flat).recall, 1);
  assert.is(recoveryOf(truth, flat, 2).adjustedRand, 0);
  assert.is(new Set(groupsAt(flat, 2)).size, 1);
});

test('progressive EM, step by step: islands and the groups above come back, and stop where they are told to', () => {
  for (let seed = 0; seed < 2; seed++) {
    const truth = sampleTree(seed, {
      islands: [
        [4, 5, 3, 4],
        [2, 2],
      ],
      strength: 0.8,
    });
    const groups = progressiveGroups(sampleRows(truth, 1500, seed), 3);
    assert.is(groups.length, 2);
    assert.is(compareGroups(groupsAt(truth, 1), groups[0]!).exact, 1);
    assert.is(compareGroups(groupsAt(truth, 2), groups[1]!).exact, 1);
  }
  const rows = sampleRows(sampleTree(3, { islands: [[12]], strength: 0.8 }), 500, 1);
  assert.is(progressiveIslands(rows).length, 1);
  assert.equal(
    progressiveIslands(rows, { maxIsland: 4 }).map((island) => island.length),
    [4, 4, 4],
  );
});

test('soft states hold the features and the posteriors, node by node', () => {
  const tree = sampleTree(2, { islands, strength: 0.8 });
  const rows = sampleRows(tree, 3, 1);
  const soft = softStates(tree, rows);
  assert.is(soft.length, tree.nodes);
  assert.equal(
    soft[4],
    rows.map((row) => row[4]),
  );
  assert.is(soft[tree.root]![2], posteriorsOf(tree, rows[2]!)[tree.latents - 1]);
});

test.run();
