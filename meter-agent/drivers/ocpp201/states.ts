import type { ChargePointEvents, ConnectorFault, ConnectorStatus, Frame } from '../charge-point-events.ts';
import type { StationStatus } from './messages.ts';

/** What the station told of one EVSE, the place where one car charges. */
interface Evse {
  connectors: Map<number, StationStatus>;
  /** Unix milliseconds on the station's clock. */
  statusAt: number;
  chargingState: string | undefined;
  isRunning: boolean;
  hasEnded: boolean;
  fault: ConnectorFault | undefined;
  reported: string;
}

/** Of an EVSE with several connectors, the one in use speaks for it. */
const LOUDEST: readonly StationStatus[] = ['Occupied', 'Reserved', 'Available', 'Faulted', 'Unavailable'];

const newEvse = (): Evse => ({
  connectors: new Map(),
  statusAt: 0,
  chargingState: undefined,
  isRunning: false,
  hasEnded: false,
  fault: undefined,
  reported: '',
});

/** OCPP 2 says Occupied where 1.6 has five words: which of them it is, the transaction's charging state tells. */
function statusOf({ connectors, chargingState, isRunning, hasEnded, fault }: Evse): ConnectorStatus {
  const words = new Set(connectors.values());
  const loudest = LOUDEST.find((word) => words.has(word)) ?? 'Available';
  if (loudest === 'Faulted' || (fault !== undefined && loudest !== 'Available')) return 'Faulted';
  if (loudest !== 'Occupied') return loudest;
  if (!isRunning) return hasEnded ? 'Finishing' : 'Preparing';
  if (chargingState === 'SuspendedEV' || chargingState === 'SuspendedEVSE') return chargingState;
  return chargingState === 'EVConnected' || chargingState === 'Idle' ? 'Preparing' : 'Charging';
}

/** Puts status, charging state and events of a station together into one status per EVSE, and tells the desk. */
export class States {
  readonly #chargePointId: string;
  readonly #events: ChargePointEvents;
  readonly #evses = new Map<number, Evse>();

  constructor(chargePointId: string, desk: ChargePointEvents) {
    this.#chargePointId = chargePointId;
    this.#events = desk;
  }

  /** Places where a car may charge: EVSE 0 is the station as a whole. */
  ids(): number[] {
    const ids = [...this.#evses.keys()].filter((id) => id > 0);
    return ids.length === 0 ? [1] : ids;
  }

  /** The connector in use; of an EVSE that nobody uses the first that it told of. */
  connectorOf(evseId: number): number {
    const connectors = [...(this.#evses.get(evseId)?.connectors ?? [])];
    const [id] = connectors.find(([, status]) => status === 'Occupied') ?? connectors[0] ?? [1];
    return id;
  }

  /** A status as the station tells it; what stood there before is another story once it is Available. */
  status(evseId: number, connectorId: number, status: StationStatus, statusAt: number, frame: Frame): void {
    const evse = this.#at(evseId);
    evse.connectors.set(connectorId, status);
    evse.statusAt = statusAt;
    if (status === 'Available')
      Object.assign(evse, { hasEnded: false, chargingState: undefined, fault: undefined });
    this.#report(evseId, evse, frame, true);
  }

  /** A transaction goes on; a station that sends no status lets the car be seen by this alone. */
  running(
    evseId: number,
    isAuthorised: boolean,
    state: string | undefined,
    at: number,
    frame: Frame | undefined,
  ) {
    const evse = this.#at(evseId);
    evse.chargingState = state ?? evse.chargingState;
    evse.isRunning = isAuthorised;
    evse.hasEnded = false;
    const isPlugged = evse.chargingState !== 'Idle';
    if (isPlugged && !(at < evse.statusAt) && ![...evse.connectors.values()].includes('Faulted')) {
      evse.connectors.set(evse.connectors.keys().next().value ?? 1, 'Occupied');
    }
    this.#report(evseId, evse, frame, false);
  }

  /** `isGone`: with its car. The station need not say once more that the place is free. */
  ended(evseId: number, fault: ConnectorFault | undefined, isGone: boolean): void {
    const evse = this.#at(evseId);
    Object.assign(evse, { isRunning: false, hasEnded: !isGone, chargingState: undefined });
    for (const [connectorId, word] of evse.connectors)
      if (isGone && word === 'Occupied') evse.connectors.set(connectorId, 'Available');
    evse.fault = fault ?? evse.fault;
    this.#report(evseId, evse, undefined, false);
  }

  fault(evseId: number, fault: ConnectorFault | undefined, frame: Frame): void {
    const evse = this.#at(evseId);
    evse.fault = fault;
    this.#report(evseId, evse, frame, true);
  }

  #at(evseId: number): Evse {
    const known = this.#evses.get(evseId) ?? newEvse();
    this.#evses.set(evseId, known);
    return known;
  }

  #report(evseId: number, evse: Evse, frame: Frame | undefined, isSaid: boolean): void {
    if (evse.connectors.size === 0 && evse.fault === undefined) return;
    const status = statusOf(evse);
    const fault = evse.fault ?? (status === 'Faulted' ? { errorCode: 'OtherError' } : undefined);
    const told = `${status} ${fault?.errorCode ?? ''}`;
    if (!isSaid && told === evse.reported) return;
    evse.reported = told;
    this.#events.status(this.#chargePointId, evseId, status, fault, frame);
  }
}
