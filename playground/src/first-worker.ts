// The tree of a table by those parts of the package that it takes, so that what is seen first does not wait for all the others.
import { chowLiuTree } from 'espalier';
import { treeToSvg } from 'espalier/draw';
import { learnCsv } from 'espalier/read';

addEventListener('message', async ({ data }: MessageEvent<string>) => {
  const { table } = learnCsv(data, { target: null });
  const tree = await chowLiuTree(table);
  const { variables, edges, root, names } = tree;
  postMessage({ tree: [variables, edges, root, names], svg: treeToSvg(tree) });
});
