import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import express, { type Response, type Router } from 'express';

const HOUR_MS = 3_600 * 1_000;
const YEAR_MS = 365 * 24 * 3_600 * 1_000;

/**
 * Serves the built page. Browsers may cache its hashed assets for a year. Other paths without a file extension are
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
    res.set('cache-control', 'no-cache').sendFile('index.html', { root });
  });
  return router;
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
