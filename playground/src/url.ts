// What the address tells of the page, so that it can be gone back to and handed on.
const KEYS = ['tab', 'sample', 'target', 'method', 'view', 'parts', 'shapes', 'peers'] as const;

export type Place = Partial<Record<(typeof KEYS)[number], string>>;

export function place(): Place {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.flatMap((key) => (given.has(key) ? [[key, given.get(key)!]] : [])));
}

/** Undefined takes a key away. */
export function moveTo(changed: { [K in keyof Place]: Place[K] | undefined }): void {
  const all = { ...place(), ...changed };
  const next = new URLSearchParams(
    KEYS.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]!] as [string, string]])),
  );
  history.replaceState(null, '', next.size > 0 ? `?${next}` : location.pathname);
}
