// What the address tells of the page, so that it can be gone back to and handed on.
const KEYS = ['tab', 'sample', 'target', 'method', 'view', 'parts', 'shapes', 'peers'] as const;

export type Place = Partial<Record<(typeof KEYS)[number], string>>;
type Given = { [K in keyof Place]: Place[K] | undefined };

/** As it is now: an address that was gone back to may be older, but for its tab. */
let now: Given = place();

export function place(): Place {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.flatMap((key) => (given.has(key) ? [[key, given.get(key)!]] : [])));
}

/** Undefined takes a key away. Another tab is a step that can be gone back. */
export function moveTo(changed: Given): void {
  const isStep = 'tab' in changed && changed.tab !== now.tab;
  now = { ...now, ...changed };
  if (isStep) history.pushState(null, '', address());
  else history.replaceState(null, '', address());
}

/** When the browser goes back or forward: only the tab is another. */
export function onReturn(act: () => void): void {
  addEventListener('popstate', () => {
    now = { ...now, tab: place().tab };
    history.replaceState(null, '', address());
    act();
  });
}

function address(): string {
  const next = new URLSearchParams(KEYS.flatMap((key) => (now[key] === undefined ? [] : [[key, now[key]]])));
  return next.size > 0 ? `?${next}` : location.pathname;
}
