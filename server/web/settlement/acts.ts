import type { Booking } from '../../../protocol/booking.ts';
import { forfeit as forfeitOf, lateFee, noshowFee } from '../../../protocol/bounds.ts';
import { claimValuesOf } from '../../../protocol/claimValues.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Reading } from '../../../protocol/reading.ts';
import {
  type BookingTimes,
  bookingTimes,
  challengeEnd,
  type MarketWindows,
  proofEnd,
} from '../../../protocol/slots.ts';
import {
  type BookingStateStruct,
  isUnclaimed,
  packHead,
  STATE,
  sinceOf,
  stateName,
  unpackClaim,
  unpackHead,
} from '../../../protocol/state.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { min } from '../../../protocol/units.ts';

/** What the page knows of an open booking: all of it from the ledger but the reading, which this device signed. */
export interface OpenBooking {
  booking: Booking;
  state: BookingStateStruct;
  bookedAt: number;
  windows: MarketWindows;
  /** Constants of the market, token units. */
  money: { bondMax: bigint; forfeitMin: bigint };
  /** The newest reading that both signed and this device holds. */
  cosigned?: Reading | undefined;
}

/** Money as the booking would end by now or at its deadline, token units. `lost`: what a lost challenge costs beside it. */
export interface Outlook {
  paid: bigint;
  lost: bigint;
  refunded: bigint;
}

/** A call that the ledger takes now: until when (unix seconds; undefined: for ever), and what it comes to. */
export type Act = { until: number | undefined } & (
  | { name: 'cancelByDriver'; isLate: boolean; outlook: Outlook }
  /** `contradicts`: a no-show claim stands; then the fee goes to nobody. */
  | { name: 'arrived'; contradicts: boolean; fee: bigint }
  /** Settles at once by a final reading that both signed. */
  | { name: 'settle'; outlook: Outlook }
  /** A reading that is not final: what the booking then pays at its deadline. */
  | { name: 'claim'; outlook: Outlook }
  /** `atStake` is lost at most if the meter proves the claim; `back` comes back at most if it does not. */
  | { name: 'challenge'; atStake: bigint; back: bigint; claimed: bigint }
  | { name: 'finalise'; isContested: boolean; outlook: Outlook }
  | { name: 'expire'; outlook: Outlook }
);
export type ActName = Act['name'];

export const timesOfOpen = ({ booking, bookedAt, windows }: OpenBooking): BookingTimes =>
  bookingTimes({ ...booking, bookedAt }, fromTermsStruct(booking.terms).bookingTerms, windows);

/** When what stands now ends by itself (unix seconds): a claim or challenge by its window, silence by `reportBy`. */
export function deadlineOf(open: OpenBooking): number {
  const { closes, reportBy } = timesOfOpen(open);
  if (isUnclaimed(open.state)) return reportBy;
  const end = stateName(open.state) === 'CHALLENGED' ? proofEnd : challengeEnd;
  return end(sinceOf(open.state), closes, open.windows);
}

const bondOf = ({ booking, money }: OpenBooking): bigint => min(booking.money.unsignedCost, money.bondMax);

/** What an open booking holds of the driver's money: the cap and the bond. */
export const lockedIn = (open: OpenBooking): bigint => open.booking.money.cap + bondOf(open);

const outlookWith = (open: OpenBooking, paid: bigint, lost = 0n): Outlook => ({
  paid,
  lost,
  refunded: lockedIn(open) - paid - lost,
});

const noShowFeeOf = ({ booking }: OpenBooking): bigint =>
  noshowFee(fromTermsStruct(booking.terms).bookingTerms.noshowFee, BigInt(booking.slotCount));

/** What the driver pays if nothing more happens until the deadline. */
export function outlookOf(open: OpenBooking): Outlook {
  const { booking, state } = open;
  switch (stateName(state)) {
    case 'RESERVED':
    case 'ARRIVED':
      return outlookWith(open, 0n);
    case 'NO_SHOW_CLAIMED':
    case 'CONTESTED':
      return outlookWith(open, noShowFeeOf(open));
    case 'CLAIMED':
      return outlookWith(open, claimValuesOf(booking, state).cosignedCost);
    case 'CLAIMED_ALONE':
      return outlookWith(open, claimValuesOf(booking, state).claimedCost);
    case 'CHALLENGED':
      return outlookWith(open, claimValuesOf(booking, state).challengedCost);
  }
}

/** What a lost challenge costs beside the claim (rule 7). */
function atStakeOf(open: OpenBooking): bigint {
  const { claimedCost, cosignedCost } = claimValuesOf(open.booking, open.state);
  return forfeitOf(claimedCost - cosignedCost, open.money.forfeitMin, bondOf(open));
}

