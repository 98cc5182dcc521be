import { cleanupOutdatedCaches, matchPrecache, precache } from 'workbox-precaching';
import './push.ts';
import { firstOf } from './firstOf.ts';
import { scope } from './scope.ts';
import { isHashed, isShellFile, PUBLIC_ANSWERS } from './shell-files.ts';

declare const PRECACHE: { url: string; revision: string | null }[];

const PAGE = '/index.html';
/** A page that the network brings later than this is shown as it was. */
const PAGE_WAIT_MS = 3_000;
const ANSWERS = 'plugpact-public-answers';
const PARTS = 'plugpact-parts';

precache(PRECACHE);
cleanupOutdatedCaches();

/** The page as the server has it now, else as this worker has it. Which server it was does not depend on the wait. */
const page = async (request: Request): Promise<Response> =>
  firstOf(
    fetch(request).then((answer) => (answer.ok ? answer : Promise.reject(new Error('no page')))),
    () => matchPrecache(PAGE),
    PAGE_WAIT_MS,
  );

/** The page that installs this worker was answered without it. */
scope.addEventListener('install', (event) => {
  const keep = async () => (await caches.open(ANSWERS)).addAll([...PUBLIC_ANSWERS]);
  event.waitUntil(keep().catch(() => undefined));
});

/** A part of the page: its name has the hash of its text, so what is kept is what the server has. */
async function part(request: Request): Promise<Response> {
  const kept = (await matchPrecache(request)) ?? (await caches.match(request, { cacheName: PARTS }));
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    await caches
      .open(PARTS)
      .then((cache) => cache.put(request, copy))
      .catch(() => undefined);
  }
  return answer;
}

/** What is the same for everyone, as the server says it now; without a network as it was last. */
async function publicAnswer(request: Request): Promise<Response> {
  const cache = await caches.open(ANSWERS);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone()).catch(() => undefined);
    return answer;
  } catch (cause) {
    const kept = await cache.match(request);
    if (kept === undefined) throw cause;
    return kept;
  }
}

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== scope.location.origin) return;
  if (request.mode === 'navigate') {
    if (!pathname.startsWith('/api/')) event.respondWith(page(request));
  } else if (isHashed(pathname)) event.respondWith(part(request));
  else if (PUBLIC_ANSWERS.has(pathname) && !request.headers.has('authorization')) {
    event.respondWith(publicAnswer(request));
  } else if (isShellFile(pathname)) {
    event.respondWith(matchPrecache(request).then((kept) => kept ?? fetch(request)));
  }
});

/**
 * A new worker waits until the pages of the old one are closed, since its parts go with it. The one page that is open
 * may ask it to take over, and then loads itself again.
 */
scope.addEventListener('message', (event) => {
  if (event.data !== 'take over') return;
  event.waitUntil(
    scope.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((pages) => {
      return pages.length > 1 ? undefined : scope.skipWaiting();
    }),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(caches.delete(PARTS));
});
