import type { Address, Hex } from 'viem';
import type { AddressedNotice } from '../../protocol/notices.ts';
import type { BlockReason, PauseReason, StopCause } from '../../protocol/session.ts';
import type { BookingTimes } from '../../protocol/slots.ts';
import type { ConnectorStatus } from '../drivers/charge-point-events.ts';
import type { Answer, Reservation } from '../drivers/driver.ts';
import type { Finality } from './booking-facts.ts';
import type { Cosigned, Limits } from './money.ts';
import type { Register, RegisterAnomaly } from './register.ts';

/** What the ledger fixed for a booking, and where it charges. Never changes. */
export interface Plan {
  bookingId: Hex;
  listingId: Hex;
  chargePointId: string;
  connectorId: number;
  driver: Address;
  sessionKey: Address;
  limits: Limits;
  maxPowerW: number;
  /** The connector's own, in A per phase. */
  fullCurrentA: number;
  times: BookingTimes;
}

/**
 * BOOKED: nothing handed over. STARTING: start secret handed over, no transaction open. CHARGING: one is open.
 * STOPPING: waits for StopTransaction. UNPLUGGING: ended, the car still stands there and overstay has a price.
 * FINAL: the final reading is made. ENDED: the ledger is done with it.
 */
export type Phase = 'BOOKED' | 'STARTING' | 'CHARGING' | 'STOPPING' | 'UNPLUGGING' | 'FINAL' | 'ENDED';

/** All in A per phase. */
export interface Current {
  /** What the site leaves this session; null where the site has no limit. */
  shareA: number | null;
  /** What the box took last for the transaction; null: nothing yet. */
  acceptedA: number | null;
  /** What was accepted before the line was lost may be forgotten. */
  isUnsure: boolean;
  /** The box takes no limits above 0 A: it gives what it gives. */
  isRefused: boolean;
  /** It takes no 0 A either: its transaction is ended instead, and begun again. */
  isPausedByStop: boolean;
  /** It draws more than it accepted: so much, as its meter said. Null: it heeds what it accepts. */
  drawnA: number | null;
  /** Values in a row that say so, since when (unix seconds), and the most of them. */
  over: { since: number; values: number; mostA: number } | null;
}

/** A connector held under a tag that nobody knows, so that no card takes it before the driver comes. */
export interface HeldReservation extends Reservation {
  state: 'asked' | 'held' | 'cancelling' | 'over';
}

/** A start handed over ahead of its time. */
export interface AuthorizedStart {
  idTag: string;
  /** The guest's card (RFID uid) that begins it; null: it begins with its slot, as the visit before goes on. */
  rfidUid: string | null;
}

/** What the box answered to. */
export type CommandName = 'start' | 'stop' | 'reserve' | 'cancelReservation' | 'readMeter';

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
  startSecretReceivedAt: number | null;
  authorizedStart: AuthorizedStart | null;
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
  /** When power flowed last, and when the meter said anything last. */
  flowedAt: number;
  meteredAt: number;
  /** What may have flowed unseen: watt-seconds up to `from`, and whatever the box may give since then. */
  unmetered: { carriedWs: number; from: number };
  current: Current;
  pause: { reason: PauseReason; since: number } | null;
  /** Another booking has the connector until then. */
  adjacentBookingUntil: number | null;
  reservation: HeldReservation | null;
  blocked: { reason: BlockReason; since: number; until: number | null } | null;
  /** The same driver's next booking goes on here: the car may stay. */
  isFollowed: boolean;
  stopCause: StopCause | null;
  unpluggedAt: number | null;
  nextSeq: number;
  lastReading: SignedReading | null;
  isFinalMade: boolean;
  cosigned: Cosigned | null;
  /** When the last wish of each kind was sent to the box: for patience and repeats. */
  askedAt: {
    start: number;
    limit: number;
    limitA: number | null;
    stop: number;
    reservation: number;
    meter: number;
  };
  /** How the box took the last wish to start. */
  startAnswer: Answer | null;
  stopRefusedAt: number | null;
  stoppedAt: number | null;
  /** How firmly the ledger has the booking (rule 20). */
  finality: Finality;
  /** What people were told, so that they hear it once. */
  notified: {
    pause: Exclude<PauseReason, 'BOOKING_MISSING'> | null;
    noPower: boolean;
    reminders: number;
    connectorBusy: number;
  };
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

/** Said from outside, by whoever sees more than one session. */
export type ExternalEvent =
  | { type: 'share'; shareA: number | null }
  | { type: 'adjacentBooking'; until: number | null }
  | { type: 'reservable'; reservationId: number; idTag: string }
  | { type: 'blocked'; reason: BlockReason }
  | { type: 'unblocked' }
  | { type: 'connectorBusy'; leavesAt: number | null }
  | { type: 'followed' };

/** Everything that can happen to a session. `at` is the agent's clock; `boxAt` the wallbox's, already judged. */
export type SessionEvent = { at: number } & (
  | { type: 'startAuthorized'; authorizedStart: AuthorizedStart }
  /** `isStartedByRfid`: the box asked by itself, by a card that was shown. */
  | { type: 'startSecretReceived'; idTag: string; isStartedByRfid?: boolean }
  | { type: 'connection'; connected: boolean }
  | { type: 'connectorStatus'; status: ConnectorStatus }
  | { type: 'fault'; errorCode: string; status: ConnectorStatus }
  | { type: 'transactionStarted'; transactionId: number; meterStartWh: number; chargePointAt: number | null }
  | {
      type: 'metered';
      transactionId: number;
      registerWh: number | null;
      powerW: number | null;
      /** The most of its phases. */
      currentA?: number | null;
      chargePointAt: number | null;
    }
  | {
      type: 'transactionStopped';
      transactionId: number;
      /** Null: the box did not tell it. */
      meterStopWh: number | null;
      reason: string | null;
      chargePointAt: number | null;
    }
  | { type: 'cosigned'; seq: number; energyWh: number; endedAt: number; cost: bigint }
  | { type: 'stopAsked' }
  | { type: 'answered'; command: CommandName; answer: Answer }
  | { type: 'answered'; command: 'limit'; limitA: number; answer: Answer }
  | ExternalEvent
  | { type: 'tick' }
  | { type: 'ledgerEnded' }
  | { type: 'ledgerLost' }
  | { type: 'finality'; finality: Finality }
);

/** A notice for people. */
export type Notification = { do: 'notify' } & AddressedNotice;

/** What the box is asked for. Wishes may get lost; the session repeats them. */
export type Command =
  | { do: 'remoteStart'; idTag: string; limitA: number }
  | { do: 'limit'; transactionId: number; limitA: number }
  | { do: 'remoteStop'; transactionId: number }
  | { do: 'readMeter' }
  | { do: 'reserve'; reservation: Reservation }
  | { do: 'cancelReservation'; reservationId: number };

/** What the agent has to do for a session. */
export type Effect =
  | Command
  | Notification
  | { do: 'reading'; facts: ReadingFacts }
  | { do: 'note'; anomaly: RegisterAnomaly; registerWh: number };

export interface Step {
  session: Session;
  effects: Effect[];
}
