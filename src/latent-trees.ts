// 'espalier/latent-trees': latent trees one can read. Apart from the index, so that a page that only learns or runs nets need not load it.
export { type LatentSvgOptions, latentTreeToSvg } from './drawings/latent/drawing.js';
export {
  type LatentTopicsJson,
  latentTreeToDot,
  latentTreeToJson,
  type TopicOptions,
} from './drawings/latent/export.js';
export { type LatentPageOptions, latentTreeToHtml } from './drawings/latent/page.js';
