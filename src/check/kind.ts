/** What kind of thing it is, for messages: `null`, `string`, `Float32Array`, `Array`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}

/** The thing itself where it is short, for messages: text in quotes, a number, and of an object its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? kindOf(value) : String(value);
}
