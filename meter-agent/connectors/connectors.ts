import { isDeepStrictEqual } from 'node:util';
import type { Hex } from 'viem';
import { connectorHash } from '../../protocol/listing.ts';
import type { ConnectorConfig } from '../config/charge-point.ts';
import { type AgentConfig, connectorConfigOf } from '../config/config.ts';
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
  /** Its host lends it at present; bookings that stand are served anyway. */
  isLent: boolean;
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
const NOT_LENT_NOTE = 'notLent';
const INFOS_NOTE = 'chargePoints';
/** Where unknown charge points may connect, theirs cannot fill the journal. */
const MOST_INFOS = 100;

const connectorRefOf = (chargePointId: string, connectorId: number): string =>
  `${chargePointId}/${connectorId}`;

/** All connectors: those of the configuration, and those that a charge point reported, also before a restart. */
export class Connectors {
  /** Emitted after a connector or its charge point changed, once the sessions know of it. */
  readonly changed = new Listeners();
  readonly #config: AgentConfig;
  readonly #journal: Journal;
  readonly #byHash = new Map<Hex, Connector>();
  readonly #ofChargePoint = new Map<string, Connector[]>();
  readonly #online = new Set<string>();
  readonly #infos: Map<string, ChargePointInfo>;
  readonly #health = new Map<string, ChargePointHealth>();
  #seen: Seen[];
  /**
   * Dangerous faults by connector, number 0 for the whole charge point: kept over restarts until it reports another
   * status than Faulted there, without a fault.
   */
  #faults: Record<string, string>;
  /** Connectors that are not lent at present. */
  #notLent: string[];

  constructor(config: AgentConfig, journal: Journal) {
    this.#config = config;
    this.#journal = journal;
    this.#seen = journal.note<Seen[]>(NOTE) ?? [];
    this.#faults = journal.note<Record<string, string>>(FAULTS_NOTE) ?? {};
    this.#notLent = journal.note<string[]>(NOT_LENT_NOTE) ?? [];
    this.#infos = new Map(journal.note<[string, ChargePointInfo][]>(INFOS_NOTE) ?? []);
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
    return this.of(chargePointId).find((connector) => connector.connectorId === connectorId);
  }

  isOnline(chargePointId: string): boolean {
    return this.#online.has(chargePointId);
  }

  info(chargePointId: string): ChargePointInfo {
    return this.#infos.get(chargePointId) ?? { vendor: 'Unknown', model: 'Unknown' };
  }

  /** Kept over restarts: a charge point that only connects again does not introduce itself. */
  booted(chargePointId: string, info: ChargePointInfo): void {
    if (isDeepStrictEqual(this.#infos.get(chargePointId), info)) return;
    this.#infos.delete(chargePointId);
    this.#infos.set(chargePointId, info);
    const [oldest] = this.#infos.keys();
    if (this.#infos.size > MOST_INFOS && oldest !== undefined) this.#infos.delete(oldest);
    this.#journal.setNote(INFOS_NOTE, [...this.#infos]);
  }

  /** Connector 0 is the charge point itself: its status holds for all of its connectors. */
  health(chargePointId: string, connectorId: number): ChargePointHealth {
    const { firmware } = this.info(chargePointId);
    const of = (id: number) => this.#health.get(connectorRefOf(chargePointId, id));
    return { ...(firmware === undefined ? {} : { firmware }), ...of(0), ...of(connectorId) };
  }

  /** The longest random delay before the connector gives power, in s; undefined where nobody names one. */
  randomDelayMaxSec(chargePointId: string, connectorId: number): number | undefined {
    const configured = this.find(chargePointId, connectorId)?.config.randomDelayMaxSec;
    return configured ?? this.health(chargePointId, connectorId).randomDelayMaxSec;
  }

  seeHealth(chargePointId: string, connectorId: number, health: ChargePointHealth): void {
    const ref = connectorRefOf(chargePointId, connectorId);
    this.#health.set(ref, { ...this.#health.get(ref), ...health });
  }

  setOnline(chargePointId: string, isOnline: boolean): void {
    if (isOnline) this.#online.add(chargePointId);
    else this.#online.delete(chargePointId);
    // The status from an older connection is outdated: it is requested on each new one.
    for (const connector of this.of(chargePointId)) connector.status = null;
  }

  of(chargePointId: string): readonly Connector[] {
    return this.#ofChargePoint.get(chargePointId) ?? [];
  }

  /** Connector 0 is the charge point itself (OCPP 1.6, section 7.27), not a connector; none has more than 99. */
  see(chargePointId: string, connectorId: number): Connector | undefined {
    if (connectorId < 1 || connectorId > MOST_CONNECTORS) return undefined;
    const known = this.find(chargePointId, connectorId);
    if (known !== undefined) return known;
    this.#remember({ chargePointId, connectorId });
    return this.#add(chargePointId, connectorId);
  }

  /** Pauses lending, or resumes it, also over a restart. */
  setLent(chargePointId: string, connectorId: number, isLent: boolean): void {
    const connector = this.find(chargePointId, connectorId);
    if (connector === undefined || connector.isLent === isLent) return;
    connector.isLent = isLent;
    const ref = connectorRefOf(chargePointId, connectorId);
    const others = this.#notLent.filter((other) => other !== ref);
    this.#notLent = isLent ? others : [...others, ref];
    this.#journal.setNote(NOT_LENT_NOTE, this.#notLent);
    this.changed.emit();
  }

  /** The dangerous fault that blocks the connector, its own or the whole charge point's. */
  faultOf(chargePointId: string, connectorId: number): string | undefined {
    return (
      this.#faults[connectorRefOf(chargePointId, connectorId)] ??
      this.#faults[connectorRefOf(chargePointId, 0)]
    );
  }

  /**
   * The fault that a status means. Faulted without a named one is the one that was named last, or OtherError: the
   * agent's own question for the status is answered with Faulted and NoError by charge points that named it before.
   */
  faultNow(
    chargePointId: string,
    connectorId: number,
    status: ConnectorStatus,
    named: ConnectorFault | undefined,
  ): ConnectorFault | undefined {
    if (named !== undefined || status !== 'Faulted') return named;
    return { errorCode: this.#faults[connectorRefOf(chargePointId, connectorId)] ?? 'OtherError' };
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
    const known = this.find(chargePointId, connectorId);
    if (known !== undefined) return known;
    const hash = connectorHash(chargePointId, connectorId);
    const { defaultMaxPowerW: maxPowerW = DEFAULTS.maxPowerW } = this.#config;
    const config = connectorConfigOf(this.#config, chargePointId, connectorId) ?? { ...DEFAULTS, maxPowerW };
    const { meterKey: key, meterAlgorithm = 'ECDSA-secp256r1-SHA256' } = config;
    const meterKey =
      key === undefined || key.length !== 130 || meterAlgorithm === 'none'
        ? undefined
        : { key, algorithm: meterAlgorithm };
    const connector: Connector = {
      ...{ chargePointId, connectorId, hash, config, meterKey },
      ...{ status: null, reportedKey: undefined, ownPower: null },
      isLent: !this.#notLent.includes(connectorRefOf(chargePointId, connectorId)),
    };
    this.#byHash.set(hash, connector);
    this.#ofChargePoint.set(chargePointId, [...this.of(chargePointId), connector]);
    return connector;
  }
}
