/** Columns of the rows. */
export const TOPIC_COLUMNS = 4096;
/** Columns of a topic. */
const WIDTH = 16;
const TOPICS = TOPIC_COLUMNS / WIDTH;
export const TOPIC_CLASSES = 16;
/** Topics of a row, and those that its class prefers. */
const DRAWN = 16;
const PREFERRED = 48;
/** Of a row's topics, those that its class chose; of a topic's columns, those that are there. In 256ths. */
const BY_CLASS = 110;
const THERE = 140;

/** Sparse rows of 0 and 1: columns of a topic occur together, and each class prefers some topics. Deterministic by the seed. */
export function topicRows(
  seed: number,
  rows: number,
): { start: Int32Array; index: Int32Array; value: Float32Array; labels: Int32Array } {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const start = new Int32Array(rows + 1);
  const index = new Int32Array(rows * DRAWN * WIDTH);
  const labels = new Int32Array(rows);
  const bits = new Uint16Array(TOPICS);
  let size = 0;
  for (let r = 0; r < rows; r++) {
    const label = next() % TOPIC_CLASSES;
    labels[r] = label;
    for (let t = 0; t < DRAWN; t++) {
      const word = next();
      // Preferred topics of two classes overlap.
      const topic =
        (word & 255) < BY_CLASS ? (label * 16 + ((word >>> 8) % PREFERRED)) % TOPICS : (word >>> 8) % TOPICS;
      for (let c = 0; c < WIDTH; c += 4) {
        const some = next();
        for (let i = 0; i < 4; i++) if (((some >>> (8 * i)) & 255) < THERE) bits[topic]! |= 1 << (c + i);
      }
    }
    for (let topic = 0; topic < TOPICS; topic++) {
      const word = bits[topic]!;
      if (word === 0) continue;
      bits[topic] = 0;
      for (let c = 0; c < WIDTH; c++) if ((word >>> c) & 1) index[size++] = topic * WIDTH + c;
    }
    start[r + 1] = size;
  }
  return { start, index: index.slice(0, size), value: new Float32Array(size).fill(1), labels };
}
