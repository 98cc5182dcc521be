import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Starts } from '../central-system/starts.ts';
import type { AgentConfig } from '../config/config.ts';
import { withFormerNames } from './former-names.ts';
import { bodyOf, send, sendJson } from './http.ts';
import { metricsText } from './metrics.ts';
import { PAGE_CSS, PAGE_JS, pageHtml } from './page.ts';
import type { Snapshot } from './snapshot.ts';
import { isTimeZone } from './times.ts';

export interface PageParts {
  config: AgentConfig['status'];
  snapshot: () => Snapshot;
  starts: Pick<Starts, 'byCode'>;
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Without any referrer, browsers hide the origin of our own form too.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const PROXIED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** A browser on this machine; one behind a proxy on it may be anywhere. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (PROXIED.some((name) => headers[name] !== undefined)) return false;
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isIP(address) !== 0 && LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether the browser meant this server: by its address, or by one of its names. Any other name was pointed at us by
 * somebody else (DNS rebinding).
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const host = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  const own = hostname().toLowerCase();
  return ['localhost', own, `${own}.local`, ...names.map((name) => name.toLowerCase())].includes(host);
}

/** A form from another site's page carries that site's origin. */
function isOwnOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

/** The status page and /metrics: read-only, except for start codes. */
export async function startPage(parts: PageParts): Promise<Server> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    answer(parts, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof PlugpactError) send(response, 400, 'text/plain', error.message);
      else send(response, 500, 'text/plain', 'The agent could not answer.');
    });
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.config.port, parts.config.host, resolve);
  });
  return server;
}

async function answer(parts: PageParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOwnHost(request.headers.host, parts.config.names)) {
    const remedy = 'Ask by IP address, or add the name to status.names in the configuration.';
    return send(response, 421, 'text/plain', `This name is not the agent's. ${remedy}`);
  }
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (request.method === 'POST' && path === '/start') return start(parts, request, response);
  if (request.method !== 'GET') return send(response, 405, 'text/plain', 'This page only reads.');
  // A reload at the address of an answered form.
  if (path === '/' || path === '/start') return sendPage(parts, request, response, 200);
  if (path === '/status.css') return send(response, 200, 'text/css', PAGE_CSS);
  if (path === '/status.js') return send(response, 200, 'text/javascript', PAGE_JS);
  if (path === '/metrics')
    return send(response, 200, 'text/plain; version=0.0.4', metricsText(parts.snapshot()));
  if (!isLocal(request)) return notFound(response);
  if (path === '/status') return sendJson(response, 200, withFormerNames(parts.snapshot()));
  const [, code] = /^\/pairing\/([A-Z2-7]{8})\.svg$/.exec(path) ?? [];
  return code === undefined ? notFound(response) : sendQrCode(parts, code, response);
}

const notFound = (response: ServerResponse): void =>
  send(response, 404, 'text/plain', 'There is no such page.');

function sendPage(
  parts: PageParts,
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  answer?: { isGood: boolean; text: string },
): void {
  const timeZone = timeZoneOf(request);
  const options = { isLocal: isLocal(request), timeZone, ...(answer && { answer }) };
  send(response, code, 'text/html; charset=utf-8', pageHtml(parts.snapshot(), options));
}

/** Added by the page's own script. */
function timeZoneOf({ url = '' }: IncomingMessage): string | undefined {
  const name = new URLSearchParams(url.split('?')[1]).get('timeZone');
  return name !== null && isTimeZone(name) ? name : undefined;
}

async function start(parts: PageParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOwnOrigin(request)) return send(response, 403, 'text/plain', 'Type the code on the page itself.');
  const code = new URLSearchParams(await bodyOf(request)).get('code') ?? '';
  try {
    parts.starts.byCode(code);
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    const status = error.code.endsWith('tooManyTries') ? 429 : 422;
    // The typed code is a secret: only the rule and the remedy are shown.
    const text = `${error.rule} ${error.remedy}`;
    return sendPage(parts, request, response, status, { isGood: false, text });
  }
  const text = 'The code is right: plug the cable in, and the charge begins by itself.';
  sendPage(parts, request, response, 200, { isGood: true, text });
}

/** Only present codes: this is not a general QR service. */
async function sendQrCode(parts: PageParts, code: string, response: ServerResponse): Promise<void> {
  const waits = parts
    .snapshot()
    .chargePoints.some(({ connectors }) => connectors.some(({ pairingCode }) => pairingCode === code));
  if (!waits) return notFound(response);
  const { default: qrcode } = await import('qrcode');
  send(response, 200, 'image/svg+xml', await qrcode.toString(code, { type: 'svg', margin: 1 }));
}
