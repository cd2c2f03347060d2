import { section, widePanel } from '../frame/markup.js';
import { percent, sum, whole } from '../frame/numbers.js';
import { table, tableRow } from '../frame/tables.js';
import { connectionsOf, netDrawing } from './net-drawing.js';
import type { TseRun } from './story.js';

/** Lines of a kind and layer in the net's drawing. */
const MOST_LINES = 900;

/** The net as a drawing, and its layers and skip-paths in a table. */
export function netSection({ grown, density, kinds, tse }: TseRun): string {
  const { tree, skipPaths } = grown;
  const names = { features: 'words', latents: 'topics' };
  const inputName = (level: number) => (level === 0 ? 'the words' : `layer ${level}`);
  const layers = tree.levels.map((units, l) => {
    const { tree: own, added } = connectionsOf(grown, l);
    const inputs = l === 0 ? tree.features : tree.levels[l - 1]!;
    const all = own.length + added.length;
    return tableRow(`Layer ${l + 1}`, [
      inputs,
      units,
      own.length,
      added.length,
      percent(all / (inputs * units), 1),
      all,
    ]);
  });
  const top = tree.levels.at(-1)!;
  const paths = skipPaths.map(({ from, units, connections }) =>
    tableRow(`Skip-path from ${inputName(from)}`, [
      from === 0 ? tree.features : tree.levels[from - 1]!,
      units,
      '–',
      '–',
      percent(1, 0),
      connections,
    ]),
  );
  const added = tree.levels.map((_, l) => connectionsOf(grown, l).added.length);
  const inPaths = sum(skipPaths.map(({ connections }) => connections));
  return section(
    'The net that grows from it',
    [
      `Each level of topics becomes a layer, each topic a ReLU unit. It keeps <span class="key orange">its connections in the tree</span> and gets <span class="key green">new ones</span>, to the nodes below it that tell most about it beyond what their own topic says, until ${percent(density, 0)} of the possible ones are there.`,
      skipPaths.length
        ? `What the topics miss goes past them: <span class="key blue">skip-paths</span>, dense layers (the number counts units) straight to the output. They hold ${percent(inPaths / tse.weights, 0)} of the weights.`
        : 'There are no skip-paths past the topics.',
      `Drawn are at most ${whole(MOST_LINES)} lines of a kind for each layer; there are ${whole(Math.max(...added))} new ones in the widest.`,
    ],
    widePanel((width, narrow) => netDrawing(grown, { width, most: narrow ? MOST_LINES / 3 : MOST_LINES, names })) +
      table(
        ['Inputs', 'Units', 'From the tree', 'Added', 'Density', 'Connections'],
        [...layers, tableRow('Output', [top, kinds.length, '–', '–', percent(1, 0), top * kinds.length]), ...paths],
      ),
  );
}
