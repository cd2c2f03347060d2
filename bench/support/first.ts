// A process of its own, of fresh.ts: the first result of one, as JSON. Arguments: its name, the folder where peers are installed.
import { installedIn } from '#dist/cli/bench/installed.js';
import { first } from './fresh.js';

const [name, folder] = process.argv.slice(2);
console.log(JSON.stringify(await first(name!, installedIn(folder!))));
process.exit();
