import type { Address } from '../address.js';
import type { Fork, Own } from '../fork.js';
import type { Kernels } from '../kernels.js';
import type { Pace } from '../pace.js';
import {
  CALL_HEAD,
  execute,
  ITEM_WORDS,
  type Kernel,
  kernelTable,
  MOST_ARGUMENTS,
  OWN_MARK,
  PROGRAM_WORDS,
  shareCount,
} from './protocol.js';
import type { Room } from './room.js';
import type { Team } from './team.js';

/** Makes forks whose calls are written down first, for all threads to run, or for one that stops now and then. */
export class Writer {
  /** In the kernels' place: each writes its call into the current fork. */
  readonly kernels: Kernels;
  readonly table: readonly Kernel[];
  private current: WrittenFork | undefined;
  /** Free ones, of as many as forks were ever under way at a time: more than one where calls of the API run side by side. */
  private readonly rooms: Room[] = [];

  constructor(
    kernels: Kernels,
    private readonly makeRoom: () => Room,
    readonly team: Team | undefined,
  ) {
    const { names, table } = kernelTable(kernels as unknown as Record<string, unknown>);
    this.table = table;
    this.kernels = Object.fromEntries(names.map((name, id) => [name, this.writing(id)])) as unknown as Kernels;
    this.rooms.push(makeRoom());
  }

  fork(own: Own): Fork {
    // Left by an error while it was written. One that waits in its turns is not: it keeps its room.
    if (this.current?.writing) this.current.giveBack();
    this.current = new WrittenFork(this, this.rooms.pop() ?? this.makeRoom(), own);
    return this.current;
  }

  take(room: Room): void {
    this.rooms.push(room);
  }

  private writing(id: number): () => number {
    const self = this;
    return function write() {
      // biome-ignore lint/complexity/noArguments: a rest parameter would make an array a call
      self.current!.write(id, arguments as unknown as ArrayLike<number>);
      return 0;
    };
  }
}

class WrittenFork implements Fork {
  readonly own = OWN_MARK as Address;
  readonly kernels: Kernels;
  /** Until it is joined, or left by an error. */
  writing = true;
  /** Word behind the last call, and where that begins. */
  private end = 0;
  private last = 0;
  private count = 0;
  /** The first item that is not done where one thread does them; where more do, what is left of the shares. */
  private done = 0;
  private shares: number[] | undefined;
  /** Until the item ends: it has more calls than the room holds, and is run by this thread, a call at a time. */
  private alone = false;
  /** Words of results to keep; results kept of calls that are no longer written there. */
  private keeps: number[] | undefined;
  private results: number[] | undefined;

  constructor(
    private readonly writer: Writer,
    private readonly room: Room,
    private readonly area: Own,
  ) {
    this.kernels = writer.kernels;
    room.items[0] = 0;
  }

  get keptCount(): number {
    return (this.results?.length ?? 0) + (this.keeps?.length ?? 0);
  }

  write(id: number, values: ArrayLike<number>): void {
    const { program } = this.room;
    const { length } = values;
    if (!this.writing || length > MOST_ARGUMENTS) throw new Error('a fork: a call that cannot be written');
    if (this.end + CALL_HEAD + length > PROGRAM_WORDS) this.goAlone();
    const { end } = this;
    program[end] = id;
    program[end + 1] = length;
    for (let i = 0; i < length; i++) program[end + CALL_HEAD + i] = values[i]!;
    this.last = end;
    this.end = end + CALL_HEAD + length;
    if (!this.alone) return;
    execute(program, 0, this.end, this.writer.table, this.area.at);
    this.end = 0;
  }

  /** Items that are whole are done first; what the open one hands from call to call in its own memory stays on this thread. */
  private goAlone(): void {
    const { room, area, end } = this;
    this.some();
    execute(room.program, room.items[this.count]!, end, this.writer.table, area.at);
    this.clear();
    this.alone = true;
  }

  next(): void {
    const { items } = this.room;
    this.alone = false;
    if (this.end === items[this.count]) return;
    items[++this.count] = this.end;
    // Items are independent: some may be done before others are told.
    if (this.end > PROGRAM_WORDS / 2 || this.count === ITEM_WORDS - 1) this.run();
  }

  keep(): void {
    if (this.alone) {
      this.results ??= [];
      this.results.push(this.room.program[2]!);
      return;
    }
    this.keeps ??= [];
    this.keeps.push(this.last + 2);
  }

  kept(index: number): number {
    return this.results![index]!;
  }

  join(): void {
    this.next();
    try {
      this.run();
    } finally {
      this.giveBack();
    }
  }

  async turns(pace: Pace): Promise<void> {
    this.next();
    this.writing = false;
    const stop = () => pace.due;
    try {
      for (this.some(stop); !this.isDone; this.some(stop)) await pace.turn();
      this.clear();
    } finally {
      this.giveBack();
    }
    if (pace.due) await pace.turn();
  }

  giveBack(): void {
    this.writing = false;
    this.writer.take(this.room);
  }

  private run(): void {
    this.some();
    this.clear();
  }

  /** Items that are not done yet, until `stop`. */
  private some(stop?: () => boolean): void {
    const { room, area, shares } = this;
    const { team, table } = this.writer;
    if (shares || (team && team.size > 1 && this.done === 0 && this.count > 1)) {
      this.shares = shares ?? team!.cut(this.count);
      team!.run(room, this.shares, area, table, stop);
      return;
    }
    while (this.done < this.count) {
      const item = this.done++;
      execute(room.program, room.items[item]!, room.items[item + 1]!, table, area.at);
      if (stop?.()) return;
    }
  }

  private get isDone(): boolean {
    return this.shares ? this.shares.every((word) => shareCount(word) === 0) : this.done === this.count;
  }

  private clear(): void {
    if (this.keeps) {
      this.results ??= [];
      for (const word of this.keeps) this.results.push(this.room.program[word]!);
      this.keeps.length = 0;
    }
    this.end = 0;
    this.count = 0;
    this.done = 0;
    this.shares = undefined;
  }
}
