import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { FAULTS } from './faults.ts';
import type { SimulatedWallbox } from './simulated-wallbox.ts';

const faultBody = z.strictObject({ kind: z.enum(FAULTS) });
const tagBody = z.strictObject({ idTag: z.string().min(1).max(20) });

const LIMIT_BYTES = 4_096;

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LIMIT_BYTES) throw new Error(`A body has at most ${LIMIT_BYTES} bytes.`);
  }
  return text === '' ? {} : JSON.parse(text);
}

async function act(wallbox: SimulatedWallbox, request: IncomingMessage): Promise<object | undefined> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://wallbox');
  const route = `${request.method} ${pathname}`;
  const connectorId = Number(searchParams.get('connector') ?? 1);
  if (route === 'GET /state') return wallbox.state(connectorId);
  if (route === 'POST /plug') wallbox.plug(connectorId);
  else if (route === 'POST /unplug') wallbox.unplug(connectorId);
  else if (route === 'POST /stop') wallbox.pressStop(connectorId);
  else if (route === 'POST /fault') wallbox.fault(faultBody.parse(await jsonBody(request)).kind);
  else if (route === 'POST /present')
    return { status: await wallbox.present(tagBody.parse(await jsonBody(request)).idTag, connectorId) };
  else return undefined;
  return wallbox.state(connectorId);
}

/** Browsers name the site that posts (`Origin`), and the name under which they reached this: none of it is for pages. */
function isOfProgram({ headers }: IncomingMessage): boolean {
  const isLocalName = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
  return isLocalName && headers.origin === undefined && headers['sec-fetch-site'] === undefined;
}

/**
 * What a person at the wallbox can do, as HTTP on the loopback only: `POST /plug`, `/unplug`, `/stop`,
 * `/fault {kind}`, `/present {idTag}`, and `GET /state`; `?connector=2` means the second connector.
 */
export async function startControl(
  wallbox: SimulatedWallbox,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!isOfProgram(request)) return send(403, { detail: 'Programs of this computer only: no pages.' });
    act(wallbox, request).then(
      (answer) => (answer === undefined ? send(404, { detail: 'No such control.' }) : send(200, answer)),
      (error: unknown) => send(400, { detail: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}
