/**
 * The service worker of the scan page: with a network the server's page, without one the page as it was kept. What is kept was drawn for nobody
 * (fetched without cookies), so that no name and no token of a form lies on a shared phone. The server writes /supplies/scan/worker.js, which
 * names the files of this edition and the language, and loads this script. It also sends the scans that wait when the browser says that there is a
 * network and no page is open to do it.
 */
import { sendKept, syncTag } from './send';

interface Shell { edition: string; language: string; page: string; files: string[] }
interface LifeEvent extends Event { waitUntil(work: Promise<unknown>): void }
interface SyncEvent extends LifeEvent { tag: string }
interface RequestEvent extends LifeEvent { request: Request; respondWith(answer: Promise<Response>): void }

declare const self: {
  shell: Shell;
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'sync', listener: (event: SyncEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
};

const family = 'scan-';
const { edition, language, page, files } = self.shell;
const name = `${family}${edition}-${language}`;
/** A loading bay's network that is half there must not keep a truck waiting. */
const patienceMs = 4_000;

self.addEventListener('install', event => event.waitUntil(install()));
self.addEventListener('activate', event => event.waitUntil(activate()));
// Without a network sending throws, and the browser asks again later.
self.addEventListener('sync', event => { if (event.tag === syncTag) event.waitUntil(sendKept()); });
self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname.toLowerCase().startsWith(page)) event.respondWith(open(event));
  else if (files.includes(url.pathname)) event.respondWith(kept(url.pathname).then(found => found ?? fetch(event.request)));
});

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await Promise.all([cache.addAll(files.map(path => new Request(path, { cache: 'reload' }))), keepPage()]);
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter(key => key.startsWith(family) && key !== name);
  await Promise.all(old.map(key => caches.delete(key)));
  await self.clients.claim();
}

async function open(event: RequestEvent): Promise<Response> {
  let isLate: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, refuse) => { isLate = setTimeout(() => refuse(new Error('the network is too slow')), patienceMs); });
    const answer = await Promise.race([fetch(event.request), late]);
    // A server that is being restarted is as good as no server.
    if (answer.status >= 500) throw new Error(`the server answered ${answer.status}`);
    return answer;
  } catch {
    return (await kept(page)) ?? Response.error();
  } finally {
    clearTimeout(isLate);
  }
}

function kept(path: string): Promise<Response | undefined> {
  return caches.match(path, { cacheName: name, ignoreVary: true });
}

async function keepPage(): Promise<void> {
  const answer = await fetch(`${page}?culture=${language}`, { cache: 'reload', credentials: 'omit' });
  if (!answer.ok) throw new Error(`the page could not be kept: ${answer.status}`);
  await (await caches.open(name)).put(page, answer);
}

