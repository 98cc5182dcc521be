import type { SignedReading } from '../calls.ts';
import type { Emitted } from '../forecast.ts';
import type { AgentClaim, BookingState, Made } from '../world.ts';
import { forfeitOf } from './claim-money.ts';

/** Whether this is the reading that the agent alone claimed. */
export const isSameReading = (alone: AgentClaim | null, reading: SignedReading): boolean =>
  alone !== null &&
  reading.seq === alone.seq &&
  reading.energyWh === alone.energyWh &&
  reading.beganAt === alone.beganAt &&
  reading.endedAt === alone.endedAt &&
  reading.overstaySec === alone.overstaySec;

/** Who signs for the very reading that they challenged, be it by a raise, has lost the challenge. */
export const concedes = ({ name, alone }: BookingState, reading: SignedReading): boolean =>
  name === 'CHALLENGED' && isSameReading(alone, reading);

/** Rule 7: what conceding costs beside the reading. */
export function conceded(
  made: Made,
  standing: BookingState,
  reading: SignedReading,
): { forfeit: bigint; events: Emitted[] } {
  if (!concedes(standing, reading)) return { forfeit: 0n, events: [] };
  const forfeit = forfeitOf(made, standing);
  return { forfeit, events: [{ name: 'BondForfeited', args: { amount: forfeit } }] };
}
