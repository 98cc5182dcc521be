import type { BookingResponse, ConfigResponse } from '../../../protocol/api.ts';
import { PHASE, toBookingStruct, unpackHead } from '../../../protocol/booking.ts';
import { bookingTimes, challengeEnd, type MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { endingOf, type KeptBooking, updateBooking } from './storedBookings.ts';

/** Ways in which the driver's side can end a booking at a moment. */
export type Exit = 'cancelByDriver' | 'expire' | 'finalise';

export const EXIT_STEP: Record<Exit, string> = {
  cancelByDriver: 'Cancel the booking',
  expire: 'Get the money back',
  finalise: 'End by its deadline',
};

/** The call that the ledger would accept now, if any (contracts/interfaces/IBookings.sol, ISettlements.sol). */
export function exitOf(
  kept: KeptBooking,
  response: BookingResponse,
  windows: MarketWindows,
  nowSec: number,
): Exit | undefined {
  const times = bookingTimes(kept.booking, fromTermsStruct(kept.booking.terms).bookingTerms, windows);
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

/** Ends a booking by one of its exits, and keeps how it ended. */
export async function endBooking(
  party: Party,
  kept: KeptBooking,
  exit: Exit,
  progress: Progress,
): Promise<void> {
  const { wallet, ledger, config } = party;
  const report = (change: Parameters<Progress>[1]) => progress(EXIT_STEP[exit], change);
  report({ phase: 'signing' });
  const { bookingId } = kept;
  const { state } = await api<BookingResponse>('GET', `/bookings/${bookingId}`);
  const args: unknown[] = [
    toBookingStruct(kept.booking),
    { head: BigInt(state.head), claim: BigInt(state.claim) },
  ];
  if (exit === 'cancelByDriver') {
    const { bookingTerms } = fromTermsStruct(kept.booking.terms);
    const { cancelBy } = bookingTimes(kept.booking, bookingTerms, config.windows);
    const paysLateFee = Date.now() / 1_000 >= cancelBy;
    args.push(await signAs(wallet, ledger, 'CancelByDriver', { bookingId, paysLateFee }));
  }
  const receipt = await sendRelayed(wallet, ledger, config, marketCall(exit, args), report);
  const reservationStatus =
    exit === 'cancelByDriver' ? 'CANCELED' : exit === 'expire' ? 'FAILED' : 'FULFILLED';
  const ending = { settlementStatus: 'NONE', paid: null, refunded: null, energyWh: null } as const;
  updateBooking(bookingId, {
    ending: {
      ...ending,
      reservationStatus,
      endedAt: Math.floor(Date.now() / 1_000),
      endedTx: receipt.transactionHash,
    },
  });
}

/** Asks how a booking stands and keeps its ending, if it has one. */
export async function refreshBooking(kept: KeptBooking): Promise<BookingResponse> {
  const response = await api<BookingResponse>('GET', `/bookings/${kept.bookingId}`);
  const ending = endingOf(response);
  if (ending !== undefined) updateBooking(kept.bookingId, { ending });
  else if (kept.bookedTx === undefined) updateBooking(kept.bookingId, { bookedTx: response.bookedTx });
  return response;
}
