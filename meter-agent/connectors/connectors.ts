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

/** What the agent knows of one connector. */
export interface Connector {
  chargePointId: string;
  connectorId: number;
  hash: Hex;
  config: ConnectorConfig;
  status: ConnectorStatus | null;
  meterKey: MeterKey | undefined;
  /** The key that the box itself told last. */
  reportedKey: RecordKey | undefined;
  /** What the meter said last of a charge that is no session, and when (unix seconds). */
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
  /** The first meter key that the box told, and the last one. */
  spkiHex?: string;
  reportedSpkiHex?: string;
}

/** As many as the configuration knows: a box cannot fill the memory with names of its own. */
const MOST_CONNECTORS = 99;

const NOTE = 'connectors';
const FAULTS_NOTE = 'faults';

const connectorRefOf = (chargePointId: string, connectorId: number): string =>
  `${chargePointId}/${connectorId}`;

/** All connectors: those of the configuration, and those that a wallbox spoke of, also before a restart. */
export class Connectors {
  /** Emitted by who changed a connector or its charge point, once the sessions know of it. */
  readonly changed = new Listeners();
  readonly #config: AgentConfig;
  readonly #journal: Journal;
  readonly #byHash = new Map<Hex, Connector>();
  readonly #online = new Set<string>();
  readonly #infos = new Map<string, ChargePointInfo>();
  readonly #health = new Map<Hex, ChargePointHealth>();
  #seen: Seen[];
  /** Dangerous faults by place, number 0 for the whole box: kept over restarts until the box reports NoError there. */
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

  /** Connector 0 is the box itself: what it tells holds for all of its connectors. */
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
    // How it stood on another line is no word on how it stands: it is asked on each new one.
    for (const connector of this.#of(chargePointId)) connector.status = null;
  }

  #of(chargePointId: string): Connector[] {
    return this.all().filter((connector) => connector.chargePointId === chargePointId);
  }

  /** Connector 0 is the box itself (OCPP 1.6, section 7.27) and no connector; no box has more than 99. */
  see(chargePointId: string, connectorId: number): Connector | undefined {
    if (connectorId < 1 || connectorId > MOST_CONNECTORS) return undefined;
    const known = this.find(chargePointId, connectorId);
    if (known !== undefined) return known;
    this.#remember({ chargePointId, connectorId });
    return this.#add(chargePointId, connectorId);
  }

  /** The dangerous fault that bars the connector, its own or the whole box's. */
  faultOf(chargePointId: string, connectorId: number): string | undefined {
    return (
      this.#faults[connectorRefOf(chargePointId, connectorId)] ??
      this.#faults[connectorRefOf(chargePointId, 0)]
    );
  }

  /**
   * What is dangerous bars the connector (number 0: all of the box) until the box itself reports that it is over. Returns
   * the fault, or null for its end, where that is news.
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
   * The key that the box tells is enrolled only where none was before: one that changes on the way proves nothing. It is
   * kept beside, to be held against the enrolled one.
   */
  seeMeterKey(chargePointId: string, connectorId: number, spkiHex: string): void {
    const connector = this.see(chargePointId, connectorId);
    const told = recordKeyOf(spkiHex);
    if (connector === undefined || told === undefined || connector.reportedKey?.spkiHex === spkiHex) return;
    connector.reportedKey = told;
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
