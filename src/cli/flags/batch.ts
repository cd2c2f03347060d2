import { GATED_RUN } from '../../models/gaternet/options.js';
import { RUN } from '../../models/net-parts.js';
import { defaultText } from './add.js';
import { flagsOf } from './flag.js';

/** --batch-size of running a net; images have a default of their own. */
export const BATCH = flagsOf({
  batchSize: {
    ...RUN.batchSize,
    defaultDoc: `${defaultText(RUN.batchSize)}; images: ${defaultText(GATED_RUN.batchSize)}`,
  },
});
