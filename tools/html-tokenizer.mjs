// In the place of htmlparser2 where the package is bundled: what we use of it. Of the whole esbuild keeps 60 kB more, as the folder of its modules does not say that they have no side effects.
export { default as Tokenizer } from '../node_modules/htmlparser2/dist/esm/Tokenizer.js';
