import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { GaterNet, loadNet, readSafetensors } from 'espalier';
import { shrinkImages } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readImageFolder } from '#dist/cli/read/image-folder.js';
import { requireImages } from '#dist/data/dataset.js';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText } from '../support/cli-data.js';
import { pngFolder } from '../support/png-folder.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
// Sets known by name are made from packages installed here, not in the home of whoever runs this.
process.env.ESPALIER_CACHE = scratch.path('cache');
const stripes = pngFolder(scratch.path('stripes'), { seed: 1, rows: 30 });
const more = pngFolder(scratch.path('more'), { seed: 2, rows: 10 });
const model = scratch.path('gater.safetensors');
const small = ['--method', 'gaternet', '--backbone', 'resnet-8', '--width', '4', '--gater', 'resnet-8'];
const quick = [...small, '--gater-width', '4', '--batch-size', '16'];
const trained = ['train', '--data', stripes, ...quick, '--epochs', '6', '--placement', 'every-conv'];
/** 4, 8 and 16 filters in each of a block's two convolutions. */
const GATES = 2 * (4 + 8 + 16);

interface Answer {
  rows: Record<string, number>;
  layers: { name: string; output: number[]; gates: number; multiplyAdds: number }[];
  weights: number;
  testAccuracy: number;
  testLoss: number;
  gatesOpen?: number;
}

let answer: Answer;
test.before(async () => {
  answer = await answers<Answer>([...trained, '--test', more, '--out', model]);
});

test('train tells what the other methods tell, and the gates that were open', async () => {
  const dense = ['train', '--method', 'dense', '--data', scratch.file('rows.csv', csvText(60, 1))];
  const other = await answers([
    ...dense,
    '--test',
    scratch.path('rows.csv'),
    '--epochs',
    '1',
    '--out',
    scratch.path('d'),
  ]);
  assert.equal(
    Object.keys(answer).filter((key) => key !== 'gatesOpen'),
    Object.keys(other),
  );
  assert.equal(answer.rows, { train: 54, validation: 6, test: 20 });
  assert.ok(answer.gatesOpen! > 0 && answer.gatesOpen! < 1, `gates open ${answer.gatesOpen}`);
  assert.ok(answer.testAccuracy > 0.9, `test accuracy ${answer.testAccuracy}`);
  assert.is(
    answer.layers.reduce((sum, { gates }) => sum + gates, 0),
    GATES,
  );
  assert.equal(answer.layers.at(-1)!.output, [2]);
});

test('evaluate, predict and the library agree with it', async () => {
  const evaluated = await answers(['evaluate', model, more]);
  assert.equal(
    [evaluated.accuracy, evaluated.loss, evaluated.gatesOpen],
    [answer.testAccuracy, answer.testLoss, answer.gatesOpen],
  );
  assert.match(
    await succeeds(['evaluate', model, more]),
    /more: 20 rows, accuracy .*, loss .*, gates open \d+\.\d %\n/,
  );

  const lines = (await succeeds(['predict', model, more])).trimEnd().split('\n');
  assert.is(lines[0], 'file,class,across,down');
  const right = lines.slice(1).filter((line) => /\/(across|down)\/\d+\.png,\1,/.test(line)).length;
  assert.ok(lines[1]!.startsWith(`${more}/across/0.png,`), lines[1]);
  assert.is(right / 20, answer.testAccuracy);
  assert.is(await succeeds(['predict', model, more, '--batch-size', '3']), `${lines.join('\n')}\n`);

  const net = await loadNet(readFileSync(model));
  assert.instance(net, GaterNet);
  const { outputs } = await net.predict((await readImageFolder(more)).data);
  const { files, probabilities } = await answers<{ files: string[]; probabilities: number[][] }>([
    'predict',
    model,
    more,
  ]);
  assert.equal(
    files,
    lines.slice(1).map((line) => line.split(',')[0]),
  );
  // Labels are not looked at: what lies flat, or alone, is as good.
  const flat = pngFolder(scratch.path('unlabelled'), { seed: 2, rows: 20, classes: ['nobody knows'] });
  assert.is((await answers(['predict', model, `${flat}/nobody knows`])).rows, 20);
  assert.is((await answers(['predict', model, `${flat}/nobody knows/1.png`])).rows, 1);
  probabilities.flat().forEach((p, i) => {
    assert.ok(Math.abs(p - outputs[i]!) < 1e-6);
  });
  net.dispose();
});

