import { LatentTree, latentTreeToJson } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { latentsOf, TREES } from '../../support/topic-trees.js';

test('JSON: the tree itself, and its topics from the top, the likelier first', () => {
  for (const [name, tree] of Object.entries(TREES)) {
    const json = JSON.parse(JSON.stringify(latentTreeToJson(tree, { top: 2 })));
    const { topics, ...rest } = json;
    assert.equal(rest, JSON.parse(JSON.stringify(tree.toJSON())), name);
    assert.equal(LatentTree.fromJSON(json).toJSON(), tree.toJSON(), name);
    assert.equal(topics.map((topic: { name: string }) => topic.name).sort(), latentsOf(tree).sort(), name);
    topics.forEach((topic: { level: number; share: number; features: unknown[] }, i: number) => {
      const next = topics[i + 1];
      assert.ok(!next || topic.level > next.level || (topic.level === next.level && topic.share >= next.share), name);
      assert.ok(topic.features.length <= 2);
    });
  }
  const { topics } = latentTreeToJson(TREES.news!);
  assert.equal(
    topics[0]!.features,
    TREES.news!.topFeatures(TREES.news!.features + 36 + Number(topics[0]!.name.split('.')[1]), 5),
  );
});

test.run();
