import * as draw from './draw.js';
import * as core from './index.js';
import * as read from './read.js';
import * as text from './text.js';
import * as topics from './topics.js';
import { serve } from './worker/serve.js';

// The worker has an engine of its own.
const { createEngine: _, setDefaultEngine: __, ...index } = core;

/** Answers the calls of createWorker, which has started this worker. Error where it is none. */
export function serveWorker(): void {
  serve({ ...index, ...read, ...text, ...topics, ...draw });
}