test('gates: the same share, as JSON, CSV and a drawing', async () => {
  const [svg, csv] = [scratch.path('gates.svg'), scratch.path('gates.csv')];
  const report = await answers<{
    rows: number;
    gates: number;
    meanOpen: number;
    multiplyAdds: Record<'dense' | 'gated' | 'gater', number>;
    classes?: { names: string[] };
  }>(['gates', model, more, '--svg', svg, '--csv', csv]);
  assert.equal([report.rows, report.gates], [20, GATES]);
  assert.ok(Math.abs(report.meanOpen - answer.gatesOpen!) < 1e-12);
  assert.equal(report.classes?.names, ['across', 'down']);
  const { dense, gated } = report.multiplyAdds;
  assert.is(
    dense,
    answer.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
  );
  assert.ok(gated < dense);
  assert.is(readFileSync(csv, 'utf8').trimEnd().split('\n').length, GATES + 1);
  assert.match(readFileSync(svg, 'utf8'), /^<svg /);
  assert.not.ok('classes' in (await answers(['gates', model, more, '--no-classes'])));
  assert.match(await succeeds(['gates', model, more]), /more: 20 images, 56 gates\n/);
});

test('info: layers, gates and multiply-adds', async () => {
  const facts = await answers<Answer & { gates: number; image: object; multiplyAdds: Record<string, number> }>([
    'info',
    model,
  ]);
  assert.equal([facts.weights, facts.gates, facts.layers], [answer.weights, GATES, answer.layers]);
  assert.equal(facts.image, { channels: 1, height: 8, width: 8 });
  assert.ok(facts.multiplyAdds.gater! > 0);
  const text = await succeeds(['info', model]);
  assert.match(text, /^gaternet net of [\d,]+ weights, 56 gates\n/);
  assert.match(text, /\nPredicts +2 classes: across, down\nImages +1 x 8 x 8\n/);
  assert.match(text, /\nstage3\.block1\.conv2 +16 x 2 x 2 +3 x 3 +1 +16 +9,216\n/);
  await refused(['info', stripes], /stripes: is a directory/);
});

test('explain points to gates', async () => {
  await refused(
    ['explain', model, more],
    /gater\.safetensors: expected a net with units .* 'gaternet'; try espalier gates/,
  );
});

