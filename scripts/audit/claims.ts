import { isAddressEqual } from 'viem';
import { type BookingStateStruct, FLAG, PHASE, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import { NO_SIGNATURE, type Reading } from '../../protocol/reading.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  expectSame,
  type MarketConstants,
} from './account-book.ts';
import type { EventOf } from './events.ts';
import {
  type BookingEvent,
  checkKeyLive,
  checkReportWindow,
  checkWindow,
  openBooking,
  requirePhase,
  subjectOf,
} from './open-bookings.ts';
import { costOf } from './payouts.ts';
import { checkReading, signerOfMessage } from './readings.ts';
import { claimOf, timesOf, withHead, wordHex } from './state.ts';

/** The driver declared to be there, which rules out a no-show claim. */
export function applyArrived(book: AccountBook, market: MarketConstants, event: EventOf<'Arrived'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  const { opens, noShowFrom } = timesOf(account, market);
  checkWindow(book, event, opens, noShowFrom);
  enter(book, account, event, { head: withHead(account.state.head, { flags: FLAG.ARRIVED }), claim: 0n });
}

/** A reading was claimed, signed by both or by the agent alone. */
export async function applyClaimed(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Claimed'>,
): Promise<void> {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const { r, vs } = event.args.sessionSignature;
  const isAlone = r === NO_SIGNATURE.r && vs === NO_SIGNATURE.vs;
  const reading = await checkReading(book, market, account, event, isAlone);
  if (isAlone) claimAlone(book, market, account, event, reading);
  else claimCosigned(book, market, account, event, reading);
  account.reading = reading;
}

/** A newer co-signed reading ends a no-show claim, and a unilateral claim that is not newer. */
function claimCosigned(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Claimed'>,
  reading: Reading,
): void {
  checkReportWindow(book, market, account, event);
  const { phase, flags, cosignedSeq } = unpackHead(account.state.head);
  const cosigned = {
    cosignedSeq: BigInt(reading.seq),
    cosignedEnergyWh: BigInt(reading.energyWh),
    cosignedCost: costOf(account, reading),
  };
  let { claim } = account.state;
  let next: Parameters<typeof withHead>[1] = cosigned;
  if (phase === PHASE.RESERVED || (flags & FLAG.NO_SHOW) !== 0n) {
    const first = { phase: PHASE.CLAIMED, claimedAt: BigInt(event.at) };
    next = { ...cosigned, ...first, flags: flags & ~FLAG.NO_SHOW };
  } else {
    checkNewer(book, event, cosignedSeq, reading);
    if ((flags & FLAG.AGENT_ALONE) !== 0n && BigInt(reading.seq) >= unpackClaim(claim).seq) {
      next = { ...cosigned, flags: flags & ~FLAG.AGENT_ALONE };
      claim = 0n;
    }
  }
  account.cosigned = reading;
  enter(book, account, event, { head: withHead(account.state.head, next), claim });
}

/**
 * A unilateral claim: once, final, plausible, in time, by a key that is not revoked. The start secret, which the
 * ledger requires, is not in the event.
 */
function claimAlone(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Claimed'>,
  reading: Reading,
): void {
  const { phase, flags, cosignedSeq } = unpackHead(account.state.head);
  const raises = phase !== PHASE.RESERVED;
  if (raises) requirePhase(book, account, event, PHASE.CLAIMED);
  if ((flags & (FLAG.NO_SHOW | FLAG.AGENT_ALONE | FLAG.RAISED)) !== 0n) {
    disagree(book, 'claim.alreadyRaised', subjectOf(event), 'the first claim by the agent alone', 'another');
  }
  const { opens, reportBy } = timesOf(account, market);
  checkWindow(book, event, opens, reportBy);
  checkKeyLive(book, account, event);
  if (raises) checkNewer(book, event, cosignedSeq, reading);
  checkPlausible(book, market, account, event, reading);
  const head = withHead(account.state.head, {
    phase: PHASE.CLAIMED,
    flags: flags | FLAG.AGENT_ALONE | (raises ? FLAG.RAISED : 0n),
    claimedAt: BigInt(event.at),
  });
  account.alone = reading;
  enter(book, account, event, { head, claim: claimOf(event.args.reading.measure) });
}

/** Rule 5: nothing outside of the booking's time, and no more energy than the listed power gives. */
function checkPlausible(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Claimed'>,
  { isFinal, beganAt, endedAt, overstaySec, energyWh }: Reading,
): void {
  const { opens, closes } = timesOf(account, market);
  const { maxPowerW } = fromTermsStruct(account.booking.terms).metering;
  const limitWh = (maxPowerW * BigInt(Math.max(endedAt - beganAt, 0))) / 3_600n;
  const rules: [string, boolean][] = [
    ['a final reading', isFinal],
    [`a session from ${opens} to ${closes}`, beganAt >= opens && endedAt <= closes],
    ['overstay that has passed', overstaySec === 0 || closes + overstaySec <= event.at],
    [`at most ${limitWh} Wh at ${maxPowerW} W`, BigInt(energyWh) <= limitWh],
  ];
  for (const [rule, isKept] of rules) {
    if (!isKept) disagree(book, 'claim.implausible', subjectOf(event), rule, 'not kept');
  }
}

/** The agent declared that the driver did not come. */
export async function applyNoShowClaimed(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'NoShowClaimed'>,
): Promise<void> {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  const { head } = account.state;
  if ((unpackHead(head).flags & FLAG.ARRIVED) !== 0n) {
    disagree(book, 'claim.driverArrived', subjectOf(event), 'a driver who did not arrive', 'arrived');
  }
  const { noShowFrom, reportBy } = timesOf(account, market);
  checkWindow(book, event, noShowFrom, reportBy);
  checkKeyLive(book, account, event);
  const { bookingId, agentSignature } = event.args;
  const { agentKey } = account.booking.terms;
  const signer = await signerOfMessage(market, 'NoShow', { bookingId }, agentSignature);
  if (signer === undefined || !isAddressEqual(signer, agentKey)) {
    disagree(book, 'claim.agentSignature', subjectOf(event), agentKey, signer ?? 'no valid signature');
  }
  const next = { phase: PHASE.CLAIMED, flags: FLAG.NO_SHOW, claimedAt: BigInt(event.at) };
  enter(book, account, event, { head: withHead(head, next), claim: 0n });
}

function checkNewer(
  book: AccountBook,
  event: EventOf<'Claimed'>,
  cosignedSeq: bigint,
  { seq }: Reading,
): void {
  if (BigInt(seq) > cosignedSeq) return;
  disagree(book, 'reading.notNewer', subjectOf(event), `seq above ${cosignedSeq}`, seq);
}

/** Stores the recomputed state, and records where the event differs. */
export function enter(
  book: AccountBook,
  account: BookingAccount,
  event: Extract<BookingEvent, { args: { state: BookingStateStruct } }>,
  next: BookingStateStruct,
): void {
  const { state } = event.args;
  expectSame(book, 'claim.state', subjectOf(event), wordHex(next.head), wordHex(state.head));
  expectSame(book, 'claim.state', subjectOf(event), wordHex(next.claim), wordHex(state.claim));
  account.state = next;
}
