import {
  type Booking,
  FLAG,
  fromBookingStruct,
  PHASE,
  type StateHead,
  unpackClaim,
  unpackHead,
} from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { Reading } from '../../protocol/reading.ts';
import {
  type BookingTimes,
  bookingTimes,
  challengeEnd,
  type MarketWindows,
  proofEnd,
} from '../../protocol/slots.ts';
import { fromTermsStruct, type Terms } from '../../protocol/terms.ts';
import type { StoredReading } from '../journal/journal.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';

/** What the agent can claim without the driver. */
export interface UnilateralFacts {
  /** The final reading, signed by the agent alone, where the start secret is known. */
  final: Reading | undefined;
  /** No start secret was received, and the connector is free and in order. */
  isAbsent: boolean;
  /** The meter signed begin and end of this booking. */
  hasProof: boolean;
  /** The host revoked the agent key: its signature alone has no effect (rule 21). */
  isRevoked: boolean;
}

/** The part of its window that a claim leaves the driver to co-sign the final reading. */
const CLAIM_PART = 0.75;

/** Amounts above the co-signed ones that are on the ledger already, or a claimed no-show. */
const CLAIMED_ALONE = FLAG.AGENT_ALONE | FLAG.RAISED | FLAG.NO_SHOW;

/** A booking at one block of the ledger. */
export interface Moment {
  booking: Booking;
  terms: Terms;
  times: BookingTimes;
  head: StateHead;
  bestProofWh: bigint;
  windows: MarketWindows;
  headSec: number;
}

/** The next action for a booking, if any. Pure. `headSec` is the newest block's time. */
export function nextAction(
  fact: BookingFact,
  newest: StoredReading | undefined,
  claim: UnilateralFacts,
  { windows }: Pick<LedgerFacts, 'windows'>,
  headSec: number,
): SettlementAction | undefined {
  if (fact.ended !== null) return undefined;
  const moment = momentOf(fact, windows, headSec);
  const isReserved = moment.head.phase === PHASE.RESERVED;
  const isOpen = headSec < windowEnd(moment);
  if (newest?.reading.isFinal && isOpen) return 'settle';
  // From then on the ledger accepts no report: the only action left is to return everything to the driver.
  if (isReserved) return isOpen ? actionForBooked(moment, newest, claim) : 'expire';
  return isOpen ? actionForClaimed(moment, newest, claim) : 'finalise';
}

export function momentOf(fact: BookingFact, windows: MarketWindows, headSec: number): Moment {
  const booking = fromBookingStruct(fact.booking);
  const terms = fromTermsStruct(booking.terms);
  const times = bookingTimes(booking, terms.bookingTerms, windows);
  const { bestProofWh } = unpackClaim(fact.state.claim);
  return { booking, terms, times, head: unpackHead(fact.state.head), bestProofWh, windows, headSec };
}

/** A booking without a report: the co-signed reading goes first, the agent's unilateral claim raises it afterwards. */
function actionForBooked(
  moment: Moment,
  newest: StoredReading | undefined,
  claim: UnilateralFacts,
): SettlementAction | undefined {
  const { booking, terms, times, head, windows, headSec } = moment;
  if (headSec >= times.closes + Math.floor(windows.reportSec * CLAIM_PART)) {
    const cost = newest && costRoundedDown(terms.tariff, newest.reading, booking.money.cap);
    if (cost !== undefined && cost > 0n) return 'claim';
    if (mayClaimAlone(moment, claim)) return 'claimAlone';
  }
  const wasHere = (head.flags & FLAG.ARRIVED) !== 0n || newest !== undefined || claim.final !== undefined;
  // The ledger would accept it earlier; but a driver who comes late in the slot is still served.
  const from = Math.max(times.noShowFrom, times.end);
  if (wasHere || !claim.isAbsent || claim.isRevoked || headSec < from) return undefined;
  return terms.bookingTerms.noshowFee > 0n ? 'claimNoShow' : undefined;
}

function actionForClaimed(
  moment: Moment,
  newest: StoredReading | undefined,
  claim: UnilateralFacts,
): SettlementAction | undefined {
  const { times, head, bestProofWh, windows, headSec } = moment;
  // Somebody claimed an older reading than the newest co-signed one: it is replaced once no newer can come.
  if (newest && newest.reading.seq > head.cosignedSeq && headSec >= times.closes) return 'claim';
  if (head.phase === PHASE.CHALLENGED) {
    // All records are sent at once: sent again, they would prove nothing more.
    const isContested = (head.flags & FLAG.AGENT_ALONE) !== 0n && bestProofWh === 0n;
    return isContested && claim.hasProof ? 'prove' : undefined;
  }
  // An early claim ends with its own window.
  const raiseFrom = times.closes + Math.floor(Math.min(windows.reportSec, windows.challengeSec) * CLAIM_PART);
  const isNewer = claim.final !== undefined && claim.final.seq > head.cosignedSeq;
  return headSec >= raiseFrom && isNewer && mayClaimAlone(moment, claim) ? 'claimAlone' : undefined;
}

/**
 * Whether the ledger accepts the final reading with the agent's signature alone, and it costs more than the co-signed
 * one.
 */
function mayClaimAlone(moment: Moment, { final, isRevoked }: UnilateralFacts): boolean {
  const { booking, terms, times, head, headSec } = moment;
  if (final === undefined || isRevoked || (head.flags & CLAIMED_ALONE) !== 0n) return false;
  if (headSec >= times.reportBy || !isPlausible(final, moment)) return false;
  const { cap, unsignedCost, firstUnsignedCost } = booking.money;
  const limit = head.cosignedEnergyWh === 0n ? firstUnsignedCost : unsignedCost;
  return limit > 0n && costRoundedDown(terms.tariff, final, cap) > head.cosignedCost;
}

/** Rule 5, as contracts/stages/Claims.sol has it: no more than the listed power gives, all within the booking's time. */
function isPlausible(final: Reading, { terms, times, headSec }: Moment): boolean {
  const { energyWh, beganAt, endedAt, overstaySec } = final;
  if (beganAt < times.opens || endedAt > times.closes || endedAt < beganAt) return false;
  if (overstaySec > 0 && times.closes + overstaySec > headSec) return false;
  return BigInt(energyWh) <= (terms.metering.maxPowerW * BigInt(endedAt - beganAt)) / 3_600n;
}

/** When a booking that nobody reported, a claim, or the challenge of one ends by itself (unix seconds). */
export function windowEnd({ head, times: { closes, reportBy }, windows }: Moment): number {
  if (head.phase === PHASE.RESERVED) return reportBy;
  return head.phase === PHASE.CHALLENGED
    ? proofEnd(Number(head.challengedAt), closes, windows)
    : challengeEnd(Number(head.claimedAt), closes, windows);
}
