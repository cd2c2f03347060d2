import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { soak } from './soak.js';

test('calls side by side for three seconds: nothing stays allocated, what is not disturbed is as it is alone', async () => {
  const counts = await soak({ seed: 7, milliseconds: 3000 });
  assert.ok(counts.rounds > 5, `${counts.rounds} rounds`);
  assert.ok(counts.same > 0);
});

test.run();
