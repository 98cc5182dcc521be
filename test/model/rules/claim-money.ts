import { type BookingState, bondOf, greatest, least, type Made, MONEY } from '../world.ts';
import { costOfUse } from './open-booking-rules.ts';

/** What was co-signed last costs; nothing without it. */
export const cosignedCost = (made: Made, { cosigned }: BookingState): bigint => costOfUse(made, cosigned);

/** What the agent's final word may cost: as signed at booking, or by the raise that came with its claim. */
const allowedCost = ({ booking }: Made, { raisedCost }: BookingState): bigint =>
  greatest(booking.money.allowedCost, raisedCost);

/** Rule 1: the most that is paid without a final co-signature. A flat fee opens no trust. */
function mostPayable(made: Made, standing: BookingState): bigint {
  const signed = cosignedCost(made, standing);
  const asMuchAgain = greatest(signed - made.terms.tariff.flatFee, 0n);
  const onTrust = signed + least(made.booking.money.unsignedCost, asMuchAgain);
  return greatest(allowedCost(made, standing), onTrust);
}

function claimOf({ alone }: BookingState) {
  if (!alone) throw new Error('Nothing is claimed by the agent alone.');
  return { ...alone, timeSec: alone.endedAt - alone.beganAt };
}

/** A claim that nobody challenges, within rule 1; never less than what was co-signed. */
export function claimPays(made: Made, standing: BookingState): bigint {
  const claimed = costOfUse(made, claimOf(standing));
  return greatest(cosignedCost(made, standing), least(claimed, mostPayable(made, standing)));
}

/** What no challenge takes: the co-signed, and of the claim what the driver allowed. */
export function certain(made: Made, standing: BookingState): bigint {
  const claimed = costOfUse(made, claimOf(standing));
  return greatest(cosignedCost(made, standing), least(claimed, allowedCost(made, standing)));
}

/** What a proof of `provenWh` pays: time and overstay beyond the co-signed fall, whatever the meter proves. */
export function provenPays(made: Made, standing: BookingState, provenWh: number): bigint {
  const energyWh = Math.min(provenWh, claimOf(standing).energyWh);
  return least(costOfUse(made, { ...standing.cosigned, energyWh }), mostPayable(made, standing));
}

/** A challenged claim at its end. */
export const challengedPays = (made: Made, standing: BookingState): bigint =>
  greatest(certain(made, standing), provenPays(made, standing, standing.bestProofWh));

/** Rule 7: the disputed money, at least what a proof costs in gas, at most the bond. */
export function forfeitOf(made: Made, standing: BookingState): bigint {
  const disputed = claimPays(made, standing) - cosignedCost(made, standing);
  return least(bondOf(made), greatest(disputed, MONEY.forfeitMin));
}

/** The energy sold after a challenge: co-signed, or of the claim what is proven. */
export const provenWhOf = (standing: BookingState): number =>
  Math.min(standing.bestProofWh, claimOf(standing).energyWh);
