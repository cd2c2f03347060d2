import type { Dataset, FitOptions, FitResult, Net } from 'espalier';
import * as assert from 'uvu/assert';

/** fit's result, or, where its signal stopped it, what onCheckpoint received last. */
export async function untilStopped(
  net: Net,
  data: Dataset,
  options: FitOptions,
): Promise<{ result?: FitResult; checkpoint?: Uint8Array }> {
  let checkpoint: Uint8Array | undefined;
  const onCheckpoint = (bytes: Uint8Array) => {
    checkpoint = bytes;
  };
  try {
    return { result: await net.fit(data, { ...options, onCheckpoint, checkpointEvery: 1_000_000 }) };
  } catch (error) {
    assert.is(error, options.signal?.reason);
    assert.ok(checkpoint, 'no checkpoint came');
    return { checkpoint };
  }
}
