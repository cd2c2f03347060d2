export * from './gemm';
export * from './sparse';
