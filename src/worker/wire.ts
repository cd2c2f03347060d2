// How the arguments and results of calls cross between a page and its worker: what can be cloned as it is, the rest as tokens.
import { type ErrorParts, errorOf, errorParts, isError } from './errors.js';
import { isIterable } from './iterating.js';
import { type CopiedKind, isPlain, type Kind, kindOf, madeOf, partsOf } from './kinds.js';

/** The key by which a token is told from other objects. */
const TAG = '\0espalier';

/** Stands for what cannot be cloned. */
export interface Token {
  readonly [TAG]: 'function' | 'iterable' | 'signal' | 'error' | 'own error' | 'copy' | 'stays' | 'dataset';
  /** What the side that has it calls it. */
  readonly id?: number;
  /** A class of ours. */
  readonly kind?: string;
  /** What a copy is made of, or what is told of it. */
  readonly parts?: unknown;
  /** Of a function: of calls that wait for others to be answered the newest alone is of interest. */
  readonly latest?: boolean;
  readonly aborted?: boolean;
}

export function token(tag: Token[typeof TAG], parts: Omit<Token, typeof TAG> = {}): Token {
  return { [TAG]: tag, ...parts };
}

/** Callbacks that are told where the work is, time and again. */
const TELLS = 'onProgress';
/** Entries of a list from which on not all are looked at: a page has no time for that. */
const MANY = 100;

/** What the side that sends knows. */
export interface Lender {
  /** The number of something that the other side is to call, from now on. */
  lend(what: object): number;
  /** Of an error that came from the other side, its number there. */
  foreignError(error: unknown): number | undefined;
  /** For an error that goes to the other side and may come back. */
  ownError(error: unknown): number;
  /** The token of what is not copied, by the kinds of side; undefined for others. TypeError for what may not cross. */
  stays(value: object, kind: Kind | undefined, packer: Packer): Token | undefined;
}

/** Takes apart what cannot be cloned, and gathers whose memory goes along. */
export class Packer {
  readonly transfer = new Set<object>();
  /** Whether there is something that stays on its side. */
  stays = false;

  /** `moves`: arrays go over, and are empty on this side from then on. Else they are copied. */
  constructor(
    private readonly lender: Lender,
    private readonly moves: boolean,
  ) {}

  /** @param name of the entry whose value this is */
  pack(value: unknown, name?: string): unknown {
    if (typeof value === 'function') return token('function', { id: this.lender.lend(value), latest: name === TELLS });
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value)) return this.view(value);
    if (isArrayBuffer(value)) return this.whole(value);
    if (Array.isArray(value)) return isSimple(value) ? value : Array.from(value, (entry) => this.pack(entry));
    return this.object(value);
  }

  /** An object of which each entry is packed. */
  entries(value: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, this.pack(entry, name)]));
  }

  /** entries, of which all arrays are copied. */
  copies(value: object): Record<string, unknown> {
    return new Packer(this.lender, false).entries(value);
  }

  private object(value: object): unknown {
    if (isError(value)) return this.error(value);
    if (isSignal(value)) {
      const { aborted, reason } = value;
      return token('signal', {
        id: this.lender.lend(value),
        aborted,
        ...(aborted ? { parts: this.pack(reason) } : {}),
      });
    }
    const kind = kindOf(value);
    const stays = this.lender.stays(value, kind, this);
    this.stays ||= stays !== undefined;
    if (stays) return stays;
    if (kind && kind !== 'Table') {
      // It goes on being what it is on this side.
      return token('copy', { kind, parts: this.copies(partsOf(kind as CopiedKind, value)) });
    }
    // A stream can be handed over only where the engine can do that, and then not by all readers of it.
    if (isIterable(value)) return token('iterable', { id: this.lender.lend(value) });
    if (isCanvasImage(value)) {
      const { data, width, height } = value;
      return { data: this.pack(data), width, height };
    }
    return isPlain(value) ? this.entries(value) : value;
  }

  private error(error: Error): Token {
    const foreign = this.lender.foreignError(error);
    if (foreign !== undefined) return token('own error', { id: foreign });
    const { cause, fields, ...parts } = errorParts(error);
    const packed = { ...parts, cause: this.pack(cause), fields: this.entries(fields) };
    return token('error', { id: this.lender.ownError(error), parts: packed });
  }

  /** Memory of which this is a part is not ours to hand over. */
  private view(value: ArrayBufferView): ArrayBufferView {
    const { buffer, byteLength } = value;
    if (!isArrayBuffer(buffer)) return value;
    if (byteLength < buffer.byteLength) return this.view(ownView(value));
    this.whole(buffer);
    return value;
  }

  private whole(buffer: ArrayBuffer): ArrayBuffer {
    if (isDetached(buffer))
      throw new TypeError(
        'arguments: expected arrays with their memory, got one whose memory was handed over before; a worker takes that of the arrays it is given, so give it a copy',
      );
    if (this.moves) this.transfer.add(buffer);
    return buffer;
  }
}

