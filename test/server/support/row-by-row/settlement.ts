import type { Hex } from 'viem';
import { fromReadingStruct, type ReadingStruct, unpackPayout } from '../../../../protocol/reading.ts';
import { OUTCOME, stateName, unpackClaim, unpackHead } from '../../../../protocol/state.ts';
import { stateColumns } from '../../../../server/booking/stateColumns.ts';
import { wordHex } from '../../../../server/chain/events.ts';
import type { At, RowHandlers } from './at.ts';
import { changeBooking, readingsOf } from './store.ts';

/** Applies the events of reported readings, and of the settlements that end bookings. */
export const settlementEvents: RowHandlers = {
  Settled: (at, { bookingId, payout, reading }) => settled(at, bookingId, payout, reading),

  SettledAlone: (at, { bookingId, payout, reading }) => settled(at, bookingId, payout, reading),

  SlotsGivenBack: (at, { bookingId, fromSlot }) =>
    changeBooking(at, bookingId, () => ({ freedFromSlot: Number(fromSlot) })),

  Claimed: (at, { bookingId, state, reading }) =>
    changeBooking(at, bookingId, () => ({ ...stateColumns(state), ...readingColumns(reading) })),

  ClaimedAlone: (at, { bookingId, state, reading }) =>
    changeBooking(at, bookingId, () => ({ ...stateColumns(state), ...readingColumns(reading) })),

  NoShowClaimed: (at, { bookingId, state }) => changeBooking(at, bookingId, () => stateColumns(state)),

  Challenged: (at, { bookingId, state }) => changeBooking(at, bookingId, () => stateColumns(state)),

  Proven: (at, { bookingId, state }) => changeBooking(at, bookingId, () => stateColumns(state)),

  async Finalised(at, { bookingId, outcome, paid, refunded }) {
    const readings = await readingsOf(at.tx, bookingId);
    await changeBooking(at, bookingId, (before) => {
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

  NoShowContested: (at, { bookingId, fee, refunded }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'NO_SHOW',
      energyWh: 0,
      ...NO_READING,
      ...ended(at, { paid: fee, refunded }),
      contested: 1,
    })),

  Expired: (at, { bookingId, refunded }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'FAILED',
      energyWh: 0,
      ...ended(at, { paid: 0n, refunded }),
      settlementStatus: 'NONE',
    })),
};

/** A final reading paid, whether both signed it or the driver had allowed its cost. */
const settled = (at: At, bookingId: Hex, payout: bigint, reading: ReadingStruct) =>
  changeBooking(at, bookingId, () => ({
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

type BookingRow = Parameters<Parameters<typeof changeBooking>[2]>[0];

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
