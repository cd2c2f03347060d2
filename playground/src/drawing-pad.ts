// A square to draw in, by mouse, finger or pen.
import { el } from './dom.js';

export const PAD = 280;
/** Of a stroke: about that of MNIST's, once a digit is as small as those. */
const PEN = 22;

export interface Pad {
  readonly canvas: HTMLCanvasElement;
  clear(): void;
  /** In place of what is drawn: PAD x PAD, as `ink` gives it. */
  put(ink: Uint8Array): void;
  /** How dark each pixel is, 0 to 255, PAD x PAD. */
  ink(): Uint8Array;
}

/** `drawn` after every piece of a stroke. */
export function drawingPad(words: string, drawn: () => void): Pad {
  const canvas = el('canvas', { width: PAD, height: PAD, role: 'img', 'aria-label': words });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.lineWidth = PEN;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  let last: { x: number; y: number } | undefined;
  const at = ({ clientX, clientY }: PointerEvent) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: ((clientX - left) * PAD) / width, y: ((clientY - top) * PAD) / height };
  };
  const lineTo = (event: PointerEvent) => {
    const next = at(event);
    const from = last ?? next;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(next.x, next.y);
    context.stroke();
    last = next;
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = undefined;
    lineTo(event);
    drawn();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return;
    const pieces = event.getCoalescedEvents?.() ?? [];
    for (const piece of pieces.length > 0 ? pieces : [event]) lineTo(piece);
    drawn();
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, () => {
      last = undefined;
    });
  return {
    canvas,
    clear: () => context.clearRect(0, 0, PAD, PAD),
    put(ink) {
      const image = new ImageData(PAD, PAD);
      for (let i = 0; i < ink.length; i++) image.data[4 * i + 3] = ink[i]!;
      context.putImageData(image, 0, 0);
    },
    ink() {
      const { data } = context.getImageData(0, 0, PAD, PAD);
      const ink = new Uint8Array(PAD * PAD);
      for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3]!;
      return ink;
    },
  };
}
