/**
 * The service worker of the checkpoint: keeps the app itself, so that it opens without a network for as long as it stays installed. It keeps
 * nothing else; the trust and revocation files are the page's business, and a pass never comes by here. The server writes /checkpoint/worker.js,
 * which names the files of this edition and loads this script; a new edition has other names and so replaces the old one whole.
 */
interface Shell { edition: string; page: string; files: string[] }
interface LifeEvent extends Event { waitUntil(work: Promise<unknown>): void }
interface RequestEvent extends Event { request: Request; respondWith(answer: Promise<Response>): void }

declare const self: {
  shell: Shell;
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
};

const family = 'checkpoint-';
const { edition, page, files } = self.shell;
const name = family + edition;

self.addEventListener('install', event => event.waitUntil(install()));
self.addEventListener('activate', event => event.waitUntil(activate()));
self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  // The page whatever follows its name: a start from the home screen may add a query.
  const path = event.request.mode === 'navigate' && url.pathname === page ? page : url.pathname;
  if (path === page || files.includes(path)) event.respondWith(answer(path, event.request));
});

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll([page, ...files].map(path => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter(key => key.startsWith(family) && key !== name);
  await Promise.all(old.map(key => caches.delete(key)));
  await self.clients.claim();
}

/** From the phone first: a gate's network that is half there must not keep people waiting. */
async function answer(path: string, request: Request): Promise<Response> {
  return (await caches.match(path, { cacheName: name, ignoreVary: true })) ?? fetch(request);
}

export {};
