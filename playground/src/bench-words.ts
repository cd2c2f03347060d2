// What the operations of the benchmark do, for one who has never timed a net; and how their shapes are to be read.
import type { Operation } from '../../dist/cli/bench/operations.js';

export const DONE: Readonly<Record<Operation, string>> = {
  product: 'Multiplies two matrices. Rows of the first x what is summed over x columns of the second.',
  'conv forward': 'Slides small filters over images. Size of a filter, channels to filters, size of an image, images.',
  'conv dX': 'The gradient of that for the images, as training needs it.',
  'conv dW': 'The gradient of that for the filters, as training needs it.',
  'sparse forward': 'A layer with few of all connections. Inputs to units, the share that is there, rows at once.',
  'sparse dX': 'The gradient of that for its inputs, as training needs it.',
  'sparse dW': 'The gradient of that for its weights, as training needs it.',
  'pair counts': 'Counts, for each pair of yes-no variables, the rows in which both are yes.',
  information: 'What each yes-no variable tells of each other one (mutual information).',
  tree: 'Learns the tree of the strongest ties among yes-no variables, of which so many are yes in a row.',
  'net inference': 'Has a net answer. Units of its layers from the inputs to the classes, rows at once.',
  'net epoch': 'Trains a net with each row once. Units of its layers, the share of connections, rows at once.',
  'images inference': 'Has a convolutional net answer. Size of an image, images at once.',
  'images step': 'One step of training of a convolutional net. Size of an image, images at once.',
};
