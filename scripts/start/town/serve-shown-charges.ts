import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ShownCharges } from './shown-charge.ts';

/** Browsers name the site that asks, and the name under which they reached this: none of it is for pages. */
const isOfProgram = ({ headers }: IncomingMessage): boolean =>
  /^127\.0\.0\.1:\d+$/.test(headers.host ?? '') &&
  headers.origin === undefined &&
  headers['sec-fetch-site'] === undefined;

/** `POST /` begins a charge that is shown, `GET /` tells how far it is; on the loopback, for the server alone. */
export async function serveShownCharges(shown: ShownCharges, controlFile: string): Promise<number> {
  const server = createServer((request, response) => {
    if (!isOfProgram(request)) {
      response.writeHead(403).end();
      return;
    }
    const asked = request.method === 'POST' ? shown.begin() : Promise.resolve(shown.current);
    asked.then(
      (answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  writeFileSync(`${controlFile}.new`, JSON.stringify({ controlUrl: `http://127.0.0.1:${port}` }));
  renameSync(`${controlFile}.new`, controlFile);
  return port;
}
