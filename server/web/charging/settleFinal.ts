import type { Hex } from 'viem';
import type { BookingResponse } from '../../../protocol/api.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { settleCall } from '../../../protocol/calls.ts';
import { toCompact } from '../../../protocol/signature.ts';
import { marketCall } from '../accounts/send.ts';
import { api } from '../app/api.ts';
import { type Cosigned, loadBooking, type StoredBooking } from '../booking/storedBookings.ts';

/** How long the agent has to settle by itself, and the pause between two tries. */
const WAIT_MS = 60_000;

/**
 * The call that settles a booking by the final reading that this device co-signed; undefined once it has ended. It needs
 * nothing of the agent, which may have been silenced (rule 31).
 */
export function finalSettlement(
  { booking }: Pick<StoredBooking, 'booking'>,
  { reading, agentSignature, sessionSignature }: Cosigned,
  { reservationStatus, settlementStatus, state }: BookingResponse,
): Hex | undefined {
  if (!reading.isFinal || settlementStatus === 'SETTLED' || reservationStatus !== 'RESERVED')
    return undefined;
  const { functionName, args } = settleCall(
    {
      booking: toBookingStruct(booking),
      reading,
      agentSignature: toCompact(agentSignature),
      sessionSignature: toCompact(sessionSignature),
    },
    { head: BigInt(state.head), claim: BigInt(state.claim) },
  );
  return marketCall(functionName, args);
}

/** Settles by itself, through the relay, while this device holds a final reading and the ledger has not paid. */
export class FinalSettler {
  private readonly bookingId: Hex;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(bookingId: Hex) {
    this.bookingId = bookingId;
  }

  /** Begins to wait for the agent; a page that was reloaded calls it too. */
  watch(): void {
    const stored = loadBooking(this.bookingId);
    const isOver = stored?.outcome !== undefined || !stored?.cosigned?.reading.isFinal;
    if (isOver || this.ended || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.settle(), WAIT_MS);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  /** A failure is tried again: the API's own watcher and the agent do the same, and one settlement is enough. */
  private async settle(): Promise<void> {
    this.timer = undefined;
    const stored = loadBooking(this.bookingId);
    if (stored?.cosigned === undefined) return;
    const response = await api('getBooking', { params: { bookingId: this.bookingId } }).catch(
      () => undefined,
    );
    const data = response && finalSettlement(stored, stored.cosigned, response);
    if (data !== undefined) {
      await api('relayCall', { body: { to: stored.ref.market, data } }).catch(() => undefined);
    }
    if (response === undefined || data !== undefined) this.watch();
  }
}
