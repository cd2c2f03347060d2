// 'espalier/draw': trees and gates one can look at. Apart from the index, so that a page that only learns or runs nets need not load it.
export { type GateSvgOptions, gatesToSvg } from './drawings/gates/drawing.js';
export { latentTreeToDot } from './drawings/latent/dot.js';
export { type LatentSvgOptions, latentTreeToSvg } from './drawings/latent/drawing.js';
export { type LatentPageOptions, latentTreeToHtml } from './drawings/latent/page.js';
export { type TopicsPageOptions, topicsToHtml } from './drawings/topics/page.js';
export { type TopicSharesOptions, topicSharesToSvg } from './drawings/topics/shares.js';
export { treeToDot } from './drawings/tree/dot.js';
export { type TreeSvgOptions, treeToSvg } from './drawings/tree/drawing.js';
export type { TopicOptions } from './structure/latent/topics-json.js';
export type { TopicReport } from './structure/topics/report.js';
