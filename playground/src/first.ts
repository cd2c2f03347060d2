// What is seen first: the tree of a sample, begun before the page itself is here.
import { SAMPLES } from './samples.js';
import { place } from './url.js';

/** What the constructor of Tree takes, and the drawing. */
export interface FirstTree {
  readonly tree: ConstructorParameters<typeof import('espalier').Tree>;
  readonly svg: string;
}

/** Undefined where the address asks for something else, and where it fails: the whole package says why. */
export const first: Promise<FirstTree | undefined> = begin();

async function begin(): Promise<FirstTree | undefined> {
  const { tab = 'tree', sample } = place();
  const of = SAMPLES.find(({ id }) => id === sample) ?? SAMPLES[0]!;
  if (tab !== 'tree') return undefined;
  const given = of.given();
  const [table] = given instanceof Promise ? [] : given;
  if (!table?.name.endsWith('.csv')) return undefined;
  const worker = new Worker(new URL('./first-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<FirstTree>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      worker.postMessage(new TextDecoder().decode(table.bytes));
    });
  } catch {
    return undefined;
  } finally {
    worker.terminate();
  }
}
