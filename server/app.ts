import express, { type Express, type Request, type RequestHandler } from 'express';
import { accountRoutes } from './accounts/routes.ts';
import { createBasemap } from './basemap/basemap.ts';
import { basemapTiles, searchRoutes } from './basemap/routes.ts';
import { bookingRoutes } from './booking/routes.ts';
import { localTownRoutes } from './charging/localTown.ts';
import { localWallboxRoutes } from './charging/localWallboxes.ts';
import { chargingRoutes } from './charging/routes.ts';
import { answeredRequests } from './cluster/answered-requests.ts';
import { demandRoutes } from './demand/routes.ts';
import { jsonBody } from './http/body.ts';
import { compressed } from './http/compress.ts';
import { forAnyOrigin } from './http/cors.ts';
import { requireOwnHost } from './http/hosts.ts';
import { idempotencyKeys } from './http/idempotency.ts';
import { inOrder } from './http/in-order.ts';
import { limitBy, limitTo } from './http/limits.ts';
import { requestLog, withRequestLog } from './http/log.ts';
import { operatorPages } from './http/operator-pages.ts';
import { problemHandler, unknownRoute } from './http/problem.ts';
import { requestId } from './http/request-id.ts';
import { securityHeaders } from './http/security.ts';
import { serveExplorer, servePage } from './http/statics.ts';
import { listingRoutes } from './listing/routes.ts';
import type { MapFeed } from './map/feed.ts';
import { quoteRoutes } from './map/quote-routes.ts';
import { chargerTileRoutes, mapRoutes } from './map/routes.ts';
import { foreignRoutes, foreignTiles } from './ocpi/routes.ts';
import { ocpiRefusals } from './ocpi/sender/refusals.ts';
import { ocpiRoutes } from './ocpi/sender/routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { accountOf, tokenOf } from './people/session.ts';
import { relayRoutes } from './relay/routes.ts';
import type { Services } from './services.ts';
import { healthRoutes } from './status/health-routes.ts';
import { statusRoutes } from './status/routes.ts';
import { subscriptionRoutes } from './subscriptions/routes.ts';

/** A map that is moved asks for some tens of tiles a second. */
const TILE_LIMIT = { count: 12_000, windowSec: 60 };

/** The Express application: the API under /api/v1, the health check and the page. */
export function createApp(services: Services, feed: MapFeed): Express {
  const { config } = services;
  const basemap = createBasemap(config.basemapDir);
  const app = express();
  app.set('trust proxy', config.trustProxyHops);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  withRequestLog(app, services.log);
  app.use(forAll(services));
  app.use(
    '/api/v1',
    forApi(services),
    // Those that are asked most come first.
    mapRoutes(services, feed),
    statusRoutes(services),
    quoteRoutes(services),
    listingRoutes(services),
    bookingRoutes(services),
    chargingRoutes(services),
    localWallboxRoutes(services),
    localTownRoutes(services),
    relayRoutes(services),
    accountRoutes(services),
    peopleRoutes(services),
    demandRoutes(services),
    searchRoutes(basemap),
    foreignRoutes(services),
    ocpiRoutes(services, basemap),
    subscriptionRoutes(services),
  );
  app.use('/api/v1', unknownRoute);
  app.use('/api', serveExplorer(config.webDir), unknownRoute);
  app.use('/tiles', forAnyOrigin, limitTo(TILE_LIMIT));
  app.use(basemapTiles(basemap), chargerTileRoutes(services, feed), foreignTiles(services));
  app.use('/tiles', unknownRoute);
  app.use(operatorPages(config.operatorPages), servePage(config.webDir));
  app.use(unknownRoute);
  app.use('/api/v1/ocpi', ocpiRefusals(services.now));
  app.use(problemHandler);
  return app;
}

/** What every request passes. */
const forAll = (services: Services): RequestHandler => {
  const { config, log, measure, proxy } = services;
  return inOrder(
    ...(measure === undefined ? [] : [measure]),
    requestId,
    requestLog(log),
    proxy.watch,
    securityHeaders(config),
    only(HEALTH, healthRoutes(services)),
    requireOwnHost(config.publicHosts),
    compressed(),
  );
};

/** The paths of `healthRoutes`, as Express matches them. Another program on this computer asks for them, under whatever name. */
const HEALTH = /^\/(?:healthz|readyz)\/?$/i;

const only =
  (paths: RegExp, handler: RequestHandler): RequestHandler =>
  (req, res, next) =>
    paths.test(req.path) ? handler(req, res, next) : next();

/** What every request of the API passes. */
function forApi(services: Services): RequestHandler {
  const { db, limits, now, turns } = services;
  const account = (req: Request) => (tokenOf(req) === undefined ? undefined : accountOf(services, req));
  return inOrder(
    forAnyOrigin,
    limitTo(limits.api, turns.refusedAll),
    jsonBody(),
    limitBy(limits.account, 'One account', account),
    idempotencyKeys({ store: answeredRequests(db, now), accountOf: (req) => accountOf(services, req) }),
  );
}
