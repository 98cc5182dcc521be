import { energyLimitWh } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { Reading } from '../../protocol/reading.ts';
import type { StoredReading } from '../journal/journal.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import { SIGNATURE_WAIT_SEC } from '../session/review.ts';
import { allowedOf, aloneValue } from './claim-value.ts';
import { type Moment, momentOf, windowEnd } from './moment.ts';

/** What the agent can claim without the driver. */
export interface UnilateralFacts {
  /** The final reading, signed by the agent alone, where the start secret is known. */
  final: Reading | undefined;
  /** Since when it waits for the driver's signature, unix seconds. */
  endedSince: number;
  /** The driver's newest raise of what is allowed, in token units; 0: none. */
  raisedCost: bigint;
  /** No cable was seen, no reading made, and the connector is free and in order. */
  isAbsent: boolean;
  /** The meter signed begin and end of this booking. */
  hasProof: boolean;
  /** The host revoked the agent key: its signature alone has no effect above what is allowed (rule 21). */
  isRevoked: boolean;
}

/** The part of its window after which the agent claims (rule 31); the rest is left for the ledger's own delays. */
const CLAIM_PART = 0.25;

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
  const isOpen = headSec < windowEnd(moment);
  // From then on the ledger accepts no report: a deadline decides.
  if (!isOpen) return moment.isUnclaimed ? 'expire' : 'finalise';
  if (headSec < moment.times.opens) return undefined;
  if (newest?.reading.isFinal) return 'settle';
  if (maySettleAlone(moment, claim)) return 'settleAlone';
  return moment.isUnclaimed
    ? actionForUnclaimed(moment, newest, claim)
    : actionForClaimed(moment, newest, claim);
}

/** A booking without a report: the co-signed reading goes first, the agent's claim alone raises it afterwards. */
function actionForUnclaimed(
  moment: Moment,
  newest: StoredReading | undefined,
  claim: UnilateralFacts,
): SettlementAction | undefined {
  const { booking, terms, times, windows, headSec } = moment;
  if (headSec >= times.closes + Math.floor(windows.reportSec * CLAIM_PART)) {
    const cost = newest && costRoundedDown(terms.tariff, newest.reading, booking.money.cap);
    if (cost !== undefined && cost > 0n) return 'claim';
    if (mayClaimAlone(moment, claim)) return 'claimAlone';
  }
  // The ledger would accept it earlier; but a driver who comes late in the slot is still served. Where the driver said
  // to be there, nobody gets the fee.
  const from = Math.max(times.noShowFrom, times.end);
  const wasHere = newest !== undefined || claim.final !== undefined;
  if (wasHere || !claim.isAbsent || claim.isRevoked || headSec < from) return undefined;
  return terms.bookingTerms.noshowFee > 0n ? 'claimNoShow' : undefined;
}

function actionForClaimed(
  moment: Moment,
  newest: StoredReading | undefined,
  claim: UnilateralFacts,
): SettlementAction | undefined {
  const { name, times, head, windows, headSec } = moment;
  // Somebody claimed an older reading than the newest co-signed one, or a no-show: it is replaced once no newer can come.
  const isNoShow = name === 'NO_SHOW_CLAIMED' || name === 'CONTESTED';
  const isNews = newest !== undefined && (isNoShow || newest.reading.seq > head.cosignedSeq);
  if (isNews && headSec >= times.closes) return 'claim';
  if (name === 'CHALLENGED') return mayProve(moment) && claim.hasProof ? 'prove' : undefined;
  // An early claim ends with its own window.
  const raiseFrom = times.closes + Math.floor(Math.min(windows.reportSec, windows.challengeSec) * CLAIM_PART);
  return headSec >= raiseFrom && mayClaimAlone(moment, claim) ? 'claimAlone' : undefined;
}

/** All records are sent at once: sent again, they would prove nothing more. A proof raises energy only. */
const mayProve = ({ claim, head }: Moment): boolean =>
  claim.bestProofWh === 0n && claim.energyWh > head.cosignedWh;

/** The driver had ten minutes to sign, and allowed what the final reading costs (rule 4). */
function maySettleAlone(moment: Moment, claim: UnilateralFacts): boolean {
  const { final, endedSince, raisedCost } = claim;
  const { booking, terms, name, headSec } = moment;
  if (final === undefined || name === 'NO_SHOW_CLAIMED' || name === 'CONTESTED') return false;
  if (headSec < endedSince + SIGNATURE_WAIT_SEC || !isAccepted(final, moment)) return false;
  return costRoundedDown(terms.tariff, final, booking.money.cap) <= allowedOf(booking, raisedCost);
}

/**
 * Whether the ledger accepts the final reading with the agent's signature alone, and it pays more than the co-signed
 * one.
 */
function mayClaimAlone(moment: Moment, claim: UnilateralFacts): boolean {
  const { name, times, values, headSec } = moment;
  const { final, isRevoked } = claim;
  const isFirst = moment.claim.endedAt === 0n;
  if (final === undefined || isRevoked || !isFirst || headSec >= times.reportBy) return false;
  if (!(moment.isUnclaimed || name === 'CLAIMED') || !isAccepted(final, moment)) return false;
  return aloneValue(moment, final, claim.raisedCost) > values.cosignedCost;
}

/** As contracts/stages/ has it: plausible (rule 5), and no part below the newest co-signed reading (rule 7). */
function isAccepted(final: Reading, { terms, times, head, isUnclaimed, headSec }: Moment): boolean {
  const { seq, energyWh, beganAt, endedAt, overstaySec } = final;
  if (beganAt < times.opens || endedAt > Math.min(times.closes, headSec) || endedAt < beganAt) return false;
  if (overstaySec > 0 && times.closes + overstaySec > headSec) return false;
  if (BigInt(energyWh) > energyLimitWh(terms.metering.maxPowerW, BigInt(endedAt - beganAt))) return false;
  if (isUnclaimed) return true;
  const isLess =
    energyWh < head.cosignedWh ||
    endedAt - beganAt < head.cosignedSec ||
    overstaySec < head.cosignedOverstaySec;
  return seq > head.cosignedSeq && !isLess;
}
