import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Starts } from '../central-system/starts.ts';
import type { AgentConfig } from '../config/config.ts';
import { errorText } from '../words/errors.ts';
import { acceptedLanguage, type Language, languageIn } from '../words/languages.ts';
import { isTimeZone, type StatusWord, speechIn } from '../words/speech.ts';
import { withFormerNames } from './former-names.ts';
import { bodyOf, send, sendJson } from './http.ts';
import { metricsText } from './metrics.ts';
import { PAGE_CSS, PAGE_JS, pageHtml } from './page.ts';
import type { Snapshot } from './snapshot.ts';

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
      else if (error instanceof PlugpactError) sendText(response, 400, errorText(error, languageOf(request)));
      else sendWord(request, response, 500, 'status.answer.failed');
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
    return sendWord(request, response, 421, 'status.answer.otherName');
  }
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (request.method === 'POST' && path === '/start') return start(parts, request, response);
  if (request.method !== 'GET') return sendWord(request, response, 405, 'status.answer.onlyReads');
  // A reload at the address of an answered form.
  if (path === '/' || path === '/start') return sendPage(parts, request, response, 200);
  if (path === '/status.css') return send(response, 200, 'text/css', PAGE_CSS);
  if (path === '/status.js') return send(response, 200, 'text/javascript', PAGE_JS);
  if (path === '/metrics')
    return send(response, 200, 'text/plain; version=0.0.4', metricsText(parts.snapshot()));
  if (!isLocal(request)) return notFound(request, response);
  if (path === '/status') return sendJson(response, 200, withFormerNames(parts.snapshot()));
  const [, code] = /^\/pairing\/([A-Z2-7]{8})\.svg$/.exec(path) ?? [];
  return code === undefined ? notFound(request, response) : sendQrCode(parts, code, request, response);
}

const sendText = (response: ServerResponse, code: number, text: string): void =>
  send(response, code, 'text/plain; charset=utf-8', text);

const sendWord = (request: IncomingMessage, response: ServerResponse, code: number, word: StatusWord): void =>
  sendText(response, code, speechIn(languageOf(request)).say(word));

const notFound = (request: IncomingMessage, response: ServerResponse): void =>
  sendWord(request, response, 404, 'status.answer.noPage');

function sendPage(
  parts: PageParts,
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  answer?: { isGood: boolean; text: string },
): void {
  const timeZone = timeZoneOf(request);
  const language = languageOf(request);
  const options = { isLocal: isLocal(request), language, timeZone, ...(answer && { answer }) };
  send(response, code, 'text/html; charset=utf-8', pageHtml(parts.snapshot(), options));
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => new URLSearchParams(url.split('?')[1]);

/** As the address says, else as the browser prefers. */
const languageOf = (request: IncomingMessage): Language =>
  languageIn(queryOf(request).get('lang') ?? undefined) ??
  acceptedLanguage(request.headers['accept-language']);

/** Added by the page's own script. */
function timeZoneOf(request: IncomingMessage): string | undefined {
  const name = queryOf(request).get('timeZone');
  return name !== null && isTimeZone(name) ? name : undefined;
}

async function start(parts: PageParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOwnOrigin(request)) return sendWord(request, response, 403, 'status.answer.otherOrigin');
  const code = new URLSearchParams(await bodyOf(request)).get('code') ?? '';
  try {
    parts.starts.byCode(code);
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    const status = error.code.endsWith('tooManyTries') ? 429 : 422;
    // The typed code is a secret.
    const text = errorText(error, languageOf(request), { isValueHidden: true });
    return sendPage(parts, request, response, status, { isGood: false, text });
  }
  const text = speechIn(languageOf(request)).say('status.start.right');
  sendPage(parts, request, response, 200, { isGood: true, text });
}

/** Only present codes: this is not a general QR service. */
async function sendQrCode(
  parts: PageParts,
  code: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const waits = parts
    .snapshot()
    .chargePoints.some(({ connectors }) => connectors.some(({ pairingCode }) => pairingCode === code));
  if (!waits) return notFound(request, response);
  const { default: qrcode } = await import('qrcode');
  send(response, 200, 'image/svg+xml', await qrcode.toString(code, { type: 'svg', margin: 1 }));
}
