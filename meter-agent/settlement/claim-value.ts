import type { Booking } from '../../protocol/booking.ts';
import { mayPay, noshowFee } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { Reading } from '../../protocol/reading.ts';
import { max, min } from '../../protocol/units.ts';
import type { StoredReading } from '../journal/journal.ts';
import { type Moment, windowEnd } from './moment.ts';

/** The last part of a window, in which an unfinished call is at risk. */
const RISK_PART = 0.2;

/** What the agent's final word may cost, as contracts/stages/AgentReadings.sol has it; a raise of 0 is none. */
export const allowedOf = ({ money }: Pick<Booking, 'money'>, raisedCost: bigint): bigint =>
  raisedCost === 0n ? money.allowedCost : min(money.cap, max(raisedCost, money.allowedCost));

/** What the agent's final reading alone pays if nobody challenges it. */
export function aloneValue({ booking, terms, values }: Moment, final: Reading, raisedCost: bigint): bigint {
  const { cap, unsignedCost } = booking.money;
  const { flatFee } = terms.tariff;
  const { cosignedCost } = values;
  const bound = mayPay({ allowedCost: allowedOf(booking, raisedCost), cosignedCost, unsignedCost, flatFee });
  return max(cosignedCost, min(costRoundedDown(terms.tariff, final, cap), bound));
}

/** What the agent has for a call. */
export interface Reports {
  newest: StoredReading | undefined;
  final: StoredReading | undefined;
  raisedCost: bigint;
}

/**
 * The amount that a call is about, in token units: what the host receives if it is not contested, or the driver gets
 * back.
 */
export function claimValue(action: SettlementAction, moment: Moment, reports: Reports): bigint {
  const { booking, terms, values } = moment;
  const { newest, final } = reports;
  const costOf = (stored: StoredReading | undefined) =>
    stored === undefined ? 0n : costRoundedDown(terms.tariff, stored.reading, booking.money.cap);
  switch (action) {
    case 'settle':
    case 'claim':
      return costOf(newest);
    case 'settleAlone':
      return costOf(final);
    case 'claimAlone':
      return final === undefined ? 0n : aloneValue(moment, final.reading, reports.raisedCost);
    case 'claimNoShow':
      return feeOf(moment);
    case 'prove':
      return values.claimedCost;
    case 'expire':
      return booking.money.cap;
    case 'finalise':
      return finalisedValue(moment);
  }
}

const feeOf = ({ booking, terms }: Moment): bigint =>
  noshowFee(terms.bookingTerms.noshowFee, BigInt(booking.slotCount));

/** The fee of a contested no-show goes to nobody. */
function finalisedValue(moment: Moment): bigint {
  const { name, values } = moment;
  if (name === 'NO_SHOW_CLAIMED') return feeOf(moment);
  if (name === 'CONTESTED') return 0n;
  if (name === 'CHALLENGED') return values.challengedCost;
  return name === 'CLAIMED_ALONE' ? values.claimedCost : values.cosignedCost;
}

/** Whether the window of a call that could not be sent so far is nearly over; its end in unix seconds. */
export function deadlineRisk(action: SettlementAction, moment: Moment): { isNear: boolean; endsAt: number } {
  const { name, isUnclaimed, windows, headSec } = moment;
  const { reportSec, challengeSec, proofSec } = windows;
  const lengthSec = isUnclaimed ? reportSec : name === 'CHALLENGED' ? proofSec : challengeSec;
  const endsAt = windowEnd(moment);
  // Anyone may close a booking that is over, at any time.
  const isLasting = action === 'finalise' || action === 'expire';
  return { isNear: !isLasting && headSec >= endsAt - Math.floor(lengthSec * RISK_PART), endsAt };
}
