import { concatHex, type Hex, keccak256, toHex } from 'viem';
import { type BookingStateStruct, STATE } from '../../protocol/state.ts';
import { packWord } from '../../protocol/words.ts';
import { type BookingState, isUnclaimed, type Made } from './world.ts';

/** A booking's state in the two words that callers pass in. */
export function stateStructOf(standing: BookingState): BookingStateStruct {
  const { cosigned, alone } = standing;
  const head = word([
    [STATE[standing.name], 8],
    [standing.since, 40],
    [cosigned.seq, 32],
    [cosigned.energyWh, 48],
    [cosigned.timeSec, 32],
    [cosigned.overstaySec, 32],
    [standing.raisedCost, 64],
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

/** The tail of an open booking's purse: 191 bits of a hash of its id and state, below a bit that is set. */
export function tailOf({ made, standing }: Open): bigint {
  const { head, claim } = stateStructOf(standing);
  const parts: Hex[] = [made.bookingId, bytes32(head), bytes32(claim)];
  return (BigInt(keccak256(concatHex(parts))) >> 65n) | (1n << 191n);
}

const bytes32 = (value: bigint): Hex => toHex(value, { size: 32 });

/** The caller names the open booking and its state, or the other one of RESERVED and ARRIVED. */
export function isNamed(open: Open, named: Open): boolean {
  const names = isUnclaimed(named.standing) ? (['RESERVED', 'ARRIVED'] as const) : [named.standing.name];
  const tails = names.map((name) => tailOf({ ...named, standing: { ...named.standing, name } }));
  return tails.includes(tailOf(open));
}
