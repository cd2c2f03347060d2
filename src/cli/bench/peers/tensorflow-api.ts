/** What is used of TensorFlow.js; its types are not installed with the project. */
export interface TensorFlow {
  version_core: string;
  env(): { set(flag: string, value: boolean): void };
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  engine(): { runKernel(name: string, inputs: object, attributes: object): Tensor };
  tidy<T>(work: () => T): T;
  tensor(values: ArrayLike<number>, shape: readonly number[], type?: 'float32' | 'int32'): Tensor;
  matMul(a: Tensor, b: Tensor, turnA?: boolean, turnB?: boolean): Tensor;
  conv2d(x: Tensor, filter: Tensor, stride: number, pad: number): Tensor;
  conv3d(x: Tensor, filter: Tensor, strides: readonly number[], pad: 'valid'): Tensor;
  variable(x: Tensor): Tensor;
  variableGrads(loss: () => Tensor): { value: Tensor; grads: Record<string, Tensor> };
  moments(x: Tensor, axes: readonly number[]): { mean: Tensor; variance: Tensor };
  pad(x: Tensor, by: readonly (readonly [number, number])[]): Tensor;
  slice(x: Tensor, from: readonly number[], sizes: readonly number[]): Tensor;
  expandDims(x: Tensor, axis: number): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  addN(x: readonly Tensor[]): Tensor;
  sum(x: Tensor, axes?: number | readonly number[]): Tensor;
  mean(x: Tensor, axes?: readonly number[]): Tensor;
  relu(x: Tensor): Tensor;
  log(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  neg(x: Tensor): Tensor;
  logSoftmax(x: Tensor): Tensor;
  add(a: Tensor | number, b: Tensor | number): Tensor;
  sub(a: Tensor | number, b: Tensor | number): Tensor;
  mul(a: Tensor | number, b: Tensor | number): Tensor;
  div(a: Tensor | number, b: Tensor | number): Tensor;
  maximum(a: Tensor | number, b: Tensor | number): Tensor;
}

export interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
  assign(x: Tensor): void;
  readonly shape: number[];
  readonly name: string;
}
