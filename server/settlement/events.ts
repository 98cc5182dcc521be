import { FLAG, OUTCOME, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import { fromReadingStruct, type ReadingStruct } from '../../protocol/reading.ts';
import { changeBooking } from '../booking/store.ts';
import { type At, type EventHandlers, wordHex } from '../chain/events.ts';

interface State {
  head: bigint;
  claim: bigint;
}

/** What the ledger says of readings put forward, and of how bookings ended by them. */
export const settlementEvents: EventHandlers = {
  Settled: (at, { bookingId, paid, refunded, reading }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'FULFILLED',
      settlementStatus: 'SETTLED',
      energyWh: fromReadingStruct(bookingId, reading).energyWh,
      ...readingColumns(reading),
      ...ended(at, paid, refunded),
    })),

  Claimed: (at, { bookingId, state, reading }) =>
    changeBooking(at, bookingId, () => ({
      settlementStatus: 'CLAIMED',
      ...stateColumns(state),
      ...readingColumns(reading),
    })),

  NoShowClaimed: (at, { bookingId, state }) =>
    changeBooking(at, bookingId, () => ({ settlementStatus: 'CLAIMED', ...stateColumns(state) })),

  Challenged: (at, { bookingId, state }) =>
    changeBooking(at, bookingId, () => ({ settlementStatus: 'CHALLENGED', ...stateColumns(state) })),

  Proven: (at, { bookingId, state }) => changeBooking(at, bookingId, () => stateColumns(state)),

  Finalised: (at, { bookingId, outcome, paid, refunded }) =>
    changeBooking(at, bookingId, (before) => {
      const reservationStatus = OUTCOME[outcome as keyof typeof OUTCOME];
      return {
        reservationStatus,
        settlementStatus: 'SETTLED',
        energyWh: reservationStatus === 'FULFILLED' ? claimedWh(before) : 0,
        ...ended(at, paid, refunded),
      };
    }),

  Expired: (at, { bookingId, refunded }) =>
    changeBooking(at, bookingId, () => ({
      reservationStatus: 'FAILED',
      energyWh: 0,
      ...ended(at, 0n, refunded),
    })),
};

const ended = (at: At, paid: bigint, refunded: bigint) => ({
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

/** The energy that a claim in force stands for: its own part above, or what was co-signed. */
function claimedWh(row: { stateHead: string; stateClaim: string }): number {
  const head = unpackHead(BigInt(row.stateHead));
  const isAgentAlone = (head.flags & FLAG.AGENT_ALONE) !== 0n;
  return Number(isAgentAlone ? unpackClaim(BigInt(row.stateClaim)).energyWh : head.cosignedEnergyWh);
}
