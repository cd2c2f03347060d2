// npm run docs:options: writes docs/OPTIONS.md from the options as they are declared. Needs a build.
import { writeFileSync } from 'node:fs';
import { optionsDoc } from '../dist/cli/options-doc.js';

writeFileSync(new URL('../docs/OPTIONS.md', import.meta.url), optionsDoc());
