// Runs inside the report: moves the pixels of the tree between their true and their shuffled places, and lights the field around the pointer.

interface Point {
  x: number;
  y: number;
}

const MOVE_MS = 1400;

const svg = document.querySelector<SVGSVGElement>('#tree')!;
const hops = document.querySelector<HTMLInputElement>('#hops')!;
const hopsShown = document.querySelector<HTMLOutputElement>('#hops-shown')!;
const caption = document.querySelector<HTMLElement>('#tree-caption')!;
const column: number[] = JSON.parse(document.querySelector('#columns')!.textContent!);

const dots = [...svg.querySelectorAll<SVGCircleElement>('.pixels circle')];
const edges = [...svg.querySelectorAll<SVGLineElement>('line')].map((line) => ({
  line,
  a: Number(line.dataset.a),
  b: Number(line.dataset.b),
}));
const near: number[][] = dots.map(() => []);
for (const { a, b } of edges) {
  near[a]!.push(b);
  near[b]!.push(a);
}

const truth: Point[] = dots.map((dot) => ({ x: dot.cx.baseVal.value, y: dot.cy.baseVal.value }));
// Column c of the learner's table, laid out like an image, is drawn where pixel c truly is.
const shuffled: Point[] = truth.map((_, pixel) => truth[column[pixel]!]!);
let now = truth;
let frame = 0;
const hint = caption.textContent!;

function draw(points: Point[]): void {
  now = points;
  dots.forEach((dot, i) => {
    dot.setAttribute('cx', points[i]!.x.toFixed(2));
    dot.setAttribute('cy', points[i]!.y.toFixed(2));
  });
  for (const { line, a, b } of edges) {
    line.setAttribute('x1', points[a]!.x.toFixed(2));
    line.setAttribute('y1', points[a]!.y.toFixed(2));
    line.setAttribute('x2', points[b]!.x.toFixed(2));
    line.setAttribute('y2', points[b]!.y.toFixed(2));
  }
}

function moveTo(target: Point[]): void {
  cancelAnimationFrame(frame);
  const from = now;
  const began = performance.now();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const step = (time: number) => {
    const t = still ? 1 : Math.min(1, Math.max(0, time - began) / MOVE_MS);
    const eased = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
    draw(
      from.map((p, i) => ({
        x: p.x + (target[i]!.x - p.x) * eased,
        y: p.y + (target[i]!.y - p.y) * eased,
      })),
    );
    if (t < 1) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
}

/** Pixels within `radius` hops of a centre. */
function field(centre: number, radius: number): Set<number> {
  const seen = new Set([centre]);
  let ring = [centre];
  for (let hop = 0; hop < radius; hop++) {
    ring = ring.flatMap((v) => near[v]!).filter((v) => !seen.has(v) && seen.add(v));
  }
  return seen;
}

let lit = -1;

function light(centre: number): void {
  lit = centre;
  const seen = field(centre, Number(hops.value));
  svg.classList.add('lit');
  dots.forEach((dot, i) => {
    dot.classList.toggle('in', seen.has(i));
    dot.classList.toggle('centre', i === centre);
  });
  for (const { line, a, b } of edges) line.classList.toggle('in', seen.has(a) && seen.has(b));
  caption.textContent = `${seen.size} pixels lie within ${hops.value} hops of this one: the receptive field of a unit placed here.`;
}

function unlight(): void {
  lit = -1;
  svg.classList.remove('lit');
  caption.textContent = hint;
}

function pixelUnder(event: PointerEvent): number {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  now.forEach(({ x, y }, i) => {
    const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

svg.addEventListener('pointermove', (event) => light(pixelUnder(event)));
svg.addEventListener('pointerdown', (event) => light(pixelUnder(event)));
svg.addEventListener('pointerleave', unlight);
hops.addEventListener('input', () => {
  hopsShown.value = hops.value;
  if (lit >= 0) light(lit);
});
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-places]')) {
  button.addEventListener('click', () => {
    for (const other of document.querySelectorAll('[data-places]'))
      other.setAttribute('aria-pressed', String(other === button));
    moveTo(button.dataset.places === 'shuffled' ? shuffled : truth);
  });
}
for (const control of document.querySelectorAll<HTMLElement>('.controls')) control.hidden = false;

export {};
