// Graphviz's language.

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A line of a graph: a node, an edge or a default, with its attributes. */
export function dotLine(subject: string | number, attributes: Attributes): string {
  const list = Object.entries(attributes).map(([name, value]) => `${name}=${dotValue(value)}`);
  return `  ${subject} [${list.join(', ')}];`;
}

/** Text in quotes; a line break becomes one in the label. */
function dotValue(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/\r?\n/g, '\\n')}"`;
}
