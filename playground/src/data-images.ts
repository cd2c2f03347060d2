// What was understood of images: sizes, classes, some of them, and what was left out.
import './images.css';
import { choice, el, table } from './dom.js';
import type { ImagesData } from './read-images.js';
import type { Reading } from './reading.js';

/** `correct` reads the same files anew. */
export function imageParts(data: ImagesData, reading: Reading, correct: (reading: Reading) => void): HTMLElement[] {
  const { name, rows, channels, height, width, classes, some, told, sizes } = data;
  const colour = channels === 1 ? 'grey' : channels === 3 ? 'of colour' : `of ${channels} channels`;
  const facts = `${rows} images of ${width} x ${height} pixels, ${colour}${classes ? `, ${classes.length} classes` : ', no classes'}.`;
  const { images: size } = reading;
  const now = size ? `${size.width} x ${size.height}` : '';
  const sides = sizes.map((one) => `${one.width} x ${one.height}`);
  const scale = choice(
    'Scale to',
    ['', ...new Set([...(now === '' ? [] : [now]), ...sides])].map((key) => [key, key || 'as they are'] as const),
    now,
    (value) => {
      const [w, h] = value.split(' x ').map(Number);
      correct({ ...reading, images: value === '' ? undefined : { width: w!, height: h! } } as Reading);
    },
  );
  return [
    el('h2', {}, name),
    ...(told.length > 0 ? [el('ul', { class: 'told' }, ...told.map((line) => el('li', {}, line)))] : []),
    el('p', { class: 'facts', id: 'understood' }, facts),
    el('div', { class: 'fields' }, scale),
    el('h3', {}, 'Some of them'),
    el(
      'ul',
      { class: 'pictures' },
      ...some.map(({ pixels, label }) =>
        el(
          'li',
          {},
          pictureOf(pixels, data, label === undefined ? 'An image' : `An image of ${label}`),
          ...(label === undefined ? [] : [el('span', {}, label)]),
        ),
      ),
    ),
    classes
      ? table(
          ['Class', 'Images'],
          classes.map((one) => [one.name, String(one.count)]),
        )
      : el('p', {}, 'Images without classes have nothing to learn: put them into a folder for each class.'),
  ];
}

/** [channel][height][width], bytes or floats from 0 to 1, drawn. */
export function pictureOf(
  pixels: Uint8Array | Float32Array,
  size: Pick<ImagesData, 'channels' | 'height' | 'width'>,
  words: string,
): HTMLCanvasElement {
  const made = el('canvas', { width: size.width, height: size.height, role: 'img', 'aria-label': words });
  paint(made, pixels, size);
  return made;
}

export function paint(
  canvas: HTMLCanvasElement,
  pixels: Uint8Array | Float32Array,
  { channels, height, width }: Pick<ImagesData, 'channels' | 'height' | 'width'>,
): void {
  const plane = height * width;
  const by = pixels instanceof Uint8Array ? 1 : 255;
  const image = new ImageData(width, height);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = by * pixels[(channels === 3 ? c : 0) * plane + i]!;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
