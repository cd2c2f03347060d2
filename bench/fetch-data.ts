// npm run data -- mnist fashion-mnist cifar10: fetches the sets named into the cache and says what is in them.
import { isNamedSet, loadNamed } from '#dist/cli/read/named-data.js';
import { requireImages } from '#dist/data/dataset.js';
import { ChannelNorm } from '#dist/data/images/channel-norm.js';

const names = process.argv.slice(2);
if (names.length === 0) throw new TypeError('expected the names of sets: mnist, fashion-mnist, cifar10');
for (const name of names) {
  if (!isNamedSet(name)) throw new RangeError(`expected mnist, fashion-mnist or cifar10, got ${name}`);
  for (const [part, { features, targets }] of Object.entries(await loadNamed(name))) {
    const images = requireImages(features, part);
    const { mean, std } = ChannelNorm.learn(images).toJSON();
    const perClass = new Array<number>(10).fill(0);
    for (const label of targets!.values) perClass[label]!++;
    const short = (numbers: number[]) => numbers.map((x) => x.toFixed(4)).join(' ');
    console.log(
      `${name} ${part}: ${images.rows} images of ${images.channels} x ${images.height} x ${images.width}; ` +
        `mean ${short(mean)}, std ${short(std)}; per class ${perClass.join(' ')}`,
    );
  }
}