/** Whether this very reading was challenged: who signs for it has lost the challenge. */
function concedes({ state }: OpenBooking, reading: Reading): boolean {
  if (stateName(state) !== 'CHALLENGED') return false;
  const claim = unpackClaim(state.claim);
  return (
    claim.seq === BigInt(reading.seq) &&
    claim.energyWh === BigInt(reading.energyWh) &&
    claim.beganAt === BigInt(reading.beganAt) &&
    claim.endedAt === BigInt(reading.endedAt) &&
    claim.overstaySec === BigInt(reading.overstaySec)
  );
}

/** The state after a co-signed reading that is not final was shown at `nowSec`; undefined where it is not newer. */
export function stateAfterClaim(
  { state }: OpenBooking,
  reading: Reading,
  nowSec: number,
): BookingStateStruct | undefined {
  const head = unpackHead(state.head);
  const name = stateName(state);
  const stands = name === 'CLAIMED' || name === 'CLAIMED_ALONE' || name === 'CHALLENGED';
  if (stands && BigInt(reading.seq) <= head.cosignedSeq) return undefined;
  const outlives = name === 'CLAIMED_ALONE' && BigInt(reading.seq) >= unpackClaim(state.claim).seq;
  return {
    head: packHead({
      name: !stands || outlives ? STATE.CLAIMED : STATE[name],
      since: stands ? head.since : BigInt(nowSec),
      cosignedSeq: BigInt(reading.seq),
      cosignedWh: BigInt(reading.energyWh),
      cosignedSec: BigInt(reading.endedAt - reading.beganAt),
      cosignedOverstaySec: BigInt(reading.overstaySec),
      raisedCost: head.raisedCost,
    }),
    claim: state.claim,
  };
}

/** Acts with the reading that this device holds: it ends the booking if it is final, else it claims. */
function actsOfReading(open: OpenBooking, nowSec: number): Act[] {
  const { booking, state, cosigned } = open;
  if (cosigned === undefined) return [];
  const { opens } = timesOfOpen(open);
  const until = deadlineOf(open);
  if (nowSec >= until || (isUnclaimed(state) && nowSec < opens)) return [];
  if (cosigned.isFinal) {
    const { tariff } = fromTermsStruct(booking.terms);
    const lost = concedes(open, cosigned) ? atStakeOf(open) : 0n;
    const paid = costRoundedDown(tariff, cosigned, booking.money.cap);
    return [{ name: 'settle', until, outlook: outlookWith(open, paid, lost) }];
  }
  const next = stateAfterClaim(open, cosigned, nowSec);
  return next === undefined ? [] : [{ name: 'claim', until, outlook: outlookOf({ ...open, state: next }) }];
}

function actsBeforeClaim(open: OpenBooking, nowSec: number): Act[] {
  const { opens, freeUntil, reportBy } = timesOfOpen(open);
  const isReserved = stateName(open.state) === 'RESERVED';
  const { bookingTerms } = fromTermsStruct(open.booking.terms);
  const acts: Act[] = [];
  if (isReserved && nowSec < opens) {
    const isLate = nowSec >= freeUntil;
    const fee = isLate ? lateFee(bookingTerms.noshowFee, BigInt(open.booking.slotCount)) : 0n;
    const until = isLate ? opens : freeUntil;
    acts.push({ name: 'cancelByDriver', until, isLate, outlook: outlookWith(open, fee) });
  }
  if (isReserved && nowSec >= opens && nowSec < reportBy)
    acts.push({ name: 'arrived', until: reportBy, contradicts: false, fee: noShowFeeOf(open) });
  if (nowSec >= reportBy) acts.push({ name: 'expire', until: undefined, outlook: outlookWith(open, 0n) });
  return acts;
}

function actsInWindow(open: OpenBooking, nowSec: number): Act[] {
  const name = stateName(open.state);
  const until = deadlineOf(open);
  if (nowSec >= until) {
    const isContested = name === 'CONTESTED';
    return [{ name: 'finalise', until: undefined, isContested, outlook: outlookOf(open) }];
  }
  if (name === 'NO_SHOW_CLAIMED')
    return [{ name: 'arrived', until, contradicts: true, fee: noShowFeeOf(open) }];
  if (name !== 'CLAIMED_ALONE') return [];
  const { claimedCost, unchallengedCost } = claimValuesOf(open.booking, open.state);
  if (claimedCost <= unchallengedCost) return [];
  const back = claimedCost - unchallengedCost;
  return [{ name: 'challenge', until, atStake: atStakeOf(open), back, claimed: claimedCost }];
}

/**
 * What the driver can do on the ledger at `nowSec` (unix seconds), by its rules alone: docs of the contracts'
 * interfaces, and the table of states. The tests hold this against the reference model and a real ledger.
 */
export function openActs(open: OpenBooking, nowSec: number): Act[] {
  const acts = isUnclaimed(open.state) ? actsBeforeClaim(open, nowSec) : actsInWindow(open, nowSec);
  return [...acts, ...actsOfReading(open, nowSec)];
}
