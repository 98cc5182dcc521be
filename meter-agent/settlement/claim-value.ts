import { FLAG, PHASE, unpackClaim } from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { StoredReading } from '../journal/journal.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import { type Moment, windowEnd } from './next-action.ts';

/** The contracts' limit of the fee: a fifth of the cap. */
const NOSHOW_CAP_DIVISOR = 5n;
/** The last part of a window, in which an unfinished call is at risk. */
const RISK_PART = 0.2;

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * The amount that a call is about, in token units: what the host receives if it is not contested, or the driver gets
 * back.
 */
export function claimValue(
  action: SettlementAction,
  fact: BookingFact,
  moment: Moment,
  newest: StoredReading | undefined,
  own: StoredReading | undefined,
): bigint {
  const { booking, terms, head } = moment;
  const { cap, unsignedCost, firstUnsignedCost } = booking.money;
  const costOf = (stored: StoredReading | undefined) =>
    stored === undefined ? 0n : costRoundedDown(terms.tariff, stored.reading, cap);
  /** Above what both signed, no more than the unsigned limit (rule 1). */
  const bounded = (cost: bigint) =>
    smaller(cost, head.cosignedCost + (head.cosignedEnergyWh === 0n ? firstUnsignedCost : unsignedCost));
  const claimed = () => {
    const { energyWh, beganAt, endedAt, overstaySec } = unpackClaim(fact.state.claim);
    const [wh, began, ended, overstay] = [energyWh, beganAt, endedAt, overstaySec].map(Number);
    const usage = { energyWh: wh ?? 0, beganAt: began ?? 0, endedAt: ended ?? 0, overstaySec: overstay ?? 0 };
    return bounded(costRoundedDown(terms.tariff, usage, cap));
  };
  const noShowFee = smaller(terms.bookingTerms.noshowFee, cap / NOSHOW_CAP_DIVISOR);
  switch (action) {
    case 'settle':
    case 'claim':
      return costOf(newest);
    case 'claimAlone':
      return bounded(costOf(own));
    case 'claimNoShow':
      return noShowFee;
    case 'prove':
      return claimed();
    case 'expire':
      return cap;
    case 'finalise':
      if ((head.flags & FLAG.NO_SHOW) !== 0n) return noShowFee;
      return (head.flags & FLAG.AGENT_ALONE) !== 0n && head.phase === PHASE.CLAIMED
        ? claimed()
        : head.cosignedCost;
  }
}

/** Whether the window of a call that could not be sent so far is nearly over; its end in unix seconds. */
export function deadlineRisk(action: SettlementAction, moment: Moment): { isNear: boolean; endsAt: number } {
  const { head, windows, headSec } = moment;
  const { reportSec, challengeSec, proofSec } = windows;
  const lengthSec =
    head.phase === PHASE.RESERVED ? reportSec : head.phase === PHASE.CLAIMED ? challengeSec : proofSec;
  const endsAt = windowEnd(moment);
  // Anyone may close a booking that is over, at any time.
  const isLasting = action === 'finalise' || action === 'expire';
  return { isNear: !isLasting && headSec >= endsAt - Math.floor(lengthSec * RISK_PART), endsAt };
}
