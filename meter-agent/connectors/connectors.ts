import type { Hex } from 'viem';
import { connectorHash } from '../../protocol/listing.ts';
import { type AgentConfig, type ConnectorConfig, connectorConfigOf } from '../config/config.ts';
import type {
  ChargePointHealth,
  ChargePointInfo,
  ConnectorFault,
  ConnectorStatus,
} from '../drivers/charge-point-events.ts';
import type { Journal } from '../journal/journal.ts';
import { Listeners } from '../lib/listeners.ts';
import { type MeterKey, meterKeyOf, type RecordKey, recordKeyOf } from '../ocmf/ocmf.ts';
import { isDangerous } from '../session/safety.ts';

/** The known state of one connector. */
export interface Connector {
  chargePointId: string;
  connectorId: number;
  hash: Hex;
  config: ConnectorConfig;
  status: ConnectorStatus | null;
  meterKey: MeterKey | undefined;
  /** The key that the charge point itself reported last. */
  reportedKey: RecordKey | undefined;
  /** The last meter value of a charge that is not a session, and its time (unix seconds). */
  ownPower: { powerW: number; at: number } | null;
}

const DEFAULTS: ConnectorConfig = {
  maxPowerW: 11_000,
  connectorStandard: 'IEC_62196_T2',
  powerType: 'AC_3_PHASE',
};

interface Seen {
  chargePointId: string;
  connectorId: number;
  /** The first meter key that the charge point reported, and the last one. */
  spkiHex?: string;
  reportedSpkiHex?: string;
}

/** Only charge points of the configuration: strangers cannot fill the memory. */
const MOST_CONNECTORS = 99;

const NOTE = 'connectors';
const FAULTS_NOTE = 'faults';

const connectorRefOf = (chargePointId: string, connectorId: number): string =>
  `${chargePointId}/${connectorId}`;

/** All connectors: those of the configuration, and those that a charge point reported, also before a restart. */
export class Connectors {
  /** Emitted after a connector or its charge point changed, once the sessions know of it. */
  readonly changed = new Listeners();
  readonly #config: AgentConfig;
  readonly #journal: Journal;
  readonly #byHash = new Map<Hex, Connector>();
  readonly #online = new Set<string>();
  readonly #infos = new Map<string, ChargePointInfo>();
  readonly #health = new Map<Hex, ChargePointHealth>();
  #seen: Seen[];
  /**
   * Dangerous faults by connector, number 0 for the whole charge point: kept over restarts until it reports NoError
   * there.
   */
  #faults: Record<string, string>;

  constructor(config: AgentConfig, journal: Journal) {
    this.#config = config;
    this.#journal = journal;
    this.#seen = journal.note<Seen[]>(NOTE) ?? [];
    this.#faults = journal.note<Record<string, string>>(FAULTS_NOTE) ?? {};
    for (const [chargePointId, { connectors }] of Object.entries(config.chargePoints)) {
      for (const connectorId of Object.keys(connectors)) this.#add(chargePointId, Number(connectorId));
    }
    for (const { chargePointId, connectorId, spkiHex, reportedSpkiHex = spkiHex } of this.#seen) {
      const connector = this.#add(chargePointId, connectorId);
      if (spkiHex !== undefined) connector.meterKey ??= meterKeyOf(spkiHex);
      if (reportedSpkiHex !== undefined) connector.reportedKey = recordKeyOf(reportedSpkiHex);
    }
  }

