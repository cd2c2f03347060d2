import type { Address, Size } from './address.js';
import type { Kernels } from './kernels.js';
import type { Pace } from './pace.js';

/** Memory that each thread has for its own: `bytes` bytes a thread, one after another from `at` on, for as many threads as the engine has. */
export interface Own {
  readonly at: Address;
  readonly bytes: Size;
}

/**
 * Work that is cut into items: independent calls of kernels, or groups of calls that follow each other. It is made by Engine.fork, told by `kernels` and `next`, and done
 * when `join` or `turns` returns; only then may its results be read. No other fork may be made between fork and join.
 *
 *     const fork = engine.fork(2 * m * n * k);
 *     for (const [from, to] of parts) {
 *       fork.kernels.gemm(c, a, b, fork.own, ...);
 *       fork.next();
 *     }
 *     fork.join();
 *
 * Items write what no other item reads or writes. What they are is a matter of the shapes alone, and sums are in the order that one thread would take, so that no bit
 * depends on the number of threads.
 */
export interface Fork {
  /** The kernels, to call for the item. What they return is known after the join alone: see keep. */
  readonly kernels: Kernels;
  /** In arguments of kernels: what the thread that runs the item has for its own. Offsets may be added to it. */
  readonly own: Address;
  /** How many results were kept. */
  readonly keptCount: number;
  /** Ends an item: what is called from now on may run at the same time, on another thread. */
  next(): void;
  /** Keeps what the call just made returns, as kept(0), kept(1) and so on after the join. */
  keep(result: number): void;
  kept(index: number): number;
  /** Returns when all is done. */
  join(): void;
  /** As join, but lets other tasks have their turn when the pace is due. Throws what the pace does: a part of the items is done then. */
  turns(pace: Pace): Promise<void>;
}

/** Calls the kernels at once. */
export class DirectFork implements Fork {
  private results: number[] | undefined;

  constructor(
    readonly kernels: Kernels,
    readonly own: Address,
  ) {}

  get keptCount(): number {
    return this.results?.length ?? 0;
  }

  next(): void {}

  keep(result: number): void {
    this.results ??= [];
    this.results.push(result);
  }

  kept(index: number): number {
    return this.results![index]!;
  }

  join(): void {}

  async turns(pace: Pace): Promise<void> {
    if (pace.due) await pace.turn();
  }
}
