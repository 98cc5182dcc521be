import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import type { Logger } from 'pino';
import type { Peer } from './peer.ts';
import { SUBPROTOCOLS, type Subprotocol } from './version.ts';

/** OCPP-J names no limit; a long StopTransaction with signed data stays far below this one. */
const MAX_FRAME_BYTES = 1_048_576;

const CALL_TIMEOUT_MS = 10_000;

/** Charge-point ids longer than this are no identifiers (OCPP's CiString48). */
const MAX_ID_LENGTH = 48;

export interface OcppServer {
  port: number;
  close(): Promise<void>;
}

/** The charge-point id of a dialled path, or undefined when there is none: ocpp-rpc would throw on a broken one. */
export function chargePointIdOf(url: string | undefined): string | undefined {
  try {
    const id = decodeURIComponent((url ?? '').split('?')[0]?.split('/').at(-1) ?? '');
    return id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined;
  } catch {
    return undefined;
  }
}

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function newRpcServer(protocols: Subprotocol[]): RPCServer {
  return new RPCServer({
    protocols,
    strictMode: true,
    callTimeoutMs: CALL_TIMEOUT_MS,
    pingIntervalMs: 30_000,
    deferPingsOnActivity: true,
    respondWithDetailedErrors: false,
    callConcurrency: 1,
    maxBadMessages: Number.POSITIVE_INFINITY,
    wssOptions: { maxPayload: MAX_FRAME_BYTES },
  });
}

export interface Guests {
  /** The subprotocols that are served. */
  protocols: Subprotocol[];
  admits(chargePointId: string, password: string | undefined): boolean;
  /** What must be ready before a box with this subprotocol may speak. */
  prepare(protocol: Subprotocol): Promise<void>;
  onClient(chargePointId: string, peer: Peer, protocol: Subprotocol): void;
}

/** Who may come in: a charge point that speaks a subprotocol of ours and that the desk admits. */
function gate(
  { admits, prepare }: Guests,
  served: Subprotocol[],
  log: Logger,
): Parameters<RPCServer['auth']>[0] {
  return async (accept, reject, handshake) => {
    const { identity, protocols, password } = handshake;
    const protocol = served.find((ours) => protocols.has(ours));
    if (protocol === undefined) {
      log.warn(
        { chargePointId: identity, offered: [...protocols] },
        'charge point refused: no subprotocol of ours',
      );
      reject(400, `Offer one of the subprotocols ${served.join(', ')}`);
    } else if (!admits(identity, password?.toString('utf8'))) {
      log.warn({ chargePointId: identity }, 'charge point refused: unknown, or wrong password');
      reject(401, 'Unknown charge point or wrong password');
    } else {
      await prepare(protocol);
      accept({}, protocol);
    }
  };
}

/**
 * The central system's socket: OCPP-J with strict validation. A charge point is `ws://host:port/any/path/ID`; one
 * without a subprotocol of ours, or an id that `admits` refuses, is turned away before the upgrade. Of several
 * subprotocols that a box offers, the best is taken.
 */
export async function startOcppServer(
  at: { host: string; port: number },
  guests: Guests,
  log: Logger,
): Promise<OcppServer> {
  const served = SUBPROTOCOLS.filter((protocol) => guests.protocols.includes(protocol));
  const rpc = newRpcServer(served);
  rpc.on('error', (error: Error) => log.warn({ err: error }, 'OCPP server error'));
  rpc.auth(gate(guests, served, log));
  rpc.on('client', (peer: Peer) =>
    guests.onClient(peer.handshake.identity, peer, peer.protocol as Subprotocol),
  );
  const http = createServer((_request, response) =>
    response.writeHead(426).end('OCPP-J over WebSocket only.'),
  );
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (chargePointIdOf(request.url) === undefined) return refuse(socket, '404 Not Found');
    rpc.handleUpgrade(request, socket, head).catch(() => socket.destroy());
  });
  await listen(http, at);
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      await rpc.close({ code: 1001, reason: 'The agent ends.', awaitPending: false, force: true });
      await new Promise((resolve) => {
        http.close(resolve);
        http.closeAllConnections();
      });
    },
  };
}

function listen(http: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(at.port, at.host, resolve);
  });
}
