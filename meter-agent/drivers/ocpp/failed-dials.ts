import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { speechIn } from '../../words/speech.ts';
import type { FailedDialReason } from '../charge-point-events.ts';
import type { ConnectionHandler } from './handshake.ts';

/** What OpenSSL calls it, and what it means. */
const TLS_REASONS: readonly (readonly [RegExp, FailedDialReason])[] = [
  [/HTTP_REQUEST|WRONG_VERSION_NUMBER|RECORD_TOO_SMALL|PACKET_LENGTH/, 'PLAIN_TO_TLS'],
  [/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|PROTOCOL_VERSION|UNKNOWN_PROTOCOL|NO_SHARED_CIPHER/, 'OLD_TLS'],
  [/UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED/, 'NOT_TRUSTED'],
  [/PEER_DID_NOT_RETURN|CERT|SELF_SIGNED|VERIFY/, 'CERTIFICATE'],
];

/** The log is English. */
const { say } = speechIn('en');

/** The first byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;

const tlsReason = (error: Error & { code?: string }): FailedDialReason =>
  TLS_REASONS.find(([pattern]) =>
    pattern.test(`${error.code} ${error.message}`.toUpperCase().replaceAll(' ', '_')),
  )?.[1] ?? 'TLS';

type Failed = (reason: FailedDialReason, address: string | undefined, detail?: string) => void;

const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** A client that distrusts a certificate may just hang up: then only the line below the handshake shows who it was. */
function noteHandshakes(server: TlsServer, failed: Failed): void {
  const unfinished = new Set<string>();
  server.on('connection', (line: Socket) => {
    const [key, address] = [keyOf(line), line.remoteAddress];
    unfinished.add(key);
    // One that went away before it said anything is nobody who wants to connect.
    line.once('close', () => {
      if (unfinished.delete(key) && line.bytesRead > 0) failed('NOT_TRUSTED', address);
    });
  });
  server.on('secureConnection', (line) => unfinished.delete(keyOf(line)));
  server.on('tlsClientError', (error: Error & { code?: string }, line) => {
    if (error.code === 'ECONNRESET') return;
    unfinished.delete(keyOf(line));
    failed(tlsReason(error), line.remoteAddress, error.message);
  });
}

/** One plain line for each dial that does not even come to a WebSocket. */
export function noteFailedDials(http: Server | TlsServer, handler: ConnectionHandler, log: Logger): void {
  const failed: Failed = (reason, address = '', detail) => {
    log.warn({ address, reason, detail }, `a wallbox could not connect: it ${say(`dial.${reason}`)}`);
    handler.onFailedDial(reason, address, null);
  };
  if ('setSecureContext' in http) noteHandshakes(http, failed);
  http.on('clientError', (error: Error & { rawPacket?: Buffer; code?: string }, socket: Socket) => {
    const { rawPacket, code, message } = error;
    if (rawPacket === undefined || !code?.startsWith('HPE_')) {
      socket.destroy();
      return;
    }
    failed(rawPacket[0] === TLS_HANDSHAKE ? 'TLS_TO_PLAIN' : 'NOT_HTTP', socket.remoteAddress, message);
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  http.on('request', ({ socket, url }: IncomingMessage) => failed('NO_UPGRADE', socket.remoteAddress, url));
}
