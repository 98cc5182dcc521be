import type { ChargePointEvents, ConnectorFault, ConnectorStatus, Frame } from '../charge-point-events.ts';
import type { DriverMemory } from '../driver.ts';
import type { StationStatus } from './messages.ts';

/** What the station reported about one EVSE, at which one car charges. */
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

/** Of an EVSE with several connectors the status of the one in use counts. */
const LOUDEST: readonly StationStatus[] = ['Occupied', 'Reserved', 'Available', 'Faulted', 'Unavailable'];

/** An event of these does not take the EVSE out of service; Faulted itself always does. */
const PASSING = new Set<string | undefined>([undefined, 'UnderVoltage']);

/**
 * What a station does not say again: after another connection or a restart of the agent, Occupied alone would lift a
 * fault, and make a newly plugged car of one that only stayed.
 */
type Kept = Pick<Evse, 'chargingState' | 'isRunning' | 'hasEnded' | 'fault'>;

/** Stations number their EVSEs from 1: higher numbers are made up, and fill no journal. */
const MOST_KEPT = 99;

const newEvse = (): Evse => ({
  connectors: new Map(),
  statusAt: 0,
  chargingState: undefined,
  isRunning: false,
  hasEnded: false,
  fault: undefined,
  reported: '',
});

/** OCPP 2 has Occupied where 1.6 has five words: the transaction's charging state shows which of them it is. */
function statusOf({ connectors, chargingState, isRunning, hasEnded, fault }: Evse): ConnectorStatus {
  const words = new Set(connectors.values());
  const loudest = LOUDEST.find((word) => words.has(word)) ?? 'Available';
  const isOut = !PASSING.has(fault?.errorCode) && loudest !== 'Available';
  if (loudest === 'Faulted' || isOut) return 'Faulted';
  if (loudest !== 'Occupied') return loudest;
  if (!isRunning) return hasEnded ? 'Finishing' : 'Preparing';
  if (chargingState === 'SuspendedEV' || chargingState === 'SuspendedEVSE') return chargingState;
  return chargingState === 'EVConnected' || chargingState === 'Idle' ? 'Preparing' : 'Charging';
}

type StatesMemory = Pick<DriverMemory, 'note' | 'setNote'>;

/** Merges status, charging state and events of a station into one status per EVSE, and reports it. */
export class States {
  readonly #chargePointId: string;
  readonly #events: ChargePointEvents;
  readonly #memory: StatesMemory;
  readonly #note: string;
  readonly #evses = new Map<number, Evse>();

  constructor(chargePointId: string, events: ChargePointEvents, memory: StatesMemory) {
    this.#chargePointId = chargePointId;
    this.#events = events;
    this.#memory = memory;
    this.#note = `ocpp201.states.${chargePointId}`;
    const kept = memory.note<Record<string, Kept>>(this.#note) ?? {};
    for (const [id, known] of Object.entries(kept)) this.#evses.set(Number(id), { ...newEvse(), ...known });
  }

  /** EVSEs at which a car may charge: EVSE 0 is the station as a whole. */
  ids(): number[] {
    const ids = [...this.#evses.keys()].filter((id) => id > 0);
    return ids.length === 0 ? [1] : ids;
  }

  /** The connector in use; of a free EVSE the first that was reported. */
  connectorOf(evseId: number): number {
    const connectors = [...(this.#evses.get(evseId)?.connectors ?? [])];
    const [id] = connectors.find(([, status]) => status === 'Occupied') ?? connectors[0] ?? [1];
    return id;
  }

  /** A status that the station reports; Available ends everything that was known about the car before. */
  status(evseId: number, connectorId: number, status: StationStatus, statusAt: number, frame: Frame): void {
    const evse = this.#at(evseId);
    evse.connectors.set(connectorId, status);
    evse.statusAt = statusAt;
    if (status === 'Available')
      Object.assign(evse, { hasEnded: false, chargingState: undefined, fault: undefined });
    this.#report(evseId, evse, frame, true);
  }

  /** A transaction goes on. Of a station that sends no status this alone shows the car. */
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

  /** `isGone`: the car left with it, so that no other status is needed to know the connector is free. */
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

  /** Written only where it differs from what is written. */
  #keep(): void {
    const kept = [...this.#evses]
      .filter(([id]) => id <= MOST_KEPT)
      .map(([id, { chargingState, isRunning, hasEnded, fault }]): [number, Kept] => [
        id,
        { chargingState, isRunning, hasEnded, fault },
      ]);
    this.#memory.setNote(this.#note, Object.fromEntries(kept));
  }

  #report(evseId: number, evse: Evse, frame: Frame | undefined, isForced: boolean): void {
    this.#keep();
    if (evse.connectors.size === 0 && evse.fault === undefined) return;
    const status = statusOf(evse);
    const { fault } = evse;
    const report = `${status} ${fault?.errorCode ?? ''}`;
    if (!isForced && report === evse.reported) return;
    evse.reported = report;
    this.#events.status(this.#chargePointId, evseId, status, fault, frame);
  }
}
