// A drawing that can be zoomed and moved: by wheel, fingers, mouse and keys. Its styles stay its own.

/** A drawing on the page's own ground. */
export const GROUND = 'svg > rect { fill: none !important }';
/** Units of a drawing that are read well side by side. */
const READABLE = 700;

export class Viewport {
  readonly box: HTMLElement;
  private readonly root: ShadowRoot;
  private svg: SVGSVGElement | undefined;
  private whole = [0, 0, 1, 1] as [number, number, number, number];
  private view = this.whole;
  private readonly pointers = new Map<number, PointerEvent>();
  private moved = 0;

  constructor(label: string) {
    this.box = document.createElement('div');
    this.box.className = 'drawing';
    this.box.tabIndex = 0;
    this.box.setAttribute('role', 'group');
    this.box.setAttribute('aria-label', `${label}: plus and minus zoom, arrows move, 0 shows all`);
    this.root = this.box.attachShadow({ mode: 'open' });
    this.box.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('pointerdown', (event) => this.down(event));
    this.box.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel'] as const)
      this.box.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
  }

  /** Shows a drawing; its style goes by way of a sheet, as the page's policy forbids style elements. `more`: rules besides. */
  show(text: string, more = ''): SVGSVGElement {
    const styles: string[] = [];
    // The policy forbids elements and attributes of style in what is parsed, not what a script sets. Quotes in names are escaped, so that no name is taken for one.
    const bare = text
      .replace(/<style>([^<]*)<\/style>/g, (_, rules: string) => {
        styles.push(rules);
        return '';
      })
      .replaceAll(' style="', ' data-style="');
    const svg = new DOMParser().parseFromString(bare, 'image/svg+xml').documentElement as unknown as SVGSVGElement;
    for (const styled of svg.querySelectorAll<SVGElement>('[data-style]')) styled.style.cssText = styled.dataset.style!;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`svg{display:block;width:100%;height:100%;touch-action:none}${styles.join('')}${more}`);
    this.root.adoptedStyleSheets = [sheet];
    this.root.replaceChildren(document.adoptNode(svg));
    const { x, y, width, height } = svg.viewBox.baseVal;
    svg.removeAttribute('width');
    svg.removeAttribute('height');
    this.whole = [x, y, width, height];
    this.svg = svg;
    this.all();
    return svg;
  }

  /** A click, not the end of a move. */
  get isClick(): boolean {
    return this.moved < 5;
  }

  all(): void {
    this.set(...this.whole);
  }

  /** Around the middle, or a place of the box. */
  zoom(factor: number, at?: { clientX: number; clientY: number }): void {
    const [x, y, width, height] = this.view;
    const point = at && this.placeOf(at);
    const [cx, cy] = point ? [point.x, point.y] : [x + width / 2, y + height / 2];
    const by = Math.max(factor, width / (4 * this.whole[2]));
    if (width / by < this.whole[2] / 200) return;
    this.set(cx - (cx - x) / by, cy - (cy - y) / by, width / by, height / by);
  }

  /** So that this place is in the middle, and what is near it can be read; what can be read as a whole stays as it is. */
  goTo(x: number, y: number): void {
    const width = Math.min(this.view[2], Math.max(this.whole[2] / 3, READABLE));
    if (width >= this.whole[2]) return;
    const height = (width * this.whole[3]) / this.whole[2];
    this.set(x - width / 2, y - height / 2, width, height);
  }

  private set(x: number, y: number, width: number, height: number): void {
    this.view = [x, y, width, height];
    this.svg?.setAttribute('viewBox', this.view.map((value) => value.toFixed(2)).join(' '));
  }

  private placeOf({ clientX, clientY }: { clientX: number; clientY: number }): DOMPoint | undefined {
    const matrix = this.svg?.getScreenCTM();
    return matrix ? new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse()) : undefined;
  }

  private wheel(event: WheelEvent): void {
    // A page that is scrolled past is not a drawing that is zoomed.
    if (!event.ctrlKey && document.activeElement !== this.box) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 400), event);
  }

  private key(event: KeyboardEvent): void {
    const [x, y, width, height] = this.view;
    const step: Record<string, () => void> = {
      '+': () => this.zoom(1.3),
      '=': () => this.zoom(1.3),
      '-': () => this.zoom(1 / 1.3),
      '0': () => this.all(),
      ArrowLeft: () => this.set(x - width / 10, y, width, height),
      ArrowRight: () => this.set(x + width / 10, y, width, height),
      ArrowUp: () => this.set(x, y - height / 10, width, height),
      ArrowDown: () => this.set(x, y + height / 10, width, height),
    };
    const act = event.ctrlKey || event.metaKey ? undefined : step[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  private down(event: PointerEvent): void {
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 1) this.moved = 0;
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    const scale = this.svg?.getScreenCTM()?.a;
    if (!before || !scale) return;
    const others = [...this.pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    this.moved += Math.abs(dx) + Math.abs(dy);
    // Captured only now: a captured click would not reach what was clicked.
    if (this.moved >= 5 && !this.box.hasPointerCapture(event.pointerId)) this.box.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    const [x, y, width, height] = this.view;
    if (others.length === 0) this.set(x - dx / scale, y - dy / scale, width, height);
    else {
      const [other] = others as [PointerEvent];
      const reach = (of: PointerEvent) => Math.hypot(of.clientX - other.clientX, of.clientY - other.clientY);
      this.zoom(reach(event) / Math.max(1, reach(before)), other);
    }
  }
}
