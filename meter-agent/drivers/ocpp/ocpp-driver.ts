import type { ChargePointConnection, Driver, DriverParts } from '../driver.ts';
import type { Peer, RpcPeer } from './peer.ts';
import { type OcppServer, type ServerOptions, startOcppServer } from './server.ts';
import type { ServeChargePoint, Subprotocol, VersionParts } from './version.ts';

/** Loaded when the first charge point speaks it: code that nobody needs takes no memory. */
const VERSIONS: Partial<Record<Subprotocol, () => Promise<ServeChargePoint>>> = {
  'ocpp2.1': async () => (await import('../ocpp201/station.ts')).serveStation,
  'ocpp2.0.1': async () => (await import('../ocpp201/station.ts')).serveStation,
  'ocpp1.6': async () => (await import('../ocpp16/charge-point16.ts')).serveChargePoint16,
};

export interface OcppOptions extends ServerOptions {
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
}

/** Lets another central system hear a charge point and command it. */
export interface PeerForwarding {
  /** The peer that the driver serves in place of the charge point's own, which it is where nothing is forwarded. */
  forwarded(chargePointId: string, peer: RpcPeer): Peer;
}

/** Errors of later versions, as 1.6 calls them. */
const NAMES_IN_16: Record<string, string> = {
  RpcFrameworkError: 'FormationViolation',
  MessageTypeNotSupported: 'ProtocolError',
};

interface Connection {
  peer: RpcPeer;
  chargePoint: ChargePointConnection;
}

/** One socket for all charge points that speak OCPP, each served in its version. */
export class OcppDriver implements Driver {
  readonly #options: OcppOptions;
  readonly #parts: VersionParts;
  readonly #forwarding: PeerForwarding;
  readonly #loaded = new Map<Subprotocol, ServeChargePoint>();
  readonly #connections = new Map<string, Connection>();
  #server: OcppServer | undefined;

  constructor(options: OcppOptions, forwarding: PeerForwarding, parts: DriverParts) {
    const { sampleIntervalSec, heartbeatIntervalSec } = options;
    this.#options = options;
    this.#forwarding = forwarding;
    this.#parts = { ...parts, sampleIntervalSec, heartbeatIntervalSec };
  }

  async start(): Promise<void> {
    const { events, log } = this.#parts;
    this.#server = await startOcppServer(
      this.#options,
      {
        protocols: Object.keys(VERSIONS) as Subprotocol[],
        admits: events.admits.bind(events),
        prepare: (protocol) => this.#load(protocol),
        onConnected: (id, peer, protocol) => this.#accept(id, peer, protocol),
      },
      log,
    );
  }

  /** The port for charge points, once it is started. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  connectionOf(chargePointId: string): ChargePointConnection | undefined {
    return this.#connections.get(chargePointId)?.chargePoint;
  }

  /** Before the upgrade is answered, so that no message comes before its handler is there. */
  async #load(protocol: Subprotocol): Promise<void> {
    const load = VERSIONS[protocol];
    if (load !== undefined && !this.#loaded.has(protocol)) this.#loaded.set(protocol, await load());
  }

  #accept(chargePointId: string, peer: RpcPeer, protocol: Subprotocol): void {
    const { events, log } = this.#parts;
    const serve = this.#loaded.get(protocol) as ServeChargePoint;
    const before = this.#connections.get(chargePointId);
    const forwarded = this.#forwarding.forwarded(chargePointId, peer);
    this.#connections.set(chargePointId, { peer, chargePoint: serve(this.#parts, chargePointId, forwarded) });
    // A charge point that connects again has lost its older connection, also when that is not noticed here yet.
    if (before !== undefined) {
      log.warn({ chargePointId }, 'the charge point connected again: its older connection is ended');
      void before.peer.close({ code: 1000, reason: 'The charge point connected again.', force: true });
    }
    log.info({ chargePointId, protocol }, 'charge point connected');
    events.connected(chargePointId);
    this.#logFaults(chargePointId, peer);
    peer.once('close', () => {
      if (this.#connections.get(chargePointId)?.peer !== peer) return;
      this.#connections.delete(chargePointId);
      log.info({ chargePointId }, 'charge point disconnected');
      events.disconnected(chargePointId);
    });
  }

  #logFaults(chargePointId: string, peer: RpcPeer): void {
    const { log } = this.#parts;
    peer.on('socketError', (error) => {
      log.warn({ chargePointId, detail: error.message }, 'connection ended: broken or oversized frame');
    });
    peer.on('badMessage', ({ error, response }) => {
      if (response && peer.protocol === 'ocpp1.6') response[2] = NAMES_IN_16[response[2]] ?? response[2];
      log.warn({ chargePointId, detail: error.message }, 'malformed OCPP frame answered with an error');
    });
    peer.on('strictValidationFailure', ({ method, error }) => {
      log.warn({ chargePointId, action: method, detail: error.message }, 'OCPP frame against the schema');
    });
  }
}
