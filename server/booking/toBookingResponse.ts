import type {
  BookingResponse,
  ReadingJson,
  ReservationStatus,
  SettlementStatus,
} from '../../protocol/api.ts';
import { fromReadingStruct } from '../../protocol/reading.ts';
import type { BookingWithTerms } from './store.ts';

/** Converts a booking's row to the API's response. */
export function toBookingResponse(row: BookingWithTerms): BookingResponse {
  const { host, agentKey, tariff, bookingTerms, metering, meterKeyHash } = row;
  return {
    bookingId: row.bookingId,
    listingId: row.listingId,
    driver: row.driver,
    purse: row.purse,
    generation: row.generation,
    sessionKey: row.sessionKey,
    firstSlot: row.firstSlot,
    slotCount: row.slotCount,
    cap: row.cap,
    unsignedCost: row.unsignedCost,
    allowedCost: row.allowedCost,
    relayFee: row.relayFee,
    startHash: row.startHash,
    terms: { host, agentKey, tariff, bookingTerms, metering, meterKeyHash },
    reservationStatus: row.reservationStatus as ReservationStatus,
    settlementStatus: row.settlementStatus as SettlementStatus,
    state: { head: row.stateHead, claim: row.stateClaim },
    contested: row.contested === 1,
    paid: row.paid,
    refunded: row.refunded,
    energyWh: row.energyWh,
    endReading: row.endedAt === null ? null : readingOf(row),
    bookedAt: row.bookedAt,
    bookedTx: row.bookedTx,
    endedAt: row.endedAt,
    endedTx: row.endedTx,
  };
}

function readingOf(row: BookingWithTerms): ReadingJson | null {
  if (row.readingMeasure === null) return null;
  return fromReadingStruct(row.bookingId, {
    measure: BigInt(row.readingMeasure),
    evidenceHash: row.readingEvidenceHash!,
    registersCommitment: row.readingRegistersCommitment!,
  });
}
