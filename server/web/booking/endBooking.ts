import type { BookingResponse, ConfigResponse } from '../../../protocol/api.ts';
import { PHASE, toBookingStruct, unpackHead } from '../../../protocol/booking.ts';
import { bookingTimes, challengeEnd, type MarketWindows } from '../../../protocol/slots.ts';
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
  const times = bookingTimes(stored.booking, fromTermsStruct(stored.booking.terms).bookingTerms, windows);
  const head = unpackHead(BigInt(response.state.head));
  if (head.phase === PHASE.RESERVED) {
    if (nowSec < times.opens) return 'cancelByDriver';
    return nowSec >= times.reportBy ? 'expire' : undefined;
  }
  if (head.phase === PHASE.CLAIMED && nowSec >= challengeEnd(Number(head.claimedAt), times.closes, windows))
    return 'finalise';
  return undefined;
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
  const { state } = await api<BookingResponse>('GET', `/bookings/${bookingId}`);
  const args: unknown[] = [
    toBookingStruct(stored.booking),
    { head: BigInt(state.head), claim: BigInt(state.claim) },
  ];
  if (exitAction === 'cancelByDriver') {
    const { bookingTerms } = fromTermsStruct(stored.booking.terms);
    const { cancelBy } = bookingTimes(stored.booking, bookingTerms, config.windows);
    const paysLateFee = Date.now() / 1_000 >= cancelBy;
    args.push(await signAs(wallet, ledger, 'CancelByDriver', { bookingId, paysLateFee }));
  }
  const receipt = await sendRelayed(wallet, ledger, config, marketCall(exitAction, args), report);
  const reservationStatus =
    exitAction === 'cancelByDriver' ? 'CANCELED' : exitAction === 'expire' ? 'FAILED' : 'FULFILLED';
  const unknown = { settlementStatus: 'NONE', paid: null, refunded: null, energyWh: null } as const;
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
  const response = await api<BookingResponse>('GET', `/bookings/${stored.bookingId}`);
  const outcome = outcomeOf(response);
  if (outcome !== undefined) updateBooking(stored.bookingId, { outcome });
  else if (stored.bookedTx === undefined) updateBooking(stored.bookingId, { bookedTx: response.bookedTx });
  return response;
}
