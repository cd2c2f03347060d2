// In what is built, VERSION and FILES stand before this. Keeps the page, so that no network is needed once it is there, and gives every answer the headers by which a page may share memory,
// where a host cannot set them.
/* global VERSION, FILES */
const OWN = `playground of ${self.registration.scope} `;
const NAME = OWN + VERSION;

self.addEventListener('install', (event) => event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(FILES))));
self.addEventListener('activate', (event) => event.waitUntil(begin()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  // Such a request of another origin may not be made from here.
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(answer(request).then(isolated));
});

/** No page of an older version is open any more. */
async function begin() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OWN) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** A page as it is now, if there is a network; what it takes has a name that changes with it. */
async function answer(request) {
  if (request.method !== 'GET') return fetch(request);
  const kept = await caches.open(NAME);
  if (request.mode !== 'navigate') return (await kept.match(request, { ignoreSearch: true })) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const own = await kept.match('./index.html');
    if (own) return own;
    throw error;
  }
}

function isolated(found) {
  if (found.status === 0) return found;
  const headers = new Headers(found.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}
