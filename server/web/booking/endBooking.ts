import type { BookingResponse, ConfigResponse } from '../../../protocol/api.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { bookingTimes, challengeEnd, type MarketWindows, proofEnd } from '../../../protocol/slots.ts';
import { isUnclaimed, sinceOf, stateName } from '../../../protocol/state.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { outcomeOf, type StoredBooking, updateBooking } from './storedBookings.ts';

/** Calls with which the driver can end a booking, each at its time. */
export type ExitAction = 'cancelByDriver' | 'expire' | 'finalise';

export const EXIT_ACTION_STEP: Record<ExitAction, string> = {
  cancelByDriver: 'Cancel the booking',
  expire: 'Get a refund',
  finalise: 'Finalise the claim',
};

/** The call that the ledger accepts now, if any (contracts/interfaces/IBookings.sol, ISettlements.sol). */
export function exitActionOf(
  stored: StoredBooking,
  response: BookingResponse,
  windows: MarketWindows,
  nowSec: number,
): ExitAction | undefined {
  const { opens, reportBy } = bookedTimes(stored, response, windows);
  const state = stateOf(response);
  if (!isUnclaimed(state)) return nowSec >= windowEnd(stored, response, windows) ? 'finalise' : undefined;
  if (nowSec < opens && stateName(state) === 'RESERVED') return 'cancelByDriver';
  return nowSec >= reportBy ? 'expire' : undefined;
}

const stateOf = ({ state }: BookingResponse) => ({ head: BigInt(state.head), claim: BigInt(state.claim) });

const bookedTimes = ({ booking }: StoredBooking, { bookedAt }: BookingResponse, windows: MarketWindows) =>
  bookingTimes({ ...booking, bookedAt }, fromTermsStruct(booking.terms).bookingTerms, windows);

/** Until when what was claimed can be answered (unix seconds): challenged, contested, proven. */
export function windowEnd(stored: StoredBooking, response: BookingResponse, windows: MarketWindows): number {
  const state = stateOf(response);
  const { closes } = bookedTimes(stored, response, windows);
  const end = stateName(state) === 'CHALLENGED' ? proofEnd : challengeEnd;
  return end(sinceOf(state), closes, windows);
}

/** What a no-show claim asks of the driver now; undefined where there is none. */
export function noShowClaimOf(response: BookingResponse): 'CLAIMED' | 'CONTESTED' | undefined {
  if (response.endedTx !== null) return undefined;
  const name = stateName(stateOf(response));
  if (name === 'NO_SHOW_CLAIMED') return 'CLAIMED';
  return name === 'CONTESTED' ? 'CONTESTED' : undefined;
}

interface Party {
  wallet: Wallet;
  ledger: Ledger;
  config: ConfigResponse;
}

/** Ends a booking by an exit action, and stores the outcome. */
export async function endBooking(
  party: Party,
  stored: StoredBooking,
  exitAction: ExitAction,
  progress: Progress,
): Promise<void> {
  const { wallet, ledger, config } = party;
  const report = (change: Parameters<Progress>[1]) => progress(EXIT_ACTION_STEP[exitAction], change);
  report({ phase: 'signing' });
  const { bookingId } = stored;
  const response = await api('getBooking', { params: { bookingId } });
  const args: unknown[] = [toBookingStruct(stored.booking), stateOf(response)];
  if (exitAction === 'cancelByDriver') {
    const { freeUntil } = bookedTimes(stored, response, config.windows);
    const paysLateFee = Date.now() / 1_000 >= freeUntil;
    args.push(await signAs(wallet, ledger, 'CancelByDriver', { bookingId, paysLateFee }));
  }
  const receipt = await sendRelayed(wallet, ledger, config, marketCall(exitAction, args), report);
  const isNoShow = noShowClaimOf(response) !== undefined;
  const finalised = isNoShow ? 'NO_SHOW' : 'FULFILLED';
  const reservationStatus =
    exitAction === 'cancelByDriver' ? 'CANCELED' : exitAction === 'expire' ? 'FAILED' : finalised;
  const { contested } = response;
  const unknown = {
    settlementStatus: 'NONE',
    contested,
    paid: null,
    refunded: null,
    energyWh: null,
  } as const;
  updateBooking(bookingId, {
    outcome: {
      ...unknown,
      reservationStatus,
      endedAt: Math.floor(Date.now() / 1_000),
      endedTx: receipt.transactionHash,
    },
  });
}

/** Reads a booking from the API, and stores its outcome if it has ended. */
export async function refreshBooking(stored: StoredBooking): Promise<BookingResponse> {
  const response = await api('getBooking', { params: { bookingId: stored.bookingId } });
  const outcome = outcomeOf(response);
  if (outcome !== undefined) updateBooking(stored.bookingId, { outcome });
  else if (stored.bookedTx === undefined || stored.bookedAt !== response.bookedAt) {
    const { bookedTx, bookedAt } = response;
    updateBooking(stored.bookingId, { bookedTx, bookedAt });
  }
  return response;
}
