import { z } from 'zod';
import { address, hex32, reading } from '../schemas.ts';
import { operation } from './operation.ts';
import { count, money, terms, unixSec } from './shapes.ts';

const RESERVATION_STATUSES = ['RESERVED', 'CANCELED', 'FAILED', 'NO_SHOW', 'FULFILLED'] as const;
const SETTLEMENT_STATUSES = ['NONE', 'CLAIMED', 'CHALLENGED', 'SETTLED'] as const;

/** What is told of a message to those who have not asked for it: not what it says. */
export const messageFields = { seq: count, sender: z.enum(['DRIVER', 'HOST']) };

export const bookingPath = z.object({ bookingId: hex32 });

/** A reading as it travels: its quantities fit a double exactly. */
export const readingJson = reading.meta({
  id: 'Reading',
  description: 'What agent and driver sign. Energy counts from the booking’s start.',
});

export const booking = z
  .strictObject({
    bookingId: hex32,
    listingId: hex32,
    driver: address,
    purse: count,
    generation: z.string().regex(/^\d{1,78}$/),
    sessionKey: address,
    firstSlot: count.describe('Unix seconds / 900.'),
    slotCount: count,
    cap: money,
    unsignedCost: money,
    allowedCost: money,
    relayFee: money,
    startHash: hex32,
    terms,
    reservationStatus: z.enum(RESERVATION_STATUSES).describe('OCPI ReservationStatus.'),
    settlementStatus: z.enum(SETTLEMENT_STATUSES),
    state: z
      .strictObject({ head: hex32, claim: hex32 })
      .describe('To hand back to the ledger while the booking is open.'),
    contested: z
      .boolean()
      .describe(
        'Agent and driver contradict each other about a no-show; at the end: its fee went to nobody.',
      ),
    paid: money
      .nullable()
      .describe(
        'Once it ended: what the driver paid, the market’s fee included. A contested fee went to nobody.',
      ),
    refunded: money.nullable(),
    energyWh: count.nullable(),
    endReading: readingJson.nullable(),
    bookedAt: unixSec,
    bookedTx: hex32,
    endedAt: unixSec.nullable(),
    endedTx: hex32.nullable(),
  })
  .meta({ id: 'Booking', description: 'A booking as the ledger has it.' });
export type BookingResponse = z.infer<typeof booking>;
/** OCPI ReservationStatus. */
export type ReservationStatus = BookingResponse['reservationStatus'];
export type SettlementStatus = BookingResponse['settlementStatus'];
export type ReadingJson = z.infer<typeof readingJson>;

export const bookings = {
  getBooking: operation({
    operationId: 'getBooking',
    method: 'get',
    path: '/bookings/{bookingId}',
    tag: 'bookings',
    summary: 'A booking as the ledger has it',
    description: 'With the state to hand back in the next call to the ledger.',
    params: bookingPath,
    answers: { 200: { description: 'The booking.', schema: booking } },
    problems: ['booking.unknown'],
  }),
};
