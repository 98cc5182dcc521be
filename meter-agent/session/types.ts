import type { Address, Hex } from 'viem';
import type { AddressedNotice } from '../../protocol/notices.ts';
import type { BlockReason, PauseReason, StopCause } from '../../protocol/session.ts';
import type { BookingTimes } from '../../protocol/slots.ts';
import type { ConnectorStatus } from '../drivers/charge-point-events.ts';
import type { Answer, Reservation } from '../drivers/driver.ts';
import type { Finality } from './booking-facts.ts';
import type { Cosigned, Limits } from './money.ts';
import type { Register, RegisterAnomaly } from './register.ts';

/** The terms that the ledger fixed for a booking, and where it charges. Only its times change, if it is booked again. */
export interface Plan {
  bookingId: Hex;
  listingId: Hex;
  chargePointId: string;
  connectorId: number;
  driver: Address;
  sessionKey: Address;
  limits: Limits;
  maxPowerW: number;
  /** The connector's own limit, in A per phase. */
  fullCurrentA: number;
  /** Interval of the charge point's meter values. */
  sampleSec: number;
  times: BookingTimes;
}

/**
 * BOOKED: start secret not received yet. STARTING: start secret received, no transaction open. CHARGING: one is open.
 * STOPPING: waits for StopTransaction. UNPLUGGING: ended, the car is still there and overstay has a price. FINAL: the
 * final reading is made. ENDED: ended on the ledger.
 */
export type Phase = 'BOOKED' | 'STARTING' | 'CHARGING' | 'STOPPING' | 'UNPLUGGING' | 'FINAL' | 'ENDED';

/** All in A per phase. */
export interface Current {
  /** This session's share of the site; null where the site has no limit. */
  shareA: number | null;
  /** The limit that the charge point accepted last for the transaction; null: none yet. */
  acceptedA: number | null;
  /** A limit accepted before the connection was lost may be forgotten. */
  isUnsure: boolean;
  /** The charge point does not accept limits above 0 A: its current cannot be controlled. */
  isRefused: boolean;
  /** It does not accept 0 A either: its transaction is ended instead, and started again. */
  isPausedByStop: boolean;
  /** The current it draws above its accepted limit, by its meter. Null: it complies. */
  drawnA: number | null;
  /** Consecutive values above the limit: how many, since when (unix seconds), and the largest. */
  over: { since: number; values: number; mostA: number } | null;
}

/** A connector reserved under a tag that nobody knows, so that no card can take it before the driver comes. */
export interface ConnectorReservation extends Reservation {
  state: 'asked' | 'held' | 'cancelling' | 'over';
}

/** A start that was authorized in advance. */
export interface AuthorizedStart {
  idTag: string;
  /** The guest's card (RFID uid) that begins it; null: it begins with its slot, as the previous session goes on. */
  rfidUid: string | null;
}

/** Commands that the charge point answers. */
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
  overstaySec: number;
  cost: bigint;
}