/** What the side that receives makes of tokens. */
export interface Receiver {
  borrowed(kind: 'function' | 'iterable' | 'signal', given: Token, parts: unknown): unknown;
  ownErrorOf(id: number): unknown;
  came(error: Error, id: number): void;
  stayed(given: Token): unknown;
  dataset(given: Token, parts: Record<string, unknown>): unknown;
  classOf(kind: CopiedKind): Promise<abstract new (...given: never[]) => object>;
}

/** What was packed on the other side. */
export async function unpacked(value: unknown, receiver: Receiver): Promise<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    if (isSimple(value)) return value;
    const list: unknown[] = [];
    for (const entry of value) list.push(await unpacked(entry, receiver));
    return list;
  }
  if (!isPlain(value)) return value;
  if (TAG in value) return ofToken(value as Token, receiver);
  return entriesOf(value, receiver);
}

async function entriesOf(value: object, receiver: Receiver): Promise<Record<string, unknown>> {
  const entries: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value))
    Object.defineProperty(entries, name, {
      value: await unpacked(entry, receiver),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return entries;
}

async function ofToken(given: Token, receiver: Receiver): Promise<unknown> {
  const { [TAG]: tag, id, kind } = given;
  const parts = tag === 'stays' ? undefined : await unpacked(given.parts, receiver);
  switch (tag) {
    case 'stays':
      return receiver.stayed(given);
    case 'dataset':
      return receiver.dataset(given, parts as Record<string, unknown>);
    case 'copy':
      return madeOf(kind as CopiedKind, await receiver.classOf(kind as CopiedKind), parts as object);
    case 'own error':
      return receiver.ownErrorOf(id!);
    case 'error': {
      const error = errorOf(parts as ErrorParts);
      receiver.came(error, id!);
      return error;
    }
    default:
      return receiver.borrowed(tag, given, parts);
  }
}

/** Of values that are cloned as they are. Of long lists of numbers and texts the first one tells. */
function isSimple(list: readonly unknown[]): boolean {
  const simple = (value: unknown) => (typeof value !== 'object' || value === null) && typeof value !== 'function';
  return list.length > MANY ? simple(list[0]) : list.every(simple);
}

export function isSignal(value: object): value is AbortSignal {
  return typeof (value as Partial<AbortSignal>).throwIfAborted === 'function';
}

/** Of whatever realm. */
function isArrayBuffer(value: object): value is ArrayBuffer {
  return {}.toString.call(value) === '[object ArrayBuffer]';
}

/** ImageData of a page, whose memory would be copied. */
function isCanvasImage(value: object): value is { data: ArrayBufferView; width: number; height: number } {
  return {}.toString.call(value) === '[object ImageData]';
}

/** Whether its memory was handed over. Not all engines tell. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Of a view of a part of some memory: cloning would take all that memory along. */
function ownView(value: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = value;
  const own = (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
  const Made = Object.getPrototypeOf(value).constructor;
  // Node's Buffers arrive as what they are for all others.
  return Made.name === 'Buffer' ? new Uint8Array(own) : new Made(own);
}
