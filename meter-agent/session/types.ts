import type { Address, Hex } from 'viem';
import type { BookingTimes } from '../../protocol/slots.ts';
import type { Answer, ConnectorStatus } from '../drivers/driver.ts';
import type { Trust } from '../facts.ts';
import type { Cosigned, Limits } from './money.ts';
import type { Register, RegisterAnomaly } from './register.ts';

/** What the ledger fixed for a booking, and where it charges. Never changes. */
export interface Plan {
  bookingId: Hex;
  listingId: Hex;
  chargePointId: string;
  connectorId: number;
  sessionKey: Address;
  limits: Limits;
  maxPowerW: number;
  times: BookingTimes;
}

/** Why a charge ends. */
export type StopCause = 'driver' | 'unplugged' | 'slotEnd' | 'cap' | 'wallbox' | 'ledger';

/**
 * BOOKED: nothing handed over. STARTING: start secret handed over, no transaction open. CHARGING: one is open.
 * STOPPING: waits for StopTransaction. UNPLUGGING: ended, the car still stands there and overstay has a price.
 * FINAL: the final reading is made. ENDED: the ledger is done with it.
 */
export type Phase = 'BOOKED' | 'STARTING' | 'CHARGING' | 'STOPPING' | 'UNPLUGGING' | 'FINAL' | 'ENDED';

/**
 * none; asked: 0 A was asked for; limited: the box obeyed; lifting: it was asked to give power again; stopped: it would
 * not do either, its transaction was ended.
 */
export type Pause = 'none' | 'asked' | 'limited' | 'lifting' | 'stopped';

/** What the box answered to: `lift` takes the limit away. */
export type Asked = 'start' | 'limit' | 'lift' | 'stop';

export interface OpenTransaction {
  transactionId: number;
  beganAt: number;
  register: Register;
}

export interface SignedReading {
  seq: number;
  energyWh: number;
  endedAt: number;
  cost: bigint;
}

/** All times unix seconds, all energies Wh. */
export interface Session {
  plan: Plan;
  phase: Phase;
  idTag: string | null;
  handedOverAt: number | null;
  connected: boolean;
  /** When the box dialled in last. */
  connectedAt: number;
  connectorStatus: ConnectorStatus | null;
  transaction: OpenTransaction | null;
  /** Energy of the booking's earlier transactions. */
  doneWh: number;
  beganAt: number | null;
  /** The meter's own registers in Wh at begin and end; only their salted commitment leaves the agent. */
  registers: { beginWh: number; endWh: number } | null;
  /** When energy or time was last billed. */
  billedUntil: number;
  powerW: number;
  pause: Pause;
  stopCause: StopCause | null;
  unpluggedAt: number | null;
  nextSeq: number;
  lastReading: SignedReading | null;
  cosigned: Cosigned | null;
  /** When the last wish of each kind was sent to the box: for patience and repeats. */
  askedAt: { start: number; limit: number; stop: number };
  /** How the box took the last wish to start. */
  startAnswer: Answer | null;
  stopRefusedAt: number | null;
  stoppedAt: number | null;
  /** How firmly the ledger has the booking (rule 20). */
  trust: Trust;
}

/** A reading's quantities as the session decides them; evidence and registers are added when it is signed. */
export interface ReadingFacts {
  seq: number;
  energyWh: number;
  beganAt: number;
  endedAt: number;
  overstaySec: number;
  isFinal: boolean;
}

/** Everything that can happen to a session. `at` is the agent's clock; `boxAt` the wallbox's, already judged. */
export type SessionEvent = { at: number } & (
  | { type: 'handedOver'; idTag: string }
  | { type: 'connection'; connected: boolean }
  | { type: 'connectorStatus'; status: ConnectorStatus }
  | { type: 'transactionStarted'; transactionId: number; meterStartWh: number; boxAt: number | null }
  | {
      type: 'metered';
      transactionId: number;
      registerWh: number | null;
      powerW: number | null;
      boxAt: number | null;
    }
  | {
      type: 'transactionStopped';
      transactionId: number;
      meterStopWh: number;
      reason: string | null;
      boxAt: number | null;
    }
  | { type: 'cosigned'; seq: number; energyWh: number; endedAt: number; cost: bigint }
  | { type: 'stopAsked' }
  | { type: 'answered'; wish: Asked; answer: Answer }
  | { type: 'tick' }
  | { type: 'ledgerEnded' }
  | { type: 'ledgerLost' }
  | { type: 'trust'; trust: Trust }
);

/** What the agent has to do for a session. Wishes may get lost; the session repeats them. */
export type Effect =
  | { do: 'remoteStart'; idTag: string }
  | { do: 'limit'; transactionId: number; limitA: 0 | null }
  | { do: 'remoteStop'; transactionId: number }
  | { do: 'reading'; facts: ReadingFacts }
  | { do: 'note'; anomaly: RegisterAnomaly; registerWh: number };

export interface Step {
  session: Session;
  effects: Effect[];
}