  all(): Connector[] {
    return [...this.#byHash.values()];
  }

  byHash(hash: Hex): Connector | undefined {
    return this.#byHash.get(hash);
  }

  find(chargePointId: string, connectorId: number): Connector | undefined {
    return this.#byHash.get(connectorHash(chargePointId, connectorId));
  }

  isOnline(chargePointId: string): boolean {
    return this.#online.has(chargePointId);
  }

  info(chargePointId: string): ChargePointInfo {
    return this.#infos.get(chargePointId) ?? { vendor: 'Unknown', model: 'Unknown' };
  }

  booted(chargePointId: string, info: ChargePointInfo): void {
    this.#infos.set(chargePointId, info);
  }

  /** Connector 0 is the charge point itself: its status holds for all of its connectors. */
  health(chargePointId: string, connectorId: number): ChargePointHealth {
    const { firmware } = this.info(chargePointId);
    const of = (id: number) => this.#health.get(connectorHash(chargePointId, id));
    return { ...(firmware === undefined ? {} : { firmware }), ...of(0), ...of(connectorId) };
  }

  seeHealth(chargePointId: string, connectorId: number, health: ChargePointHealth): void {
    const hash = connectorHash(chargePointId, connectorId);
    this.#health.set(hash, { ...this.#health.get(hash), ...health });
  }

  setOnline(chargePointId: string, isOnline: boolean): void {
    if (isOnline) this.#online.add(chargePointId);
    else this.#online.delete(chargePointId);
    // The status from an older connection is outdated: it is requested on each new one.
    for (const connector of this.#of(chargePointId)) connector.status = null;
  }

  #of(chargePointId: string): Connector[] {
    return this.all().filter((connector) => connector.chargePointId === chargePointId);
  }

  /** Connector 0 is the charge point itself (OCPP 1.6, section 7.27), not a connector; none has more than 99. */
  see(chargePointId: string, connectorId: number): Connector | undefined {
    if (connectorId < 1 || connectorId > MOST_CONNECTORS) return undefined;
    const known = this.find(chargePointId, connectorId);
    if (known !== undefined) return known;
    this.#remember({ chargePointId, connectorId });
    return this.#add(chargePointId, connectorId);
  }

  /** The dangerous fault that blocks the connector, its own or the whole charge point's. */
  faultOf(chargePointId: string, connectorId: number): string | undefined {
    return (
      this.#faults[connectorRefOf(chargePointId, connectorId)] ??
      this.#faults[connectorRefOf(chargePointId, 0)]
    );
  }

  /**
   * A dangerous fault blocks the connector (number 0: the whole charge point) until the charge point itself reports
   * its end. Returns the fault, or null for its end, if it is new.
   */
  seeFault(
    chargePointId: string,
    connectorId: number,
    status: ConnectorStatus,
    fault: ConnectorFault | undefined,
  ): string | null | undefined {
    if (fault !== undefined && !isDangerous(fault.errorCode, status)) return undefined;
    const ref = connectorRefOf(chargePointId, connectorId);
    const errorCode = fault?.errorCode ?? null;
    if ((this.#faults[ref] ?? null) === errorCode) return undefined;
    const { [ref]: _, ...others } = this.#faults;
    this.#faults = errorCode === null ? others : { ...others, [ref]: errorCode };
    this.#journal.setNote(FAULTS_NOTE, this.#faults);
    return errorCode;
  }

  /**
   * A reported key is enrolled only where there was none before: one that changes during operation proves nothing. It
   * is stored separately, to be compared with the enrolled one.
   */
  seeMeterKey(chargePointId: string, connectorId: number, spkiHex: string): void {
    const connector = this.see(chargePointId, connectorId);
    const reported = recordKeyOf(spkiHex);
    if (connector === undefined || reported === undefined || connector.reportedKey?.spkiHex === spkiHex)
      return;
    connector.reportedKey = reported;
    connector.meterKey ??= meterKeyOf(spkiHex);
    const first = this.#seen.find((s) => s.chargePointId === chargePointId && s.connectorId === connectorId);
    this.#remember({
      ...{ chargePointId, connectorId, reportedSpkiHex: spkiHex },
      spkiHex: first?.spkiHex ?? spkiHex,
    });
  }

  #remember(seen: Seen): void {
    const others = this.#seen.filter(
      (s) => s.chargePointId !== seen.chargePointId || s.connectorId !== seen.connectorId,
    );
    this.#seen = [...others, seen];
    this.#journal.setNote(NOTE, this.#seen);
  }

  #add(chargePointId: string, connectorId: number): Connector {
    const hash = connectorHash(chargePointId, connectorId);
    const known = this.#byHash.get(hash);
    if (known !== undefined) return known;
    const config = connectorConfigOf(this.#config, chargePointId, connectorId) ?? DEFAULTS;
    const { meterKey: key, meterAlgorithm = 'ECDSA-secp256r1-SHA256' } = config;
    const meterKey =
      key === undefined || key.length !== 130 || meterAlgorithm === 'none'
        ? undefined
        : { key, algorithm: meterAlgorithm };
    const connector: Connector = {
      ...{ chargePointId, connectorId, hash, config, meterKey },
      ...{ status: null, reportedKey: undefined, ownPower: null },
    };
    this.#byHash.set(hash, connector);
    return connector;
  }
}
