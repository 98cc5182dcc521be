import type { Hex } from 'viem';
import type { AllowanceJson, ReadingJson } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';
import { loadBooking, type StoredBooking, updateBooking } from '../booking/storedBookings.ts';
import { raiseAfter, signedRaise } from './signing.ts';
import { keepSigned } from './workerStore.ts';

const RESEND_MS = 3_000;

/** Signs a raise with the booking's session key and stores it before it is sent, so that it is never lowered. */
export async function signRaise(stored: StoredBooking, cost: bigint): Promise<AllowanceJson> {
  const raise = await signedRaise(stored, cost);
  updateBooking(stored.bookingId, { raise });
  await keepSigned(stored.bookingId, { raise }).catch(() => undefined);
  return raise;
}

/** Sends the newest raise of this device. The server ignores one that it has. */
export async function postRaise(bookingId: Hex): Promise<void> {
  const raise = loadBooking(bookingId)?.raise;
  if (raise !== undefined) await api('raiseAllowance', { params: { bookingId }, body: raise });
}

/** Sends raises to the server, and the newest one again until it has arrived. */
export class RaiseSender {
  private readonly bookingId: Hex;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(bookingId: Hex) {
    this.bookingId = bookingId;
  }

  async send(): Promise<void> {
    clearTimeout(this.timer);
    const problem = await postRaise(this.bookingId).then(
      () => undefined,
      (error: PlugpactError) => error,
    );
    if (problem?.retry !== 'later' || this.ended) return;
    this.timer = setTimeout(() => void this.send(), RESEND_MS);
  }

  /** Raises what is allowed after a co-signature, as the driver chose. */
  async after(reading: ReadingJson): Promise<void> {
    const stored = loadBooking(this.bookingId);
    const cost = stored && raiseAfter(stored, reading);
    if (stored === undefined || cost === undefined) return;
    await signRaise(stored, cost);
    await this.send();
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
