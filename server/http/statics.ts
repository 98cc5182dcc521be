import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import express, { type RequestHandler, type Response, type Router } from 'express';

const HOUR_MS = 3_600 * 1_000;
const YEAR_MS = 365 * 24 * 3_600 * 1_000;

/**
 * Serves the built page, as its build packed it. Browsers may cache its hashed assets for a year. Other paths without a file extension are
 * views of the page and get `index.html`. Until the page is built the answer explains how to build it: `npm start`
 * builds it while the server starts.
 */
export function servePage(webDir: string | undefined): Router {
  const router = express.Router();
  const root = webDir === undefined ? undefined : resolve(webDir);
  const index = join(root ?? '', 'index.html');
  let isBuilt = false;
  router.get('/{*view}', (_req, res, next) => {
    isBuilt ||= root !== undefined && existsSync(index);
    if (isBuilt) next();
    else sendNotBuilt(res, webDir);
  });
  if (root === undefined) return router;
  router.use(precompressed(root));
  router.use(
    '/assets',
    express.static(join(root, 'assets'), { immutable: true, maxAge: YEAR_MS, index: false }),
  );
  router.use(
    express.static(root, { cacheControl: false, setHeaders: (res) => res.set('cache-control', 'no-cache') }),
  );
  router.get('/{*view}', (req, res, next) => {
    if (extname(req.path) !== '') return next();
    // By its name in the folder: a path that has a hidden folder in it would be refused.
    const file = packedFor(req.acceptsEncodings(...ENCODINGS), root, '/index.html', res) ?? '/index.html';
    res.set('cache-control', 'no-cache').sendFile(file.slice(1), { root });
  });
  return router;
}

/** Packed beside each file by the page's build, the smaller first. */
const PACKED = { br: '.br', gzip: '.gz' } as const;
const ENCODINGS = Object.keys(PACKED) as (keyof typeof PACKED)[];
/** A name that the build gives: no dots or escapes that lead elsewhere. */
const BUILT_NAME = /^(?:\/[\w-]+)*\/[\w-]+(?:\.[\w-]+)+$/;

/** The name of the packed file, with its headers set; undefined where there is none that the client takes. */
function packedFor(encoding: string | false, root: string, name: string, res: Response): string | undefined {
  res.vary('accept-encoding');
  if (encoding !== 'br' && encoding !== 'gzip') return undefined;
  const packed = `${name}${PACKED[encoding]}`;
  if (!existsSync(join(root, packed))) return undefined;
  res.type(extname(name)).set('content-encoding', encoding);
  return packed;
}

/** Answers with the file that was packed by the build, so that no processor time goes into packing it again. */
function precompressed(root: string): RequestHandler {
  return (req, res, next) => {
    const name = req.path === '/' ? '/index.html' : req.path;
    if ((req.method === 'GET' || req.method === 'HEAD') && BUILT_NAME.test(name)) {
      req.url = packedFor(req.acceptsEncodings(...ENCODINGS), root, name, res) ?? req.url;
    }
    next();
  };
}

/** The explorer of the API, which is built with the page; without it, what is under `/api` falls through. */
export function serveExplorer(webDir: string | undefined): Router {
  const router = express.Router();
  if (webDir === undefined) return router;
  const root = join(resolve(webDir), 'api');
  router.get('/', (_req, res) => res.set('cache-control', 'no-cache').sendFile('index.html', { root }));
  router.use(express.static(root, { index: false, redirect: false, maxAge: HOUR_MS }));
  return router;
}

function sendNotBuilt(res: Response, webDir: string | undefined): void {
  const state = webDir === undefined ? 'WEB_DIR is not set' : 'the folder in WEB_DIR has no index.html';
  res
    .status(503)
    .type('html')
    .send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Plugpact</title>
<h1>The page is not built</h1>
<p>The API answers under <a href="/api/v1/config">/api/v1</a>, but ${state}.</p>
<p>Build the page with <code>npx vite build server/web</code> and start the server with <code>WEB_DIR</code> set to
its output folder, or run <code>npm start</code>, which does both.</p></html>`);
}
