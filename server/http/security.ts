import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Security headers. The page loads scripts and MapLibre's worker from here alone; it talks to this API and to the
 * ledger's endpoint. A basemap style names tile and glyph hosts of its own, so with one https images and requests
 * are open. Component styles are inline.
 */
export function securityHeaders(config: {
  publicRpcUrl: string;
  basemapStyleUrl: string | undefined;
}): RequestHandler {
  const map = config.basemapStyleUrl === undefined ? [] : ['https:', new URL(config.basemapStyleUrl).origin];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:', ...map],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", new URL(config.publicRpcUrl).origin, ...map],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether this host is https is the proxy's to say.
    strictTransportSecurity: false,
    // Wallets open windows of their own and talk back.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}