/** All times unix seconds, all energies Wh. */
export interface Session {
  plan: Plan;
  phase: Phase;
  idTag: string | null;
  startSecretReceivedAt: number | null;
  /** When the charge point first reported a cable after the start: before it, the agent signs no reading (rule 1). */
  cableSeenAt: number | null;
  /** The host lets the driver go without a charge: the agent signs a final reading of zero. */
  isWaived: boolean;
  authorizedStart: AuthorizedStart | null;
  connected: boolean;
  /** When the charge point connected last. */
  connectedAt: number;
  connectorStatus: ConnectorStatus | null;
  transaction: OpenTransaction | null;
  /** Energy of the booking's earlier transactions. */
  doneWh: number;
  beganAt: number | null;
  /** The meter's registers in Wh at begin and end; only their salted commitment leaves the agent. */
  registers: { beginWh: number; endWh: number } | null;
  /** When energy or time was last billed. */
  billedUntil: number;
  powerW: number;
  /** When power flowed last, and when the last meter value came. */
  flowedAt: number;
  meteredAt: number;
  /**
   * Energy that may have flowed unmetered: watt-seconds up to `from`, and what the charge point can deliver since
   * then.
   */
  unmetered: { carriedWs: number; from: number };
  current: Current;
  pause: { reason: PauseReason; since: number } | null;
  /** Another booking occupies the connector until then. */
  adjacentBookingUntil: number | null;
  reservation: ConnectorReservation | null;
  blocked: { reason: BlockReason; since: number; until: number | null } | null;
  /** The same driver's next booking goes on here: the car may stay. */
  isFollowed: boolean;
  stopCause: StopCause | null;
  unpluggedAt: number | null;
  nextSeq: number;
  lastReading: SignedReading | null;
  isFinalMade: boolean;
  /** Since when nothing of the session can grow any more: its end waits for the driver's signature. */
  endedSince: number | null;
  cosigned: Cosigned | null;
  /** The newest raise of what the driver allows, in token units; 0: none. */
  raisedCost: bigint;
  /** When the last command of each kind was sent to the charge point: for timeouts and repeats. */
  askedAt: {
    start: number;
    limit: number;
    limitA: number | null;
    stop: number;
    reservation: number;
    meter: number;
  };
  /** How the charge point answered the last start request. */
  startAnswer: Answer | null;
  stopRefusedAt: number | null;
  stoppedAt: number | null;
  /** Whether the ledger may still lose the booking (rule 20). */
  finality: Finality;
  /** Notices already sent, so that each is sent once. */
  notified: {
    pause: Exclude<PauseReason, 'BOOKING_MISSING'> | null;
    noPower: boolean;
    reminders: number;
    connectorBusy: number;
  };
}

/** A reading's quantities as the session determines them; evidence and registers are added when it is signed. */
export interface ReadingFacts {
  seq: number;
  energyWh: number;
  beganAt: number;
  endedAt: number;
  overstaySec: number;
  isFinal: boolean;
}

/** Comes from outside, from where more than one session is seen. */
export type ExternalEvent =
  | { type: 'share'; shareA: number | null }
  | { type: 'adjacentBooking'; until: number | null }
  | { type: 'reservable'; reservationId: number; idTag: string }
  | { type: 'blocked'; reason: BlockReason }
  | { type: 'unblocked' }
  | { type: 'connectorBusy'; leavesAt: number | null }
  | { type: 'followed' };

/**
 * Everything that can happen to a session. `at` is the agent's clock; `chargePointTime` the charge point's, already
 * checked.
 */
export type SessionEvent = { at: number } & (
  | { type: 'startAuthorized'; authorizedStart: AuthorizedStart }
  /** `isStartedByRfid`: the charge point itself asked, for a card that was shown. */
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
      /** The largest of its phases. */
      currentA?: number | null;
      chargePointAt: number | null;
    }
  | {
      type: 'transactionStopped';
      transactionId: number;
      /** Null: the charge point did not report it. */
      meterStopWh: number | null;
      reason: string | null;
      chargePointAt: number | null;
    }
  | ({ type: 'cosigned' } & Omit<Cosigned, 'overstaySec'> & Partial<Pick<Cosigned, 'overstaySec'>>)
  /** The driver allows more without a co-signature, in token units. */
  | { type: 'allowed'; cost: bigint }
  | { type: 'stopAsked' }
  /** By the host. */
  | { type: 'waived' }
  /** The ledger booked it again, in another block. */
  | { type: 'rebooked'; times: BookingTimes }
  | { type: 'answered'; command: CommandName; answer: Answer }
  | { type: 'answered'; command: 'limit'; limitA: number; answer: Answer }
  | ExternalEvent
  | { type: 'tick' }
  | { type: 'ledgerEnded' }
  | { type: 'ledgerLost' }
  | { type: 'finality'; finality: Finality }
);

/** A notice for driver and host. */
export type Notification = { do: 'notify' } & AddressedNotice;

/** Commands to the charge point. They may get lost; the session repeats them. */
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
