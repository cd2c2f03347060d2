// 'espalier/latent-trees': latent trees one can read. Apart from the index, so that a page that only learns or runs nets need not load it.
export { type LatentSvgOptions, latentTreeToSvg } from './structure/latent/drawing.js';
export {
  type LatentTopicsJson,
  latentTreeToDot,
  latentTreeToJson,
  type TopicOptions,
} from './structure/latent/export.js';
export { type LatentPageOptions, latentTreeToHtml } from './structure/latent/page.js';
