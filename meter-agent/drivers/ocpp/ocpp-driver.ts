import type { ChargePointConnection, Driver, DriverParts } from '../driver.ts';
import { FrameNotes } from './frame-notes.ts';
import type { ForwardablePeer, Peer, RpcPeer } from './peer.ts';
import { ReadingPeer } from './reading-peer.ts';
import { type OcppServer, type ServerOptions, startOcppServer } from './server.ts';
import type { Subprotocol, Version, VersionParts } from './version.ts';

/** Loaded when the first charge point speaks it: code that nobody needs takes no memory. */
const VERSIONS: Partial<Record<Subprotocol, () => Promise<Version>>> = {
  'ocpp2.1': async () => (await import('../ocpp201/versions.ts')).VERSION_21,
  'ocpp2.0.1': async () => (await import('../ocpp201/versions.ts')).VERSION_201,
  'ocpp1.6': async () => (await import('../ocpp16/version16.ts')).VERSION_16,
};

export interface OcppOptions extends ServerOptions {
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
}

/** Lets another central system hear a charge point and command it. */
export interface PeerForwarding {
  /** The peer that the driver serves in place of the charge point's own, which it is where nothing is forwarded. */
  forwarded(chargePointId: string, peer: ForwardablePeer): Peer;
}

interface Connection {
  peer: RpcPeer;
  chargePoint: ChargePointConnection;
}

/** One socket for all charge points that speak OCPP, each served in its version. */
export class OcppDriver implements Driver {
  readonly #options: OcppOptions;
  readonly #parts: VersionParts;
  readonly #forwarding: PeerForwarding;
  readonly #frameNotes: FrameNotes;
  readonly #loaded = new Map<Subprotocol, Version>();
  readonly #connections = new Map<string, Connection>();
  #server: OcppServer | undefined;
  #isClosing = false;

  constructor(options: OcppOptions, forwarding: PeerForwarding, parts: DriverParts) {
    const { sampleIntervalSec, heartbeatIntervalSec } = options;
    this.#options = options;
    this.#forwarding = forwarding;
    this.#parts = { ...parts, sampleIntervalSec, heartbeatIntervalSec, isClosing: () => this.#isClosing };
    this.#frameNotes = new FrameNotes(parts.events, parts.log);
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
        onFailedDial: events.dialFailed.bind(events),
      },
      log,
    );
  }

  /** The port for charge points, once it is started. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
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
    const before = this.#connections.get(chargePointId);
    this.#connections.set(chargePointId, { peer, chargePoint: this.#serve(chargePointId, peer, protocol) });
    // A charge point that connects again has lost its older connection, also when that is not noticed here yet.
    if (before !== undefined) {
      log.warn({ chargePointId }, 'the charge point connected again: its older connection is ended');
      void before.peer.close({ code: 1000, reason: 'The charge point connected again.', force: true });
    }
    log.info({ chargePointId, protocol }, 'charge point connected');
    events.connected(chargePointId);
    peer.once('close', () => {
      if (this.#connections.get(chargePointId)?.peer !== peer) return;
      this.#connections.delete(chargePointId);
      log.info({ chargePointId }, 'charge point disconnected');
      events.disconnected(chargePointId);
    });
  }

  #serve(chargePointId: string, peer: RpcPeer, protocol: Subprotocol): ChargePointConnection {
    const { read, serve } = this.#loaded.get(protocol) as Version;
    this.#frameNotes.mendTexts(peer, chargePointId);
    this.#frameNotes.logFaults(peer, chargePointId, protocol);
    const reading = new ReadingPeer(peer, protocol, read, this.#frameNotes.of(chargePointId));
    return serve(this.#parts, chargePointId, this.#forwarding.forwarded(chargePointId, reading));
  }
}
