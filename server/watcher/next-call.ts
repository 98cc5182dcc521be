import { toBookingStruct } from '../../protocol/booking.ts';
import { settleCall } from '../../protocol/calls.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { toReadingStruct } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd, type MarketWindows, proofEnd } from '../../protocol/slots.ts';
import { isUnclaimed, sinceOf, stateName, unpackHead } from '../../protocol/state.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { Cosigned, WatchedBooking } from './store.ts';

/** An agent that is silent for this long is not waited for; on a market with short windows, a quarter of the first. */
const SILENT_MAX_SEC = 12 * 3_600;

export const silentSec = ({ reportSec }: MarketWindows): number =>
  Math.min(SILENT_MAX_SEC, Math.floor(reportSec / 4));

export interface WatcherCall {
  functionName: 'settle' | 'settleFrom' | 'claim' | 'finalise' | 'expire';
  args: readonly unknown[];
}

interface Moment {
  /** Unix seconds by the ledger's clock. */
  nowSec: number;
  /** Whether the booking's agent is silent. */
  isSilent: boolean;
  windows: MarketWindows;
}

/**
 * The call that this server makes for a booking now, if any (rule 31): what both signed settles, or is claimed, so that
 * neither an agent that was silenced nor a driver who sleeps changes what is paid. An agent that is online does this
 * itself, unless its time runs out.
 *
 * A final reading that the agent alone signed, within what the driver allowed, is the agent's to settle: that needs the
 * start secret, which this server never has.
 */
export function nextCall(watched: WatchedBooking, moment: Moment): WatcherCall | undefined {
  const { nowSec, isSilent, windows } = moment;
  const { opens, end } = windowOf(watched, windows);
  const graceSec = isSilent ? 0 : silentSec(windows);
  if (nowSec >= end) return nowSec >= end + graceSec ? timeOnly(watched) : undefined;
  const isWaiting = !isSilent && nowSec < end - silentSec(windows);
  if (nowSec < opens || isWaiting || watched.cosigned === undefined) return undefined;
  return reportOf(watched, watched.cosigned);
}

/** From when the booking can be reported, and when time alone ends its present state. */
function windowOf({ booking, state, bookedAt }: WatchedBooking, windows: MarketWindows) {
  const { bookingTerms } = fromTermsStruct(booking.terms);
  const { opens, closes, reportBy } = bookingTimes({ ...booking, bookedAt }, bookingTerms, windows);
  if (isUnclaimed(state)) return { opens, end: reportBy };
  const endOf = stateName(state) === 'CHALLENGED' ? proofEnd : challengeEnd;
  return { opens, end: endOf(sinceOf(state), closes, windows) };
}

/** Settles by a final reading; else claims a reading that is newer than the ledger's, and pays something. */
function reportOf({ booking, state }: WatchedBooking, cosigned: Cosigned): WatcherCall | undefined {
  const { reading } = cosigned;
  const struct = toBookingStruct(booking);
  const agentSignature = toCompact(cosigned.agentSignature);
  const sessionSignature = toCompact(cosigned.sessionSignature);
  if (reading.isFinal) {
    const { functionName, args } = settleCall(
      { booking: struct, reading, agentSignature, sessionSignature },
      state,
    );
    return { functionName: functionName as 'settle' | 'settleFrom', args };
  }
  const { tariff } = fromTermsStruct(booking.terms);
  const isNewer = BigInt(reading.seq) > unpackHead(state.head).cosignedSeq || isUnclaimed(state);
  if (!isNewer || costRoundedDown(tariff, reading, booking.money.cap) === 0n) return undefined;
  return {
    functionName: 'claim',
    args: [struct, state, toReadingStruct(reading), agentSignature, sessionSignature],
  };
}

const timeOnly = ({ booking, state }: WatchedBooking): WatcherCall => ({
  functionName: isUnclaimed(state) ? 'expire' : 'finalise',
  args: [toBookingStruct(booking), state],
});
