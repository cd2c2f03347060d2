// 'espalier/worker-script': what runs in the worker of 'espalier/worker'. The script of a worker of one's own may import it in the place of code.
import * as draw from './draw.js';
import * as core from './index.js';
import * as read from './read.js';
import * as text from './text.js';
import * as topics from './topics.js';
import { serve } from './worker/serve.js';

const { createEngine: _, ...index } = core;
serve({ ...index, ...read, ...text, ...topics, ...draw });
