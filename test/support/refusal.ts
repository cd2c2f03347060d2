const RAW =
  /is not (?:a function|iterable|defined|a constructor)|^(?:Cannot|Do not know|Invalid (?:typed )?array|Maximum call stack|offset|unreachable|memory access)|out of bounds|undefined is/i;
/** `train: `, `layers[0].radius: `, a name that is none, `bins, threshold: `, `line 3, column "a": `, `tensor "w": `. */
const NAMED =
  /^(?:(?:line \d+|records\[\d+\])(?:, column "(?:[^"\\]|\\.)*")?|(?:tensor|metadata|column) "(?:[^"\\]|\\.)*"?|[\w.[\]"']+(?:, [\w.[\]]+)*|.{1,200}(?=: expected an option of )): /;
const LONGEST = 500;

/** undefined for one of the package's own refusals: a TypeError or RangeError that names an argument, in few words; else what is wrong with it. */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof TypeError || error instanceof RangeError)) return `threw ${String(error)}`;
  const { name, message } = error;
  if (RAW.test(message)) return `a raw ${name}: ${message}`;
  if (!NAMED.test(message)) return `a ${name} that names no argument: ${message}`;
  return message.length > LONGEST ? `a message of ${message.length} characters: ${message.slice(0, 80)}…` : undefined;
}
