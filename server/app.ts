import express, { type Express, type Request } from 'express';
import { accountRoutes } from './accounts/routes.ts';
import { createBasemap } from './basemap/basemap.ts';
import { basemapTiles, searchRoutes } from './basemap/routes.ts';
import { bookingRoutes } from './booking/routes.ts';
import { handoverRoutes } from './charging/handoverRoutes.ts';
import { localWallboxRoutes } from './charging/localWallboxes.ts';
import { chargingRoutes } from './charging/routes.ts';
import { answeredRequests } from './cluster/answered-requests.ts';
import { demandRoutes } from './demand/routes.ts';
import { jsonBody } from './http/body.ts';
import { compressed } from './http/compress.ts';
import { forAnyOrigin } from './http/cors.ts';
import { requireOwnHost } from './http/hosts.ts';
import { idempotencyKeys } from './http/idempotency.ts';
import { limitBy, limitTo } from './http/limits.ts';
import { requestLog } from './http/log.ts';
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
import { accountOf } from './people/session.ts';
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
  if (services.measure !== undefined) app.use(services.measure);
  app.use(requestId);
  app.use(requestLog(services.log));
  app.use(services.proxy.watch);
  app.use(securityHeaders(config));
  app.use(healthRoutes(services));
  app.use(requireOwnHost(config.publicHosts));
  app.use(compressed());
  app.use(['/api/v1', '/tiles'], forAnyOrigin);
  app.use('/api/v1', limitTo(services.limits.api), jsonBody());
  const store = answeredRequests(services.db, services.now);
  const account = (req: Request) => accountOf(services, req);
  app.use('/api/v1', limitBy(services.limits.account, 'One account', account));
  app.use('/api/v1', idempotencyKeys({ store, accountOf: account }));
  app.use(
    '/api/v1',
    statusRoutes(services),
    quoteRoutes(services),
    mapRoutes(services, feed),
    listingRoutes(services),
    bookingRoutes(services),
    chargingRoutes(services),
    handoverRoutes(services),
    localWallboxRoutes(services),
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
  app.use('/tiles', limitTo(TILE_LIMIT));
  app.use(basemapTiles(basemap), chargerTileRoutes(services, feed), foreignTiles(services));
  app.use('/tiles', unknownRoute);
  app.use(operatorPages(config.operatorPages), servePage(config.webDir));
  app.use(unknownRoute);
  app.use('/api/v1/ocpi', ocpiRefusals(services.now));
  app.use(problemHandler);
  return app;
}
