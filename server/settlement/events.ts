import { FLAG, OUTCOME, PHASE, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import { fromReadingStruct, type ReadingStruct, unpackPayout } from '../../protocol/reading.ts';
import { changeBooking, readingsOf } from '../booking/store.ts';
import { type At, type EventHandlers, wordHex } from '../chain/events.ts';

interface State {
  head: bigint;
  claim: bigint;
}

/** Applies the events of reported readings, and of the settlements that end bookings. */
export const settlementEvents: EventHandlers = {
  Settled: (at, { bookingId, payout, reading }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'FULFILLED',
      settlementStatus: 'SETTLED',
      energyWh: fromReadingStruct(bookingId, reading).energyWh,
      ...readingColumns(reading),
      ...ended(at, unpackPayout(payout)),
    })),

  Claimed: (at, { bookingId, state, reading }) =>
    changeBooking(at, bookingId, () => ({
      // A newer co-signed reading does not end a challenge.
      settlementStatus: unpackHead(state.head).phase === PHASE.CHALLENGED ? 'CHALLENGED' : 'CLAIMED',
      ...stateColumns(state),
      ...readingColumns(reading),
    })),

  NoShowClaimed: (at, { bookingId, state }) =>
    changeBooking(at, bookingId, () => ({ settlementStatus: 'CLAIMED', ...stateColumns(state) })),

  Challenged: (at, { bookingId, state }) =>
    changeBooking(at, bookingId, () => ({ settlementStatus: 'CHALLENGED', ...stateColumns(state) })),

  Proven: (at, { bookingId, provenWh, state }) => {
    const { energyWh } = unpackClaim(state.claim);
    const { cosignedEnergyWh } = unpackHead(state.head);
    const soldWh = energyWh > cosignedEnergyWh ? energyWh : cosignedEnergyWh;
    // A proof of the whole claim ends the booking: Finalised follows in the same transaction.
    const sold = provenWh >= energyWh ? { energyWh: Number(soldWh) } : {};
    return changeBooking(at, bookingId, () => ({ ...stateColumns(state), ...sold }));
  },

  async Finalised(at, { bookingId, outcome, paid, refunded }) {
    const readings = await readingsOf(at.tx, bookingId);
    await changeBooking(at, bookingId, (before) => {
      const reservationStatus = OUTCOME[outcome as keyof typeof OUTCOME];
      const { seq, energyWh } = paidReadingOf(before);
      return {
        reservationStatus,
        settlementStatus: 'SETTLED',
        energyWh: reservationStatus === 'FULFILLED' ? energyWh : 0,
        ...(readings.find(({ readingMeasure }) => seqOf(readingMeasure) === seq) ?? NO_READING),
        ...ended(at, { paid, refunded }),
      };
    });
  },

  Expired: (at, { bookingId, refunded }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'FAILED',
      energyWh: 0,
      ...ended(at, { paid: 0n, refunded }),
    })),
};

const ended = (at: At, { paid, refunded }: { paid: bigint; refunded: bigint }) => ({
  paid: paid.toString(),
  refunded: refunded.toString(),
  endedAt: at.timestamp,
  endedTx: at.transactionHash,
});

const stateColumns = (state: State) => ({
  stateHead: wordHex(state.head),
  stateClaim: wordHex(state.claim),
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
 * The reading that is paid at the end, and its energy. A claim of the agent alone counts, after a challenge only as far
 * as the meter's records prove it; otherwise the co-signed reading counts. Same rule as `_owed` in
 * contracts/stages/Claims.sol.
 */
function paidReadingOf({ stateHead, stateClaim, energyWh: provenWh }: BookingRow): {
  seq: bigint;
  energyWh: number;
} {
  const { flags, phase, cosignedSeq, cosignedEnergyWh } = unpackHead(BigInt(stateHead));
  const claim = unpackClaim(BigInt(stateClaim));
  // Before the end, a row has an energy only after a proof of the whole claim.
  if (provenWh !== null) return { seq: claim.seq, energyWh: provenWh };
  const bestWh = phase === PHASE.CHALLENGED ? claim.bestProofWh : claim.energyWh;
  const isFallback = phase === PHASE.CHALLENGED && bestWh === 0n;
  if ((flags & FLAG.AGENT_ALONE) === 0n || isFallback) {
    return { seq: cosignedSeq, energyWh: Number(cosignedEnergyWh) };
  }
  const soldWh = bestWh < claim.energyWh ? bestWh : claim.energyWh;
  return { seq: claim.seq, energyWh: Number(soldWh > cosignedEnergyWh ? soldWh : cosignedEnergyWh) };
}
