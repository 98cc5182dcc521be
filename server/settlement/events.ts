import type { Hex } from 'viem';
import { fromReadingStruct, type ReadingStruct, unpackPayout } from '../../protocol/reading.ts';
import { OUTCOME, stateName, unpackClaim, unpackHead } from '../../protocol/state.ts';
import { changeBooking } from '../booking/changeBooking.ts';
import { stateColumns } from '../booking/stateColumns.ts';
import { type At, type EventHandlers, wordHex } from '../chain/events.ts';
import type { BookingRow, UnitOfWork } from '../chain/unit-of-work.ts';

/** Applies the events of reported readings, and of the settlements that end bookings. */
export const settlementEvents: EventHandlers = {
  Settled: (unit, at, { bookingId, payout, reading }) => settled(unit, at, bookingId, payout, reading),

  SettledAlone: (unit, at, { bookingId, payout, reading }) => settled(unit, at, bookingId, payout, reading),

  SlotsGivenBack: (unit, at, { bookingId, fromSlot }) =>
    changeBooking(unit, at, bookingId, () => ({ freedFromSlot: Number(fromSlot) })),

  Claimed: (unit, at, { bookingId, state, reading }) =>
    changeBooking(unit, at, bookingId, () => ({ ...stateColumns(state), ...readingColumns(reading) })),

  ClaimedAlone: (unit, at, { bookingId, state, reading }) =>
    changeBooking(unit, at, bookingId, () => ({ ...stateColumns(state), ...readingColumns(reading) })),

  NoShowClaimed: (unit, at, { bookingId, state }) =>
    changeBooking(unit, at, bookingId, () => stateColumns(state)),

  Challenged: (unit, at, { bookingId, state }) =>
    changeBooking(unit, at, bookingId, () => stateColumns(state)),

  Proven: (unit, at, { bookingId, state }) => changeBooking(unit, at, bookingId, () => stateColumns(state)),

  Finalised(unit, at, { bookingId, outcome, paid, refunded }) {
    const readings = unit.readingsOf(bookingId);
    changeBooking(unit, at, bookingId, (before) => {
      const reservationStatus = OUTCOME[outcome as keyof typeof OUTCOME];
      const { seq, energyWh } = paidReadingOf(before);
      return {
        reservationStatus,
        energyWh: reservationStatus === 'FULFILLED' ? energyWh : 0,
        ...(readings.find(({ readingMeasure }) => seqOf(readingMeasure) === seq) ?? NO_READING),
        ...ended(at, { paid, refunded }),
      };
    });
  },

  NoShowContested: (unit, at, { bookingId, fee, refunded }) =>
    changeBooking(unit, at, bookingId, () => ({
      reservationStatus: 'NO_SHOW',
      energyWh: 0,
      ...NO_READING,
      ...ended(at, { paid: fee, refunded }),
      contested: 1,
    })),

  Expired: (unit, at, { bookingId, refunded }) =>
    changeBooking(unit, at, bookingId, () => ({
      reservationStatus: 'FAILED',
      energyWh: 0,
      ...ended(at, { paid: 0n, refunded }),
      settlementStatus: 'NONE',
    })),
};

/** A final reading paid, whether both signed it or the driver had allowed its cost. */
const settled = (unit: UnitOfWork, at: At, bookingId: Hex, payout: bigint, reading: ReadingStruct) =>
  changeBooking(unit, at, bookingId, () => ({
    reservationStatus: 'FULFILLED',
    energyWh: fromReadingStruct(bookingId, reading).energyWh,
    ...readingColumns(reading),
    ...ended(at, unpackPayout(payout)),
  }));

const ended = (at: At, { paid, refunded }: { paid: bigint; refunded: bigint }) => ({
  settlementStatus: 'SETTLED',
  contested: 0,
  paid: paid.toString(),
  refunded: refunded.toString(),
  endedAt: at.timestamp,
  endedTx: at.transactionHash,
});

const readingColumns = (reading: ReadingStruct) => ({
  readingMeasure: wordHex(reading.measure),
  readingEvidenceHash: reading.evidenceHash,
  readingRegistersCommitment: reading.registersCommitment,
});

const NO_READING = {
  readingMeasure: null,
  readingEvidenceHash: null,
  readingRegistersCommitment: null,
} as const;

/** A measure's seq: its low 32 bits. */
const seqOf = (measure: string | null): bigint | undefined =>
  measure === null ? undefined : BigInt.asUintN(32, BigInt(measure));

/**
 * The reading that is paid at the end, and its energy: the co-signed one; what the agent alone claimed; after a
 * challenge as much of that as the meter's records prove. Same rule as `_owed` in contracts/stages/Deadlines.sol.
 */
function paidReadingOf({ stateHead, stateClaim }: BookingRow): { seq: bigint; energyWh: number } {
  const head = BigInt(stateHead);
  const { cosignedSeq, cosignedWh } = unpackHead(head);
  const claim = unpackClaim(BigInt(stateClaim));
  const name = stateName({ head });
  if (name === 'CLAIMED_ALONE') return { seq: claim.seq, energyWh: Number(claim.energyWh) };
  const provenWh = claim.bestProofWh < claim.energyWh ? claim.bestProofWh : claim.energyWh;
  const isProven = name === 'CHALLENGED' && provenWh > cosignedWh;
  return isProven
    ? { seq: claim.seq, energyWh: Number(provenWh) }
    : { seq: cosignedSeq, energyWh: Number(cosignedWh) };
}
