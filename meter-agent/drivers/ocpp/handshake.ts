import type { TLSSocket } from 'node:tls';
import type { RPCServer } from 'ocpp-rpc';
import type { Logger } from 'pino';
import type { Admission, FailedDialReason } from '../charge-point-events.ts';
import { LoginThrottle } from './login-throttle.ts';
import type { RpcPeer } from './peer.ts';
import type { Subprotocol } from './version.ts';

export interface ConnectionHandler {
  /** The subprotocols that are served. */
  protocols: Subprotocol[];
  /** `password` as it came: random bytes may not be text. */
  admits(chargePointId: string, password: Uint8Array | undefined): Admission;
  /** Loads what is needed before a charge point with this subprotocol may send. */
  prepare(protocol: Subprotocol): Promise<void>;
  onConnected(chargePointId: string, peer: RpcPeer, protocol: Subprotocol): void;
  /** Somebody tried to connect and could not. */
  onFailedDial(reason: FailedDialReason, address: string, chargePointId: string | null): void;
}

/** A charge point that offers no subprotocol speaks this one: see decision 25. */
const UNNAMED: Subprotocol = 'ocpp1.6';

type Handshake = Parameters<Parameters<RPCServer['auth']>[0]>[2];

/** Names of a client's certificate (security profile 3), or undefined where none was requested. */
function certificateNames({ request }: Handshake): string[] | undefined {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.authorized !== true) return undefined;
  const { subject, subjectaltname = '' } = socket.getPeerCertificate?.() ?? {};
  const alternatives = subjectaltname.split(', ').map((name) => name.replace(/^DNS:/, ''));
  return [...[subject?.CN ?? []].flat(), ...alternatives];
}

type Refusal = [reason: FailedDialReason, status: number, text: string];

/** Why a charge point is refused, or null. Refusals are logged, passwords never. */
function refusal(
  handler: ConnectionHandler,
  throttle: LoginThrottle,
  handshake: Handshake,
  log: Logger,
): Refusal | null {
  const { identity, password, remoteAddress = '' } = handshake;
  const chargePoint = { chargePointId: identity, address: remoteAddress };
  if (throttle.isLocked(identity, remoteAddress)) return ['WRONG_PASSWORD', 429, 'Too many wrong passwords'];
  const names = certificateNames(handshake);
  if (names !== undefined && !names.includes(identity)) {
    log.warn(
      { ...chargePoint, reason: 'CERTIFICATE', names },
      'charge point refused: its certificate names another',
    );
    return ['CERTIFICATE', 401, 'The certificate names another charge point'];
  }
  const admission = handler.admits(identity, password);
  if (admission === 'unknown') {
    log.warn({ ...chargePoint, reason: 'UNKNOWN_ID' }, 'charge point refused: not in the configuration');
    return ['UNKNOWN_ID', 404, 'Unknown charge point'];
  }
  if (admission === 'wrongPassword') {
    const isLocked = throttle.failed(identity, remoteAddress);
    log.warn({ ...chargePoint, reason: 'WRONG_PASSWORD', isLocked }, 'charge point refused: wrong password');
    return ['WRONG_PASSWORD', 401, 'Wrong password'];
  }
  throttle.passed(identity, remoteAddress);
  return null;
}

/** The subprotocol that is spoken: the best that both have. */
function chosen(served: Subprotocol[], offered: Set<string>): Subprotocol | undefined {
  return offered.size === 0 ? UNNAMED : served.find((known) => offered.has(known));
}

/** Lets a charge point in that speaks a served subprotocol, or names none, and that `admits` accepts. */
export function authorizeHandshake(
  handler: ConnectionHandler,
  served: Subprotocol[],
  log: Logger,
): Parameters<RPCServer['auth']>[0] {
  const throttle = new LoginThrottle();
  return async (accept, reject, handshake) => {
    const { identity, protocols, remoteAddress = '' } = handshake;
    const protocol = chosen(served, protocols);
    if (protocol === undefined) {
      log.warn(
        { chargePointId: identity, address: remoteAddress, reason: 'SUBPROTOCOL', offered: [...protocols] },
        'charge point refused: no subprotocol that is served',
      );
      handler.onFailedDial('SUBPROTOCOL', remoteAddress, identity);
      return reject(400, `Offer one of the subprotocols ${served.join(', ')}`);
    }
    const refused = refusal(handler, throttle, handshake, log);
    if (refused !== null) {
      const [reason, status, text] = refused;
      handler.onFailedDial(reason, remoteAddress, identity);
      return reject(status, text);
    }
    await handler.prepare(protocol);
    accept({ protocol }, protocols.size === 0 ? false : protocol);
  };
}
