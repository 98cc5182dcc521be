import { concatHex, type Hex, keccak256, toHex } from 'viem';
import { type BookingStateStruct, FLAG, PHASE, toBookingStruct } from '../../protocol/booking.ts';
import { packWord } from '../../protocol/words.ts';
import type { BookingState, Made } from './world.ts';

/** A booking's state in the two words that callers pass in. */
export function stateStructOf(standing: BookingState): BookingStateStruct {
  const { cosigned, alone } = standing;
  const flags =
    (standing.arrived ? FLAG.ARRIVED : 0n) |
    (alone ? FLAG.AGENT_ALONE : 0n) |
    (standing.noShow ? FLAG.NO_SHOW : 0n) |
    (standing.raised ? FLAG.RAISED : 0n);
  const head = word([
    [PHASE[standing.phase], 8],
    [flags, 8],
    [cosigned.seq, 32],
    [cosigned.energyWh, 48],
    [cosigned.cost, 64],
    [standing.claimedAt, 40],
    [standing.challengedAt, 40],
  ]);
  if (!alone) return { head, claim: 0n };
  const claim = word([
    [alone.seq, 32],
    [alone.energyWh, 48],
    [alone.beganAt, 40],
    [alone.endedAt, 40],
    [alone.overstaySec, 32],
    [standing.bestProofWh, 48],
  ]);
  return { head, claim };
}

function word(fields: [value: bigint | number, bits: number][]): bigint {
  const named = fields.map(([value, bits], index) => ({
    name: `field ${index}`,
    value: BigInt(value),
    bits,
  }));
  return packWord(
    named.map(({ name, bits }) => [name, bits] as const),
    Object.fromEntries(named.map(({ name, value }) => [name, value])),
  );
}

interface Open {
  made: Made;
  standing: BookingState;
}

/** The tail of an open booking's purse: 191 bits of a hash of all of it, below a bit that is set. */
export function tailOf({ made, standing }: Open): bigint {
  const { session, money, startHash } = toBookingStruct(made.booking);
  const { head, claim } = stateStructOf(standing);
  const parts: Hex[] = [
    made.bookingId,
    bytes32(session),
    bytes32(money),
    startHash,
    bytes32(head),
    bytes32(claim),
  ];
  return (BigInt(keccak256(concatHex(parts))) >> 65n) | (1n << 191n);
}

const bytes32 = (value: bigint): Hex => toHex(value, { size: 32 });

export const isSame = (a: Open, b: Open): boolean => tailOf(a) === tailOf(b);
