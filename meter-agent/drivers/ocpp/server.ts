import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import type { Logger } from 'pino';
import { outgoing16 } from '../ocpp16/reading16.ts';
import { slowDown } from './backpressure.ts';
import { endAtBrokenAnswers } from './broken-answers.ts';
import { noteFailedDials } from './failed-dials.ts';
import { authorizeHandshake, type ConnectionHandler } from './handshake.ts';
import type { RpcPeer } from './peer.ts';
import { secureContextOf, type TlsFiles } from './tls.ts';
import { SUBPROTOCOLS, type Subprotocol } from './version.ts';

/** OCPP-J has no limit; a long StopTransaction with signed data is far below this one. */
const MAX_FRAME_BYTES = 1_048_576;

/** How long a charge point has to answer. */
export const CALL_TIMEOUT_MS = 10_000;

/** The longest charge-point id (OCPP's CiString48). */
const MAX_ID_LENGTH = 48;

export interface ServerOptions {
  host: string;
  port: number;
  /** Where it is given the socket speaks TLS only. */
  tls?: TlsFiles | undefined;
}

export interface OcppServer {
  port: number;
  close(): Promise<void>;
}

/** The charge-point id of a requested path, or undefined when there is none; ocpp-rpc would throw on a broken one. */
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
    // What charge points send is read by the reader of their version.
    strictMode: protocols.filter((protocol) => protocol === 'ocpp1.6'),
    strictModeValidators: [outgoing16],
    callTimeoutMs: CALL_TIMEOUT_MS,
    pingIntervalMs: 30_000,
    deferPingsOnActivity: true,
    respondWithDetailedErrors: false,
    callConcurrency: 1,
    maxBadMessages: Number.POSITIVE_INFINITY,
    // A byte that is no UTF-8, for instance in a maker's name, ends no connection.
    wssOptions: { maxPayload: MAX_FRAME_BYTES, skipUTF8Validation: true },
  });
}

const onlyWebSocket: RequestListener = (_request, response) => {
  response.writeHead(426, { upgrade: 'websocket' }).end('OCPP-J over WebSocket only.');
};

function newTlsServer(tls: TlsFiles): TlsServer {
  const isMutual = tls.clientCaFile !== undefined;
  return createTlsServer(
    { ...secureContextOf(tls), requestCert: isMutual, rejectUnauthorized: isMutual },
    onlyWebSocket,
  );
}

/**
 * The socket that charge points connect to: OCPP-J, `ws://host:port/any/path/ID`. One that offers only subprotocols that
 * are not served, or an id that `admits` refuses, is turned away before the upgrade. Of several subprotocols the best
 * is taken.
 */
export async function startOcppServer(
  at: ServerOptions,
  handler: ConnectionHandler,
  log: Logger,
): Promise<OcppServer> {
  const served = SUBPROTOCOLS.filter((protocol) => handler.protocols.includes(protocol));
  const rpc = newRpcServer(served);
  rpc.on('error', (error: Error) => log.warn({ err: error }, 'OCPP server error'));
  rpc.auth(authorizeHandshake(handler, served, log));
  rpc.on('client', (peer: RpcPeer) => {
    slowDown(peer);
    endAtBrokenAnswers(peer);
    handler.onConnected(peer.handshake.identity, peer, peer.session.protocol as Subprotocol);
  });
  const http = at.tls === undefined ? createServer(onlyWebSocket) : newTlsServer(at.tls);
  noteFailedDials(http, handler, log);
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    // Some charge points put a slash behind their id.
    request.url = request.url?.replace(/\/+(?=$|\?)/, '');
    if (chargePointIdOf(request.url) === undefined) {
      handler.onFailedDial('NO_ID', socket.remoteAddress ?? '', null);
      return refuse(socket, '404 Not Found');
    }
    rpc.handleUpgrade(request, socket, head).catch(() => socket.destroy());
  });
  await listen(http, at);
  const reload = () => reloadTls(http, at.tls, log);
  process.on('SIGHUP', reload);
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      process.off('SIGHUP', reload);
      await rpc.close({ code: 1001, reason: 'The agent ends.', awaitPending: false, force: true });
      await new Promise((resolve) => {
        http.close(resolve);
        http.closeAllConnections();
      });
    },
  };
}

/** A renewed certificate is used for the next connection on. */
function reloadTls(http: Server | TlsServer, tls: TlsFiles | undefined, log: Logger): void {
  if (tls === undefined || !('setSecureContext' in http)) return;
  try {
    http.setSecureContext(secureContextOf(tls));
    log.info('certificate reloaded');
  } catch (error) {
    log.error({ err: error }, 'the certificate was not reloaded: the previous one stays');
  }
}

function listen(http: Server | TlsServer, at: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(at.port, at.host, resolve);
  });
}
