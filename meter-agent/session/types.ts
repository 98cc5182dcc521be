import type { Address, Hex } from 'viem';
import type { AddressedNotice, UnusableReason } from '../../protocol/notices.ts';
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

/** An earlier number of a transaction: the charge point began again under another before it sent a stop. */
export interface EarlierNumber {
  transactionId: number;
  /** Its register counts up to here, Wh. */
  lastWh: number;
  /** The register at which the next number began. What is between the two counts once this number shows it. */
  nextStartWh: number;
}

export interface OpenTransaction {
  /** The number that commands name: the charge goes on under it. */
  transactionId: number;
  beganAt: number;
  /** When it began by the charge point's clock; null where that shows no usable time. */
  beganOwnAt: number | null;
  register: Register;
  earlier: EarlierNumber[];
}

export interface SignedReading {
  seq: number;
  energyWh: number;
  endedAt: number;
  overstaySec: number;
  cost: bigint;
}

/** The time within which a charge point that may give power begins to, as a law demands it. Times in unix seconds. */
export interface RandomDelay {
  since: number;
  /** The latest end. */
  latestAt: number;
  /** Recognised by what the charge point does, not known beforehand. */
  isSeen: boolean;
  isNotified: boolean;
}

/** A booking of a journal that was restored from a backup. */
export interface Recovery {
  /** When the backup was made. */
  backupAt: number;
  /** Since when ledger and API have to be asked what was signed since then; null once both have answered. */
  waitsSince: number | null;
  isNotified: boolean;
  /** The newest reading that the lost journal had signed, as far as it is known: figures do not go below it. */
  seq: number | null;
  energyWh: number;
  overstaySec: number;
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
  /** When it changed last. */
  connectorStatusAt: number;
  transaction: OpenTransaction | null;
  /** Energy of the booking's earlier transactions. */
  doneWh: number;
  /** Energy that was counted above what the charge point's own stops say: never claimed by the agent alone. */
  aboveStopWh: number;
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
  /** The last meter value that does not count, until one does. */
  unusable: { reason: UnusableReason; value: string } | null;
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
  /**
   * Since when a start that was requested is awaited (0: it is not), how often in a row it was refused, the charge
   * point's own word for its last answer, and how many charges it ended as soon as they began.
   */
  starting: { since: number; refusals: number; answer: string | null; aborted: number };
  stopRefusedAt: number | null;
  stoppedAt: number | null;
  /** Whether the ledger may still lose the booking (rule 20). */
  finality: Finality;
  /** The longest random delay of the charge point, in s, as configuration or charge point name it; 0: none named. */
  randomDelayMaxSec: number;
  randomDelay: RandomDelay | null;
  /** Time of earlier delays, in s: it is not billed. */
  unbilledSec: number;
  /** What a restored journal does not know of the booking; null where it was not restored. */
  recovery: Recovery | null;
  /** Notices already sent, so that each is sent once. */
  notified: {
    pause: Exclude<PauseReason, 'BOOKING_MISSING' | 'RECOVERING'> | null;
    noPower: boolean;
    startDelayed: boolean;
    reminders: number;
    connectorBusy: number;
    startRefused: boolean;
    startNotBegun: boolean;
    /** Consecutive values above the listed power, up to those that prove it. */
    aboveListed: number;
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
