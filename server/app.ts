import express, { type Express } from 'express';
import { accountRoutes } from './accounts/routes.ts';
import { bookingRoutes } from './booking/routes.ts';
import { handoverRoutes } from './charging/handoverRoutes.ts';
import { localWallboxRoutes } from './charging/localWallboxes.ts';
import { chargingRoutes } from './charging/routes.ts';
import { limitTo } from './http/limits.ts';
import { requestLog } from './http/log.ts';
import { problemHandler, unknownRoute } from './http/problem.ts';
import { securityHeaders } from './http/security.ts';
import { servePage } from './http/statics.ts';
import { listingRoutes } from './listing/routes.ts';
import type { MapAnnouncer } from './map/announce.ts';
import { mapRoutes } from './map/routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { relayRoutes } from './relay/routes.ts';
import type { Services } from './services.ts';
import { healthRoute, statusRoutes } from './status/routes.ts';

const MAX_BODY = '64kb';

/** The Express application: the API under /api/v1, the health check and the page. */
export function createApp(services: Services, announcer: MapAnnouncer): Express {
  const { config } = services;
  const app = express();
  app.set('trust proxy', config.trustProxyHops);
  app.set('query parser', 'simple');
  app.use(requestLog(services.log));
  app.use(securityHeaders(config));
  app.use(healthRoute(services));
  app.use('/api/v1', limitTo(services.limits.api), express.json({ limit: MAX_BODY }));
  app.use(
    '/api/v1',
    statusRoutes(services),
    mapRoutes(services, announcer),
    listingRoutes(services),
    bookingRoutes(services),
    chargingRoutes(services),
    handoverRoutes(services),
    localWallboxRoutes(services),
    relayRoutes(services),
    accountRoutes(services),
    peopleRoutes(services),
  );
  app.use('/api', unknownRoute);
  app.use(servePage(config.webDir));
  app.use(unknownRoute);
  app.use(problemHandler);
  return app;
}