test('the same seed gives the same file; resumed after SIGINT too', async () => {
  const checkpoint = scratch.path('run.ckpt');
  const long = ['train', stripes, ...quick, '--epochs', '40', '--augment', 'crop,flip', '--pretrain-epochs', '2'];
  const out = (name: string) => ['--out', scratch.path(name)];
  const stopped = await espalier([...long, '--checkpoint', checkpoint, ...out('never')], {
    during: (child) => {
      const timer = setInterval(() => {
        if (!existsSync(checkpoint)) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 5);
      child.on('close', () => clearInterval(timer));
    },
  });
  assert.is(stopped.code, 130);
  assert.match(stopped.stderr, /^espalier: interrupted; [^\n]*--resume [^\n]*run\.ckpt[^\n]*\n$/m);
  assert.not.ok(existsSync(scratch.path('never')));

  await refused(
    [...long, '--resume', checkpoint, '--penalty', '0.5'],
    /same net, data and options, but penalty was 0\.1 and is 0\.5/,
  );
  await refused(
    [...long, '--resume', checkpoint, '--limit', '20'],
    /same net, data and options, but limit was not given and is 20/,
  );
  const others = ['train', more, ...long.slice(2)];
  await refused([...others, '--resume', checkpoint], /same net, data and options, but the training data is another/);

  await succeeds([...long, '--resume', checkpoint, ...out('resumed')]);
  await succeeds([...long, ...out('whole')]);
  await succeeds([...long, '--seed', '1', ...out('other')]);
  const whole = readFileSync(scratch.path('whole'));
  assert.ok(readFileSync(scratch.path('resumed')).equals(whole));
  assert.not.ok(readFileSync(scratch.path('other')).equals(whole));
});

test('the options reach the net', async () => {
  const out = scratch.path('options.safetensors');
  await succeeds([
    ...['train', stripes, '--method', 'gaternet', '--epochs', '1', '--limit', '20', '--seed', '5', '--out', out],
    ...['--backbone', 'cnn', '--width', '2', '--gater', 'resnet-14', '--gater-width', '4', '--bottleneck', '3'],
    ...['--bottleneck-norm', '--penalty', '0', '--pretrain-epochs', '1', '--augment', 'crop', '--open-target', '0.5'],
    ...[
      '--gate-variance',
      '0.1',
      '--penalty-warmup',
      '3',
      '--gate-bias',
      '2',
      '--gate-noise',
      '0.5',
      '--gater-rate',
      '0.5',
    ],
  ]);
  const { target, layers, weights, gates, multiplyAdds, taken, ...facts } = await answers<Record<string, unknown>>([
    'info',
    out,
  ]);
  assert.equal(facts, {
    method: 'gaternet',
    seed: 5,
    input: { kind: 'images', channels: 1, height: 8, width: 8 },
    image: { channels: 1, height: 8, width: 8 },
    backbone: { kind: 'cnn', filters: [2, 4, 8] },
    gater: { kind: 'resnet', depth: 14, width: 4 },
    placement: 'block-output',
    bottleneck: 3,
    bottleneckNorm: true,
    penalty: 0,
    pretrainEpochs: 1,
    openTarget: 0.5,
    gateVariance: 0.1,
    penaltyWarmup: 3,
    gateBias: 2,
    gateNoise: 0.5,
    gaterRate: 0.5,
    augmentation: { pad: 4, flip: false },
  });
  assert.is((taken as { format: string }).format, 'images');
});

test('what is not given is left to GaterNet', async () => {
  const { data: train } = await readImageFolder(stripes);
  const net = await GaterNet.create(train, { gater: false, backbone: { kind: 'resnet', depth: 8, width: 4 } });
  await net.fit(train, { epochs: 2 });
  const out = scratch.path('bare.safetensors');
  const bare = ['train', stripes, '--method', 'gaternet', '--backbone', 'resnet-8', '--width', '4', '--gater', 'none'];
  const { gatesOpen } = await answers<Answer>([...bare, '--epochs', '2', '--holdout', '0', '--out', out]);
  assert.is(gatesOpen, undefined);
  // With what was taken of the data.
  const taken = { 'espalier.taken': readSafetensors(readFileSync(out)).metadata['espalier.taken']! };
  assert.ok(readFileSync(out).equals(net.save(taken)));
  net.dispose();

  await refused(['gates', out, more], /bare\.safetensors: this net has no gates, as it was trained with --gater none/);
  assert.match(await succeeds(['info', out]), /, no gates\n/);
  assert.not.match(await succeeds(['evaluate', out, more]), /gates/);
  await refused([...bare, '--penalty', '1'], /--penalty: is about the gater, of which --gater none has none/);
  await refused([...bare, '--gater-width', '4'], /--gater-width: is about the gater/);
});

test('IDX images, with labels beside them; folders then go by class numbers', async () => {
  const pixels = (rows: number) =>
    Array.from({ length: rows * 64 }, (_, i) => ((i >> (i < rows * 32 ? 0 : 3)) % 2) * 255);
  const labels = (rows: number) => Array.from({ length: rows }, (_, r) => (r < rows / 2 ? 0 : 1));
  const images = scratch.file('t-images-idx3-ubyte', idxBytes([40, 8, 8], pixels(40)));
  const beside = scratch.file('t-labels-idx1-ubyte', idxBytes([40], labels(40)));
  const four = scratch.file('four', idxBytes([40, 1, 8, 8], pixels(40)));
  const out = scratch.path('idx.safetensors');
  const found = await answers<Answer>(['train', images, ...quick, '--epochs', '2', '--test', images, '--out', out]);
  assert.equal(found.rows, { train: 36, validation: 4, test: 40 });
  const given = ['--labels', beside, '--test', four, '--test-labels', beside];
  const again = await answers<Answer>(['train', four, ...quick, '--epochs', '2', ...given]);
  assert.equal([again.testLoss, again.gatesOpen], [found.testLoss, found.gatesOpen]);
  assert.is((await answers(['evaluate', out, '-', '--labels', beside], { input: readFileSync(images) })).rows, 40);
  assert.is((await answers(['predict', out, four])).rows, 40);

  const numbered = pngFolder(scratch.path('numbered'), { seed: 3, rows: 2, classes: ['1'] });
  assert.is((await answers(['evaluate', out, numbered])).rows, 2);
  await refused(['evaluate', out, more], /across: expected a class of 0, 1, got across/);
  await refused(['train', four, ...quick], /four: IDX images need their labels: --labels FILE/);
  await refused(
    ['train', beside, ...quick, '--labels', beside],
    /labels-idx1-ubyte: expected images of 3 or 4 axes, got 1/,
  );
  await refused(
    ['train', four, ...quick, '--labels', four],
    /four: expected 40 labels, one an image, got 40 x 1 x 8 x 8/,
  );
  await refused(
    ['train', scratch.file('cut', readFileSync(images).subarray(0, 99)), ...quick, '--labels', beside],
    /cut: .*truncated/,
  );
  const floats = Buffer.alloc(16 + 40 * 64 * 4);
  floats.set(idxBytes([40, 8, 8], []));
  floats[2] = 13;
  floats.writeFloatBE(Number.NaN, 16 + 4 * 70);
  await refused(
    ['train', scratch.file('nan', floats), ...quick, '--labels', beside],
    /nan: features: image 1, channel 0, row 0, column 6 is NaN, expected a finite number/,
  );
});

test('a set known by name: a few of its training images, tested on its test images', async () => {
  const out = scratch.path('mnist.safetensors');
  const args = ['train', '--data', 'mnist', ...quick, '--limit', '100', '--epochs', '1', '--out', out];
  const { rows, testAccuracy } = await answers<Answer>(args);
  assert.equal(rows, { train: 90, validation: 10, test: 10_000 });
  assert.is((await answers(['evaluate', out, 'mnist'])).accuracy, testAccuracy);
  await refused(['evaluate', out, more], /across: expected a class of 0, 1, .*, got across/);
  await refused(
    ['predict', model, 'mnist'],
    /mnist: expected images of 1 x 8 x 8 like the training data, got 1 x 28 x 28/,
  );
  await refused(
    ['evaluate', out, 'mnist', '--labels', out],
    /--labels: is for rows and IDX, but mnist is a set known by name/,
  );
  await refused(
    ['train', '--data', 'mnist'],
    /--data mnist: is a set of images, which --method trf does not take; expected a file/,
  );
});

test('images made smaller: the net takes later ones as those it was trained on, of every kind', async () => {
  const out = scratch.path('half.safetensors');
  const args = ['train', stripes, ...quick, '--epochs', '2', '--shrink', '2', '--test', more, '--out', out];
  const { testLoss } = await answers<Answer>(args);
  const { data } = await readImageFolder(more);
  const net = await loadNet(readFileSync(out));
  assert.is((await net.evaluate(shrinkImages(data, 2))).loss, testLoss);
  net.dispose();
  assert.is((await answers(['evaluate', out, more])).loss, testLoss);
  assert.equal((await answers<{ image: object }>(['info', out])).image, { channels: 1, height: 4, width: 4 });
  assert.is((await answers(['predict', out, `${more}/across/0.png`])).rows, 1);
  assert.is((await answers(['gates', out, more])).rows, 20);
  const idx = scratch.file(
    's-images-idx3-ubyte',
    idxBytes([20, 8, 8], [...requireImages(data.features, 'data').values]),
  );
  scratch.file('s-labels-idx1-ubyte', idxBytes([20], [...data.targets!.values]));
  assert.is((await answers(['evaluate', out, idx])).loss, testLoss);
  const [mnist, limit] = [scratch.path('m14'), ['--limit', '60', '--epochs', '1']];
  const named = await answers<Answer>(['train', 'mnist', ...quick, ...limit, '--shrink', '2', '--out', mnist]);
  assert.is((await answers(['evaluate', mnist, 'mnist'])).loss, named.testLoss);
  assert.equal((await answers<{ image: object }>(['info', mnist])).image, { channels: 1, height: 14, width: 14 });

  await refused(
    [...args, '--shrink', '3'],
    /--shrink 3: expected a divisor of both sides of .*stripes's images, 8 x 8/,
  );
  await refused([...args, '--shrink', '0'], /--shrink.*Expected an integer from 1/);
  const small = scratch.file('4-images-idx3-ubyte', idxBytes([1, 4, 4], Array(16).fill(0)));
  await refused(
    ['predict', out, small],
    /4-images-idx3-ubyte: expected images of 1 x 8 x 8 like the training data, got 1 x 4 x 4/,
  );
  const rows = scratch.file('shrunk.txt', sparseText(60, 1));
  await refused(['train', rows, '--shrink', '2'], /--shrink: is for images that --method gaternet takes/);
  const again = await loadNet(readFileSync(out));
  const damaged = scratch.file('damaged', again.save({ 'espalier.shrink': '1' }));
  again.dispose();
  await refused(['info', damaged], /espalier\.shrink: expected an integer from 2, got 1/);
});

test('options that make no sense', async () => {
  const args = ['train', stripes, ...quick];
  await refused([...args, '--placement', 'nonsense'], /--placement.*Expected one of block-output, every-conv/);
  await refused([...args, '--backbone', 'resnet-21'], /backbone\.depth: expected 6n \+ 2 \(8, 14, 20, .* got 21/);
  await refused([...args, '--backbone', 'vgg'], /--backbone.*Expected resnet-N/);
  await refused([...args, '--gater', 'resnet-2'], /gater\.depth: expected an integer from 8, got 2/);
  await refused([...args, '--penalty', '-1'], /--penalty.*Expected a number from 0/);
  await refused([...args, '--penalty', 'NaN'], /--penalty/);
  await refused([...args, '--augment', 'rotate'], /--augment.*Expected crop, flip or crop,flip/);
  await refused([...args, '--bottleneck', '0'], /--bottleneck.*Expected an integer from 1/);
  await refused([...args, '--width', '0'], /--width.*Expected an integer from 1/);
  await refused([...args, '--limit', '1'], /--limit.*Expected an integer from 2/);
  await refused([...args, '--hidden', '5'], /--hidden: is not for --method gaternet/);
  await refused([...args, '--dropout', '0.5'], /--dropout: is not for --method gaternet/);
  await refused([...args, '--threshold', '1'], /--threshold: is not for --method gaternet/);
  await refused([...args, '--target', '1'], /--target: is for rows of features, not for images/);
  await refused([...args, '--task', 'values'], /--task values: images have classes/);
  await refused([...args, '--labels', model], /--labels: is for rows and IDX, but .*stripes is a folder/);
  const rows = scratch.file('train.txt', sparseText(60, 1));
  await refused(['train', rows, '--bottleneck', '4'], /--bottleneck: is not for --method trf/);
  await refused(['train', rows, '--method', 'gaternet'], /train\.txt: expected images \(mnist, .*\), got sparse text/);
  await refused([...args, '--learning-rate', '1e30'], /learningRate: training diverged/);
});

test('images that do not fit', async () => {
  await refused(
    ['train', scratch.path('imagenet'), ...quick],
    /imagenet: no such file or folder, and no set of this name; sets are mnist, fashion-mnist, cifar10/,
  );
  mkdirSync(scratch.path('flat'));
  await refused(
    ['train', scratch.path('flat'), ...quick],
    /flat: expected a subfolder of PNG or JPEG files for each class/,
  );
  const one = pngFolder(scratch.path('one'), { seed: 1, rows: 2, classes: ['only'] });
  await refused(['train', one, ...quick], /one: expected subfolders of at least 2 classes, got only only/);
  const wide = pngFolder(scratch.path('wide'), { seed: 1, rows: 4, side: 10 });
  await refused(
    ['evaluate', model, wide],
    /wide: expected images of 8 x 8 like the training images, got 8 of 10 x 10 .*convert IN\.png -resize 8x8! OUT\.png/,
  );
  await refused(['train', stripes, ...quick, '--test', wide], /wide: expected images of 8 x 8/);
  const coloured = pngFolder(scratch.path('coloured'), { seed: 1, rows: 4, colour: true });
  await refused(['predict', model, coloured], /0\.png: expected a grey image like the training images/);
  const mixed = pngFolder(pngFolder(scratch.path('mixed'), { seed: 1, rows: 4 }), { seed: 1, rows: 2, side: 10 });
  await refused(
    ['train', mixed, ...quick],
    /mixed: expected images of one size, width x height, got 4 of 10 x 10 \(.*0\.png\), 4 of 8 x 8 \(.*2\.png\)/,
  );
  writeFileSync(`${mixed}/across/0.png`, 'no picture');
  await refused(['train', mixed, ...quick], /0\.png: expected a PNG or JPEG, got other or damaged bytes/);
  const dots = pngFolder(scratch.path('dots'), { seed: 1, rows: 4, side: 4 });
  await refused(
    ['train', dots, ...quick, '--augment', 'crop'],
    /augmentation\.pad: expected less than the side of 4 x 4/,
  );
});

test('a model that is cut or damaged', async () => {
  const bytes = readFileSync(model);
  const cut = scratch.file('cut.safetensors', bytes.subarray(0, bytes.length - 4));
  for (const args of [['info', cut], ...['evaluate', 'predict', 'gates'].map((name) => [name, cut, more])]) {
    await refused(args, /cut\.safetensors: .*truncated/);
  }
  const damaged = Buffer.from(bytes);
  damaged.write('\\"bottleneck\\":0', damaged.indexOf('\\"bottleneck\\":8'));
  await refused(
    ['info', scratch.file('damaged.safetensors', damaged)],
    /damaged\.safetensors: bytes: the net is damaged: its contents do not match its SHA-256/,
  );
});

test.run();
