// Writes ONNX models: protocol buffers by hand, as few messages as the benchmark needs (onnx.proto, IR 8, operators of version 13).

type Field = readonly [number: number, value: number | string | Uint8Array];

const encoder = new TextEncoder();

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** Numbers as varints, texts and messages by their length. */
function message(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(([field, value]) => {
    if (typeof value === 'number') return [Uint8Array.from([...varint(field * 8), ...varint(value)])];
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    return [Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes];
  });
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integers, or lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values?: Float32Array;
}

const FLOAT = 1;

/** A model of 32-bit floats. Tensors with values are constants. */
export function onnxModel(
  inputs: readonly OnnxTensor[],
  constants: readonly OnnxTensor[],
  nodes: readonly OnnxNode[],
  output: OnnxTensor,
): Uint8Array {
  const graph = message([
    ...nodes.map((node): Field => [1, nodeOf(node)]),
    [2, 'bench'],
    ...constants.map((constant): Field => [5, tensor(constant)]),
    ...inputs.map((input): Field => [11, valueInfo(input)]),
    [12, valueInfo(output)],
  ]);
  return message([
    [1, 8],
    [7, graph],
    [8, message([[2, 13]])],
  ]);
}

function nodeOf({ type, inputs, output, attributes = {} }: OnnxNode): Uint8Array {
  return message([
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, type],
    ...Object.entries(attributes).map(([name, value]): Field => {
      const numbers = typeof value === 'number' ? ([[3, value]] as Field[]) : value.map((x): Field => [8, x]);
      return [5, message([[1, name], ...numbers, [20, typeof value === 'number' ? 2 : 7]])];
    }),
  ]);
}

function tensor({ name, shape, values }: OnnxTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = values!;
  const raw = new Uint8Array(buffer, byteOffset, byteLength);
  return message([...shape.map((side): Field => [1, side]), [2, FLOAT], [8, name], [9, raw]]);
}

function valueInfo({ name, shape }: OnnxTensor): Uint8Array {
  const sides = message(shape.map((side): Field => [1, message([[1, side]])]));
  return message([
    [1, name],
    [
      2,
      message([
        [
          1,
          message([
            [1, FLOAT],
            [2, sides],
          ]),
        ],
      ]),
    ],
  ]);
}
