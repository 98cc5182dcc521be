import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Security headers. The page loads scripts and MapLibre's worker from this server only, and connects to this API and to
 * the ledger's endpoint only, and to the origins of the map's style: those of a configured one, or the one that the page
 * offers streets from, of which it loads nothing before its reader asks. Where wallet apps are configured, their relay is
 * one more. Styles of components are inline.
 */
export function securityHeaders(config: {
  publicRpcUrl: string;
  basemapStyleUrl: string | undefined;
  basemapStyleOrigins: readonly string[];
  streets: { styleUrl: string; darkStyleUrl: string } | undefined;
  walletConnect: { relayUrl: string } | undefined;
}): RequestHandler {
  const headers = headersOf(helmetOf(config));
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/** What it says to any request: it is the same to all. */
function headersOf(middleware: ReturnType<typeof helmet>): [string, string][] {
  const headers = new Map<string, string>();
  const res = {
    setHeader: (name: string, value: string) => void headers.set(name, value),
    removeHeader: () => undefined,
  };
  middleware({} as IncomingMessage, res as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  return [...headers];
}

type SecurityConfig = Parameters<typeof securityHeaders>[0];

function helmetOf(config: SecurityConfig): ReturnType<typeof helmet> {
  const { basemapStyleUrl, basemapStyleOrigins, streets, walletConnect } = config;
  const styles = [basemapStyleUrl, streets?.styleUrl, streets?.darkStyleUrl].filter(
    (url) => url !== undefined,
  );
  const map = [...new Set([...styles.map((url) => new URL(url).origin), ...basemapStyleOrigins])];
  const relays = walletConnect === undefined ? [] : [new URL(walletConnect.relayUrl).origin];
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
        connectSrc: ["'self'", new URL(config.publicRpcUrl).origin, ...map, ...relays],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Only the proxy in front knows whether this host serves https.
    strictTransportSecurity: false,
    // Wallets open windows that send messages to the page.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}
