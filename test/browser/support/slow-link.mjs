// Answers as they come over a slow line: compressed, one line for all, so much time there and back.
import { gzipSync } from 'node:zlib';

const PIECE = 1400;

/**
 * A sender of bodies over a line of `bits` a second and `roundTrip` milliseconds, which all requests share. A new connection takes a round trip of its own.
 * `sent` hears of the bytes. Of the layers below HTTP nothing else is imitated.
 */
export function slowLink({ bits, roundTrip, sent }) {
  const greeted = new WeakSet();
  const queue = [];
  let isBusy = false;

  async function drain() {
    if (isBusy) return;
    isBusy = true;
    // By the clock, not by the piece: timers are late by a millisecond or so each.
    let due = performance.now();
    while (queue.length > 0) {
      const one = queue.shift();
      due = Math.max(due, performance.now() - 20) + (8000 * Math.min(PIECE, one.body.length - one.at)) / bits;
      const wait = due - performance.now();
      if (wait > 2) await new Promise((resolve) => setTimeout(resolve, wait));
      one.response.write(one.body.subarray(one.at, one.at + PIECE));
      sent?.(Math.min(PIECE, one.body.length - one.at));
      one.at += PIECE;
      if (one.at < one.body.length) queue.push(one);
      else one.response.end();
    }
    isBusy = false;
  }

  return async (request, response, head, body) => {
    const trips = greeted.has(request.socket) ? 1 : 2;
    greeted.add(request.socket);
    await new Promise((resolve) => setTimeout(resolve, trips * roundTrip));
    response.writeHead(200, { ...head, 'content-encoding': 'gzip', 'cache-control': 'max-age=600' });
    queue.push({ response, body: gzipSync(body), at: 0 });
    void drain();
  };
}
