import type { Hex } from 'viem';
import { type Coded, type CodedParams, isCodedBy, type ParamKinds } from './codes.ts';
import { BLOCK_REASONS, type PauseReason } from './session.ts';

/** Whom a notice is for. */
export const AUDIENCES = ['driver', 'host', 'both'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Why a meter's signed records do not support a session's energy. */
export const METER_FLAGS = [
  'UNREADABLE', // a signed value is no OCMF record
  'SIGNATURE', // missing, or by another key than the registered one
  'ID_TAG', // a record was made under another identification
  'METER_ERROR', // a record carries the meter's own error flag
  'TIME', // a record's synchronised clock shows a time outside of the booking's
  'PAGINATION', // a record is older than one that came before
  'NO_TOTAL', // a record has no total register
  'REGISTER', // the records show another energy than the charge point reported
  'MISSING', // no record covers the energy
] as const;
export type MeterFlag = (typeof METER_FLAGS)[number];

/** Why a meter value that came is not counted. */
export const UNUSABLE_REASONS = [
  'TRANSACTION', // it names a transaction that is not this charge point's
  'PHASE', // a register of a single phase
  'LOCATION', // measured elsewhere than at the outlet
  'UNIT', // a unit that is none of energy
  'NUMBER', // no number
  'REGISTER', // more than can have flowed, or less than before
] as const;
export type UnusableReason = (typeof UNUSABLE_REASONS)[number];

/** The market's functions that an agent calls for a booking. */
export const SETTLEMENT_ACTIONS = [
  'settle',
  'settleAlone',
  'claim',
  'claimAlone',
  'claimNoShow',
  'prove',
  'finalise',
  'expire',
] as const;
export type SettlementAction = (typeof SETTLEMENT_ACTIONS)[number];

interface NoticeSpec {
  to: Audience;
  /** Somebody should act on it or know it at once. */
  isSerious?: true;
  params: ParamKinds;
}

const WITH_AMOUNT = { amount: 'amount' } as const;
const WITH_ERROR = { errorCode: 'word' } as const;
/** The charge point's own word for its answer; `NoAnswer` where none came. */
const WITH_ANSWER = { answer: 'word' } as const;
const NO_POWER = { noPowerMin: 'minutes' } as const;

/** All notices: whom each is for, whether it is serious, and its parameters. The messages are in `messages/`. */
export const NOTICES = {
  PAUSED_UNSIGNED: { to: 'driver', params: {} },
  PAUSED_UNCONFIRMED: { to: 'driver', params: {} },
  PAUSED_METER_SILENT: { to: 'both', params: {} },
  PAUSED_SITE_LIMIT: { to: 'both', params: {} },
  PAUSED_ADJACENT_BOOKING: { to: 'driver', params: {} },
  RESUMED: { to: 'driver', params: {} },
  /** Follows PAUSED_METER_SILENT: the value that came, and why it does not count. */
  METER_NOT_BELIEVED: { to: 'both', params: { reason: UNUSABLE_REASONS, value: 'quote' } },

  START_REFUSED: { to: 'both', isSerious: true, params: WITH_ANSWER },
  START_NOT_BEGUN: { to: 'both', isSerious: true, params: { ...WITH_ANSWER, status: 'word' } },
  CARD_REFUSED: { to: 'host', params: {} },

  /** The wallbox begins after a random time, as a law demands it. */
  START_DELAYED: { to: 'both', params: { latestAt: 'time' } },
  SUSPENDED_EV: { to: 'both', params: NO_POWER },
  SUSPENDED_EVSE: { to: 'both', params: NO_POWER },
  NO_POWER: { to: 'both', params: NO_POWER },
  /** The charge point is away in a charge: its mains or its connection failed. */
  CHARGE_POINT_OFFLINE: { to: 'both', isSerious: true, params: { silentMin: 'minutes' } },
  POWER_RESTORED: { to: 'both', params: {} },
  LIMIT_EXCEEDED: { to: 'host', params: { drawnA: 'currentA', acceptedA: 'currentA' } },
  /** The wallbox gives more than its listing says: what is beyond that is not billed. */
  POWER_ABOVE_LISTED: { to: 'host', isSerious: true, params: { measuredW: 'powerW', listedW: 'powerW' } },

  UNPLUG_SOON: {
    to: 'driver',
    params: { slotEndsAt: 'time', isSlotOver: 'flag', closesAt: 'time', isOverstayPriced: 'flag' },
  },
  OVERSTAY: { to: 'both', isSerious: true, params: { closesAt: 'time', isOverstayPriced: 'flag' } },

  /** Somebody's car is at the connector before the slot begins; `leavesAt` is the end of its own booking. */
  CONNECTOR_BUSY: { to: 'both', params: { startsAt: 'time', leavesAt: 'timeOrNone' } },
  BOOKING_BLOCKED: { to: 'both', isSerious: true, params: { startsAt: 'time', reason: BLOCK_REASONS } },
  BOOKING_UNBLOCKED: { to: 'both', params: { slotEndsAt: 'time' } },

  SAFETY_STOP: { to: 'both', isSerious: true, params: WITH_ERROR },
  FAULT: { to: 'host', isSerious: true, params: WITH_ERROR },
  FAULT_CLEARED: { to: 'host', params: {} },
  /** The charge point's stop says less than its own values said before. */
  STOP_BELOW_COUNTED: { to: 'both', isSerious: true, params: { countedWh: 'energyWh', stopWh: 'energyWh' } },
  /** Values or a stop under a number that no open transaction has, and that fit none. */
  VALUES_OF_UNKNOWN_TRANSACTION: { to: 'host', params: { transactionNumber: 'word' } },
  STOP_OF_UNKNOWN_TRANSACTION: { to: 'host', isSerious: true, params: { transactionNumber: 'word' } },
  /** No fault: its records cannot be tied to a booking, so charges stay agent-signed. */
  METER_SIGNS_NO_TAG: { to: 'host', params: {} },
  METER_FLAGGED: { to: 'both', isSerious: true, params: { reason: METER_FLAGS } },

  BOOKING_MISSING: { to: 'both', params: {} },
  /** The agent was restored from a backup, and could not ask yet which reading it signed last. */
  BOOKING_RECOVERING: { to: 'both', isSerious: true, params: { backupAt: 'time' } },
  BOOKING_RECOVERED: { to: 'both', params: {} },
  /** The booking is of an older ledger: the agent closed it, and left its figures in a file. */
  BOOKING_CLOSED: { to: 'host', isSerious: true, params: {} },
  BOOKING_LOST: { to: 'both', isSerious: true, params: {} },

  SETTLE_SENT: { to: 'host', params: WITH_AMOUNT },
  SETTLE_ALONE_SENT: { to: 'both', params: WITH_AMOUNT },
  CLAIM_SENT: { to: 'host', params: WITH_AMOUNT },
  CLAIMED: { to: 'host', params: WITH_AMOUNT },
  UNILATERAL_CLAIM_SENT: { to: 'both', params: WITH_AMOUNT },
  UNILATERALLY_CLAIMED: { to: 'both', params: WITH_AMOUNT },
  NO_SHOW_SENT: { to: 'both', params: WITH_AMOUNT },
  /** The fee, which went to nobody. */
  NO_SHOW_CONTESTED: { to: 'both', params: WITH_AMOUNT },
  SLOTS_GIVEN_BACK: { to: 'both', params: { freeFrom: 'time' } },
  NO_SHOW_CLAIMED: { to: 'both', params: WITH_AMOUNT },
  PROOF_SENT: { to: 'both', params: WITH_AMOUNT },
  PROVEN: { to: 'both', params: WITH_AMOUNT },
  FINALISE_SENT: { to: 'host', params: WITH_AMOUNT },
  EXPIRE_SENT: { to: 'both', params: WITH_AMOUNT },
  /** `endedAs` is OCPI's ReservationStatus. */
  PAID: { to: 'both', params: { endedAs: 'word', ...WITH_AMOUNT } },
  CLAIM_AT_RISK: {
    to: 'host',
    isSerious: true,
    params: { action: SETTLEMENT_ACTIONS, endsAt: 'time', agentKey: 'address', ...WITH_AMOUNT },
  },
  CALL_REFUSED: { to: 'host', isSerious: true, params: { action: SETTLEMENT_ACTIONS, revert: 'quote' } },
  GAS_NEEDED: { to: 'host', isSerious: true, params: { action: SETTLEMENT_ACTIONS, agentKey: 'address' } },
  /** Of the API itself: where a webhook or push message goes did not answer for two days. */
  SUBSCRIPTION_GIVEN_UP: { to: 'host', isSerious: true, params: { endpointHost: 'word' } },
} as const satisfies Record<string, NoticeSpec> &
  Record<`PAUSED_${Exclude<PauseReason, 'BOOKING_MISSING' | 'RECOVERING'>}`, NoticeSpec>;

export type NoticeCode = keyof typeof NOTICES;
export type NoticeParams<Code extends NoticeCode> = CodedParams<(typeof NOTICES)[Code]['params']>;

/** What a notice says: a code with its own parameters. */
export type NoticeContent = { [Code in NoticeCode]: { code: Code; params: NoticeParams<Code> } }[NoticeCode];

export type AddressedNotice = NoticeContent & { to: Audience };

/** A notice of this code, for whom the code is meant unless another is named. */
export const noticeOf = <Code extends NoticeCode>(
  code: Code,
  params: NoticeParams<Code>,
  to: Audience = NOTICES[code].to,
): AddressedNotice => ({ code, params, to }) as unknown as AddressedNotice;

/** What an agent has to say to people, as it travels and is stored: the reader may not know the code yet. */
export interface Notice extends Coded {
  listingId: Hex;
  /** Null when it is about the charger and no booking. */
  bookingId: Hex | null;
  to: Audience;
  at: number;
}

const SPECS: Readonly<Record<string, NoticeSpec>> = NOTICES;
const KINDS = Object.fromEntries(Object.entries(SPECS).map(([code, { params }]) => [code, params]));

/** Whether this version knows a notice's code and parameters: not those of newer and older agents. */
export const isKnownNotice = (notice: Coded): notice is NoticeContent => isCodedBy(KINDS, notice);

export const isSerious = ({ code }: Pick<Notice, 'code'>): boolean =>
  Object.hasOwn(SPECS, code) && SPECS[code]?.isSerious === true;
