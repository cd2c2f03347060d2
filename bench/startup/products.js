// What is waited for: in Node and in pages, by code alone that is handed what the package exports.

/** Small, and the same everywhere. */
function table(rows, columns) {
  let state = 7;
  const below = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
  return Array.from({ length: rows }, () => {
    const hidden = [below(2), below(2), below(2)];
    return Array.from({ length: columns }, (_, column) => Number(below(10) < (hidden[column % 3] ? 7 : 2)));
  });
}

/** A tree over 12 columns, as its edges. */
export async function tree({ chowLiuTree, Dataset }) {
  const { edges } = await chowLiuTree(Dataset.dense(table(300, 12)));
  return edges.map(({ a, b, information }) => [a, b, information]);
}

/** A sparse net, grown and trained on 300 rows, as its loss. */
export async function net({ Dataset, TrfNet }) {
  const rows = table(300, 24);
  const train = Dataset.dense(rows, { labels: rows.map((row) => row[0] + row[1]) });
  const grown = await TrfNet.grow(train, { seed: 1 });
  await grown.fit(train, { epochs: 2, seed: 2 });
  return (await grown.evaluate(train)).loss;
}
