import type { UnusableReason } from '../../protocol/notices.ts';
import type { BlockReason } from '../../protocol/session.ts';
import type { BookingTimes } from '../../protocol/slots.ts';
import type { ConnectorStatus } from '../drivers/charge-point-events.ts';
import type { Answer } from '../drivers/driver.ts';
import type { Finality } from './booking-facts.ts';
import type { Cosigned } from './money.ts';
import type { AuthorizedStart, CommandName, ReadingFacts, SignedReading } from './types.ts';

/** Comes from outside, from where more than one session is seen. */
export type ExternalEvent =
  | { type: 'share'; shareA: number | null }
  | { type: 'adjacentBooking'; until: number | null }
  | { type: 'reservable'; reservationId: number; idTag: string }
  | { type: 'blocked'; reason: BlockReason }
  | { type: 'unblocked' }
  | { type: 'connectorBusy'; leavesAt: number | null }
  | { type: 'followed' }
  | { type: 'randomDelay'; maxSec: number };

/** Where a charge point puts a message among its others: its own time (unix seconds), and its own number (OCPP 2). */
interface OwnReport {
  chargePointAt: number | null;
  seqNo?: number | null;
}

/** The message named another transaction, or none: this is the only one that it can mean. */
interface MaybeMisnamed {
  isMisnamed?: boolean;
}

/** Everything that can happen to a session. `at` is the agent's clock. */
export type SessionEvent = { at: number } & (
  | { type: 'startAuthorized'; authorizedStart: AuthorizedStart }
  /** `isStartedByRfid`: the charge point itself asked, for a card that was shown. */
  | { type: 'startSecretReceived'; idTag: string; isStartedByRfid?: boolean }
  | { type: 'connection'; connected: boolean }
  | { type: 'connectorStatus'; status: ConnectorStatus }
  | { type: 'fault'; errorCode: string; status: ConnectorStatus }
  | ({ type: 'transactionStarted'; transactionId: number; meterStartWh: number } & OwnReport)
  | ({
      type: 'metered';
      transactionId: number;
      registerWh: number | null;
      powerW: number | null;
      /** The largest of its phases. */
      currentA?: number | null;
    } & OwnReport &
      MaybeMisnamed)
  /** Meter values that do not count, as the charge point wrote them. */
  | { type: 'unusable'; reason: UnusableReason; value: string }
  | ({
      type: 'transactionStopped';
      transactionId: number;
      /** Null: the charge point did not report it. */
      meterStopWh: number | null;
      reason: string | null;
    } & OwnReport &
      MaybeMisnamed)
  | ({ type: 'cosigned' } & Omit<Cosigned, 'overstaySec'> & Partial<Pick<Cosigned, 'overstaySec'>>)
  /** The driver allows more without a co-signature, in token units. */
  | { type: 'allowed'; cost: bigint }
  | { type: 'stopAsked' }
  /** By the host. */
  | { type: 'waived' }
  /** The ledger booked it again, in another block. */
  | { type: 'rebooked'; times: BookingTimes }
  | { type: 'answered'; command: Exclude<CommandName, 'start'>; answer: Answer }
  /** `word` is the charge point's own. */
  | { type: 'answered'; command: 'start'; answer: Answer; word?: string | null }
  | { type: 'answered'; command: 'limit'; limitA: number; answer: Answer }
  | ExternalEvent
  /** The journal was restored from a backup. */
  | { type: 'restored'; backupAt: number }
  /** What ledger and API hold of it. `isUntouched`: they hold nothing, and the booking has not opened yet. */
  | {
      type: 'recovered';
      isUntouched: boolean;
      /** The highest number that the ledger holds. */
      ledgerSeq: number;
      newest: (SignedReading & Pick<ReadingFacts, 'beganAt' | 'isFinal'>) | null;
      cosigned: Cosigned | null;
      isFinalMade: boolean;
    }
  | { type: 'tick' }
  | { type: 'ledgerEnded' }
  | { type: 'ledgerLost' }
  | { type: 'finality'; finality: Finality }
);
