// Trains at night, in a worker, and answers requests all the time: POST /predict, GET /health.
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { nextRun } from './schedule.mjs';
import { Served } from './served.mjs';
import { train } from './train.mjs';

const {
  DATA = 'data',
  MODEL = 'model.safetensors',
  TARGET,
  HOUR = '3',
  PORT = '8080',
  HOST = '127.0.0.1',
} = process.env;
const MOST_BYTES = 1_000_000;
const hour = Number(HOUR);
nextRun(hour); // Throws for what is no hour, before anything starts.

let served;
/** What is being trained, and what came of it the last time. */
let training = null;
let last = null;
const stop = new AbortController();

async function night() {
  if (training) return;
  const started = new Date().toISOString();
  training = { started };
  try {
    const onProgress = ({ phase, epoch, epochs }) => {
      training = { started, phase, ...(epoch ? { epoch, epochs } : {}) };
    };
    const result = await train({ data: DATA, model: MODEL, target: TARGET ?? -1, signal: stop.signal, onProgress });
    if (result.replaced) await serve();
    last = { started, ended: new Date().toISOString(), ...result };
  } catch (error) {
    if (stop.signal.aborted) return;
    // What is served is served on.
    last = { started, ended: new Date().toISOString(), error: error.message };
    console.error(error);
  } finally {
    training = null;
  }
  console.log(JSON.stringify({ training: last }));
}

async function serve() {
  const before = served;
  served = await Served.load(MODEL);
  before?.retire();
}

let timer;

function everyNight() {
  timer = setTimeout(async () => {
    await night();
    if (!stop.signal.aborted) everyNight();
  }, nextRun(hour) - Date.now());
}

/** An answer that is not 200. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function bodyOf(request) {
  const parts = [];
  let bytes = 0;
  // Of too long a body the rest is read and forgotten: who is still sending would not hear the answer.
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= MOST_BYTES) parts.push(part);
  }
  if (bytes > MOST_BYTES) throw new Refusal(413, `expected at most ${MOST_BYTES} bytes, got ${bytes}`);
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch (error) {
    throw new Refusal(400, `expected JSON: ${error.message}`);
  }
}

const ROUTES = {
  '/health': {
    GET: () => ({
      status: served ? 200 : 503,
      body: {
        served: served ? { since: served.since, ...served.facts } : null,
        training,
        last,
        next: nextRun(hour).toISOString(),
      },
    }),
  },
  '/predict': {
    POST: async (request) => {
      const records = await bodyOf(request);
      if (!served) throw new Refusal(503, 'no model yet');
      try {
        return { status: 200, body: { trained: served.facts.trained, predictions: await served.predict(records) } };
      } catch (error) {
        // Of espalier's errors, these tell what is wrong with what was given.
        if (error instanceof TypeError || error instanceof RangeError) throw new Refusal(400, error.message);
        throw error;
      }
    },
  },
};

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const route = ROUTES[pathname];
  if (!route) throw new Refusal(404, `no ${pathname}; there are ${Object.keys(ROUTES).join(', ')}`);
  const handler = route[request.method];
  if (!handler) throw new Refusal(405, `${pathname} takes ${Object.keys(route).join(', ')}`);
  return handler(request);
}

const server = createServer(async (request, response) => {
  let result;
  try {
    result = await answer(request);
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    result = { status: error.status ?? 500, body: { error: error.status ? error.message : 'internal error' } };
  }
  response.writeHead(result.status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(result.body)}\n`);
});

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stop.abort();
    clearTimeout(timer);
    server.close();
    server.closeIdleConnections();
  });

await mkdir(dirname(MODEL), { recursive: true });
await serve().catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
server.listen(Number(PORT), HOST, () => console.log(JSON.stringify({ listening: server.address() })));
everyNight();
if (process.argv.includes('--now')) await night();
