import { DenseNet, Tree } from 'espalier';
import { treeToDot } from 'espalier/draw';
import { learnCsvSchema, readCsv } from 'espalier/read';
import { learn } from './learn.js';

console.log(JSON.stringify({ ...(await learn()), ...(await parts()) }));

/** What one part of the package makes, another takes. */
async function parts() {
  const text = 'a,b,label\n1,0,yes\n0,1,no\n1,1,yes\n';
  const rows = readCsv(text, learnCsvSchema(text, { target: 'label' }));
  const net = await DenseNet.create(rows, { hidden: [2] });
  const { rows: evaluated } = await net.evaluate(rows);
  net.dispose();
  return { evaluated, drawn: treeToDot(new Tree(2, [{ a: 0, b: 1, information: 1 }])) };
}
