import { requireClose } from './check.js';
import type { Lane, Peer } from './operations.js';
import { PLAIN } from './peers/plain.js';
import { type Runner, race } from './race.js';
import { median, quantile } from './statistics.js';
import type { Task } from './tasks.js';

/** Milliseconds of one call: median and quartiles of so many samples. */
export interface Time {
  readonly peer: string;
  readonly ms: number;
  readonly quartiles: readonly [number, number];
  readonly samples: number;
}

export interface Measured extends Pick<Task, 'part' | 'name' | 'operation' | 'shape' | 'tolerance'> {
  /** In the order of the peers, of those whose result was right. */
  readonly times: readonly Time[];
  /** Who was not timed, and why: another result, or an error. */
  readonly refused: readonly { readonly peer: string; readonly why: string }[];
}

/** How long to take: rounds at most, a sample's and a lane's milliseconds. */
export interface Effort {
  readonly rounds: number;
  readonly sample: number;
  readonly lane: number;
}

export const EFFORT: Effort = { rounds: 15, sample: 3, lane: 500 };
export const QUICK: Effort = { rounds: 5, sample: 1, lane: 60 };
/** Slower ones have fewer samples, but no fewer than this. */
const FEWEST = 3;
/** Milliseconds of a first run, after which there is no other. */
const ONCE = 2000;

/** Has everybody who can do a task do it, compares what they found with plain JavaScript's result (or the first's, where it takes no part), then times them in turns. */
export async function measure(task: Task, peers: readonly Peer[], effort: Effort = EFFORT): Promise<Measured> {
  const { part, name, operation, shape, tolerance, only } = task;
  const given = task.given();
  const able = peers.filter((peer) => peer.does[operation] && (only?.test(peer.name) ?? true));
  // Whose result the others are held to comes first.
  const inOrder = [...able].sort((a, b) => Number(b === PLAIN) - Number(a === PLAIN));
  const lanes = new Map<Peer, Lane>();
  const first = new Map<Peer, number>();
  const refused: { peer: string; why: string }[] = [];
  let wanted: ArrayLike<number> | undefined;
  try {
    for (const peer of inOrder) {
      try {
        const lane = await (peer.does[operation] as (given: unknown) => Lane | undefined | Promise<Lane | undefined>)(
          given,
        );
        if (!lane) continue;
        lanes.set(peer, lane);
        const began = performance.now();
        const own = await lane.run();
        first.set(peer, peer.ownClock ? (own as number) : performance.now() - began);
        const found = await lane.result();
        if (wanted === undefined) wanted = Float64Array.from(found);
        else requireClose(`${peer.name}, ${name} ${shape}`, found, wanted, tolerance);
      } catch (error) {
        lanes.get(peer)?.dispose?.();
        lanes.delete(peer);
        refused.push({ peer: peer.name, why: (error as Error).message.split('\n')[0]! });
      }
    }
    const timed = able.filter((peer) => lanes.has(peer));
    const racing = timed.filter((peer) => first.get(peer)! < ONCE);
    const prepared: (Runner & { calls: number })[] = [];
    for (const peer of racing) prepared.push(await runnerOf(peer, lanes.get(peer)!, effort));
    const rounds = Math.max(0, ...prepared.map(({ every = 1 }) => Math.ceil(effort.rounds / every) * every));
    const samples = await race(prepared, rounds, { warmup: 1 });
    const times = timed.map((peer): Time => {
      const i = racing.indexOf(peer);
      const ms = i < 0 ? [first.get(peer)!] : samples[i]!.map((total) => total / prepared[i]!.calls);
      return {
        peer: peer.name,
        ms: median(ms),
        quartiles: [quantile(ms, 0.25), quantile(ms, 0.75)],
        samples: ms.length,
      };
    });
    return { part, name, operation, shape, tolerance, times, refused };
  } finally {
    for (const lane of lanes.values()) lane.dispose?.();
  }
}

/** How many calls make a sample, and in how many rounds a slow one takes part. */
async function runnerOf(
  peer: Peer,
  lane: Lane,
  { rounds, sample, lane: most }: Effort,
): Promise<Runner & { calls: number }> {
  const { ownClock = false } = peer;
  let calls = 1;
  let ms = 0;
  let async = false;
  for (; ; calls *= 2) {
    const began = performance.now();
    for (let i = 0; i < calls; i++) {
      const done = lane.run();
      async ||= done instanceof Promise;
      if (async) await done;
    }
    ms = performance.now() - began;
    // One with its own clock lasts as long as it says.
    if (ms >= sample / 2 || ownClock) break;
  }
  const wanted = ownClock ? 1 : Math.max(1, Math.round((calls * sample) / ms));
  const every = Math.min(Math.ceil(rounds / FEWEST), Math.max(1, Math.ceil((rounds * ms * wanted) / (calls * most))));
  const run = ownClock ? () => lane.run() : async ? () => repeatAsync(lane, wanted) : () => repeat(lane, wanted);
  return { name: peer.name, run, async, ownClock, every, calls: wanted };
}

function repeat(lane: Lane, calls: number): void {
  for (let i = 0; i < calls; i++) lane.run();
}

async function repeatAsync(lane: Lane, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) await lane.run();
}
