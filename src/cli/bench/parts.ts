/** In the order of the table. */
export const PARTS = {
  product: 'products of matrices',
  convolution: 'a convolution, its gradients',
  sparse: 'a sparse layer, its gradients',
  information: 'counts and mutual information of all pairs of variables',
  nets: 'a dense net, a sparse net',
  images: 'ResNet-20',
  tree: 'Chow-Liu trees',
} as const;

export type Part = keyof typeof PARTS;
