import type { Logger } from 'pino';
import { ForwardedPeer } from '../../forwarding/forwarded-peer.ts';
import type { Forwarding } from '../../forwarding/forwarding.ts';
import type { DeviceDriver } from '../charge-points.ts';
import type { Answer, ChargePointEvents, Driver, DriverMemory } from '../driver.ts';
import type { Peer, RpcPeer } from './peer.ts';
import { type OcppServer, type ServerOptions, startOcppServer } from './server.ts';
import type { ChargePointConnection, ServeChargePoint, Subprotocol, VersionParts } from './version.ts';

/** Loaded when the first box speaks it: code that nobody needs takes no memory. */
const VERSIONS: Partial<Record<Subprotocol, () => Promise<ServeChargePoint>>> = {
  'ocpp2.1': async () => (await import('../ocpp201/station.ts')).serveStation,
  'ocpp2.0.1': async () => (await import('../ocpp201/station.ts')).serveStation,
  'ocpp1.6': async () => (await import('../ocpp16/charge-point16.ts')).serveChargePoint16,
};

export interface OcppOptions extends ServerOptions {
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
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

const unreachable = async (): Promise<Answer> => 'unreachable';

const NOBODY: ChargePointConnection = {
  remoteStart: unreachable,
  remoteStop: unreachable,
  limitCurrent: unreachable,
  readMeter: unreachable,
  reserve: unreachable,
  cancelReservation: unreachable,
  unlock: unreachable,
  reset: unreachable,
  uploadDiagnostics: unreachable,
  updateFirmware: unreachable,
};

type Args<Call extends keyof ChargePointConnection> = Parameters<ChargePointConnection[Call]>;

/** The central system: one socket for all wallboxes, each served in the version of OCPP that it dialled with. */
export class OcppDriver implements DeviceDriver, Driver {
  readonly #options: OcppOptions;
  readonly #parts: VersionParts;
  readonly #forwarding: Forwarding;
  readonly #loaded = new Map<Subprotocol, ServeChargePoint>();
  readonly #connections = new Map<string, Connection>();
  #server: OcppServer | undefined;

  constructor(
    options: OcppOptions,
    events: ChargePointEvents,
    memory: DriverMemory,
    forwarding: Forwarding,
    log: Logger,
  ) {
    this.#forwarding = forwarding;
    const { sampleIntervalSec, heartbeatIntervalSec } = options;
    this.#options = options;
    this.#parts = { events, memory, log, sampleIntervalSec, heartbeatIntervalSec };
  }

  async start(): Promise<void> {
    const { events, log } = this.#parts;
    const onClient = (id: string, peer: RpcPeer, protocol: Subprotocol) => this.#accept(id, peer, protocol);
    this.#server = await startOcppServer(
      this.#options,
      {
        protocols: Object.keys(VERSIONS) as Subprotocol[],
        admits: events.admits.bind(events),
        prepare: (protocol) => this.#load(protocol),
        onClient,
      },
      log,
    );
  }

  /** The port that boxes dial, once it is started. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  serves(chargePointId: string): boolean {
    return this.#connections.has(chargePointId);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  remoteStart(chargePointId: string, ...args: Args<'remoteStart'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).remoteStart(...args);
  }

  remoteStop(chargePointId: string, ...args: Args<'remoteStop'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).remoteStop(...args);
  }

  limitCurrent(chargePointId: string, ...args: Args<'limitCurrent'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).limitCurrent(...args);
  }

  readMeter(chargePointId: string, ...args: Args<'readMeter'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).readMeter(...args);
  }

  reserve(chargePointId: string, ...args: Args<'reserve'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).reserve(...args);
  }

  cancelReservation(chargePointId: string, ...args: Args<'cancelReservation'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).cancelReservation(...args);
  }

  unlock(chargePointId: string, ...args: Args<'unlock'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).unlock(...args);
  }

  reset(chargePointId: string, ...args: Args<'reset'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).reset(...args);
  }

  uploadDiagnostics(chargePointId: string, ...args: Args<'uploadDiagnostics'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).uploadDiagnostics(...args);
  }

  updateFirmware(chargePointId: string, ...args: Args<'updateFirmware'>): Promise<Answer> {
    return this.#connectionOf(chargePointId).updateFirmware(...args);
  }

  #connectionOf(chargePointId: string): ChargePointConnection {
    return this.#connections.get(chargePointId)?.chargePoint ?? NOBODY;
  }

  /** Before the upgrade is answered: not one message of the box comes before its handlers. */
  async #load(protocol: Subprotocol): Promise<void> {
    const load = VERSIONS[protocol];
    if (load !== undefined && !this.#loaded.has(protocol)) this.#loaded.set(protocol, await load());
  }

  #accept(chargePointId: string, peer: RpcPeer, protocol: Subprotocol): void {
    const { events, log } = this.#parts;
    const serve = this.#loaded.get(protocol) as ServeChargePoint;
    const before = this.#connections.get(chargePointId);
    this.#connections.set(chargePointId, {
      peer,
      chargePoint: serve(this.#parts, chargePointId, this.#shared(chargePointId, peer)),
    });
    // A box that dials again has lost the old line, also when we have not noticed yet.
    if (before !== undefined) {
      log.warn({ chargePointId }, 'the charge point dialled again: its older line is ended');
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

  /** The line as the driver sees it, where another central system hears it too. */
  #shared(chargePointId: string, peer: RpcPeer): Peer {
    const { memory, log } = this.#parts;
    const { localAuthorization, outboxOf, forwards } = this.#forwarding;
    const to = forwards(chargePointId);
    return to === undefined
      ? peer
      : new ForwardedPeer(chargePointId, peer, {
          ...to,
          localAuthorization,
          outbox: outboxOf(chargePointId),
          memory,
          log,
        });
  }

  #logFaults(chargePointId: string, peer: RpcPeer): void {
    const { log } = this.#parts;
    peer.on('socketError', (error) => {
      log.warn({ chargePointId, detail: error.message }, 'line ended: broken or oversized frame');
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
