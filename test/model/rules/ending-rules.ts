import type * as calls from '../calls.ts';
import { type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { momentsOf, NEVER, windowEnd, within } from '../times.ts';
import { type BookingState, least, type Made, slotsOf, type World } from '../world.ts';
import { slotsIn } from './booking-rules.ts';
import { earn, payHost } from './money-rules.ts';
import { aboutOpen, boundedCost, endBooking, inPhase } from './open-booking-rules.ts';

export function cancelByDriver(world: World, call: calls.CancelByDriver): Forecast {
  const { made, sender, signer } = call;
  const { opens, cancelBy } = momentsOf(made);
  const late = world.nowSec >= cancelBy;
  const signedSo = signer === null || call.paysLateFee === late;
  const rules: Rule[] = [
    ...inPhase(call, 'RESERVED'),
    ...within(world.nowSec, { from: 0, until: opens }),
    ['Account_InvalidSignature', !signedSo || !isAuthorizedBy([made.driver], sender, signer)],
  ];
  return aboutOpen(world, call, () =>
    forecastOf(late ? 'RESERVED: late cancel by the driver' : 'RESERVED: cancel by the driver', rules, () =>
      giveBack(world, made, false, late ? smallFee(made) : 0n),
    ),
  );
}

export function cancelByHost(world: World, call: calls.CancelByHost): Forecast {
  const { made, sender, signer, agreedBy } = call;
  const { opens, reportBy } = momentsOf(made);
  const begun = world.nowSec >= opens;
  const rules: Rule[] = [
    ...inPhase(call, 'RESERVED'),
    ...within(world.nowSec, { from: 0, until: reportBy }),
    ['Account_InvalidSignature', !isAuthorizedBy([made.host], sender, signer)],
    ['Account_InvalidSignature', begun && agreedBy !== made.session],
  ];
  return aboutOpen(world, call, () =>
    forecastOf(begun ? 'RESERVED: agreed cancel by the host' : 'RESERVED: cancel by the host', rules, () =>
      giveBack(world, made, true, 0n),
    ),
  );
}

/** Rule 6: what a no-show or a late cancel costs. */
const smallFee = ({ booking, terms }: Made): bigint =>
  least(terms.bookingTerms.noshowFee, booking.money.cap / 5n);

/** Only a cancelled booking frees its slots. */
function giveBack(world: World, made: Made, byHost: boolean, paid: bigint) {
  const refunded = endBooking(world, made, paid);
  const taken = slotsOf(world, made.charger);
  for (const slot of slotsIn(made)) taken.delete(slot);
  if (paid > 0n) earn(world, made, paid, 0);
  return [{ name: 'Canceled', args: { byHost, paid, refunded } }];
}

export function expire(world: World, call: calls.End): Forecast {
  const rules: Rule[] = [
    ...inPhase(call, 'RESERVED'),
    ...within(world.nowSec, { from: momentsOf(call.made).reportBy, until: NEVER }),
  ];
  return aboutOpen(world, call, () =>
    forecastOf('RESERVED: expire', rules, () => [
      { name: 'Expired', args: { refunded: endBooking(world, call.made, 0n) } },
    ]),
  );
}

export function finalise(world: World, call: calls.End): Forecast {
  const { made, handed } = call;
  const rules = (): Rule[] => [
    ...inPhase(call, 'CLAIMED', 'CHALLENGED'),
    ...(handed.phase === 'RESERVED'
      ? []
      : within(world.nowSec, { from: windowEnd(made, handed), until: NEVER })),
  ];
  return aboutOpen(world, call, () =>
    forecastOf(rowOf(handed), rules(), () => {
      if (handed.noShow) {
        const paid = smallFee(made);
        const refunded = endBooking(world, made, paid);
        earn(world, made, paid, 0);
        return [{ name: 'Finalised', args: { outcome: 4, paid, refunded } }];
      }
      const { paid, energyWh } = owedFor(made, handed);
      const refunded = endBooking(world, made, paid);
      const fee = payHost(world, made, paid, energyWh);
      return [{ name: 'Finalised', args: { outcome: 5, paid, refunded } }, ...fee];
    }),
  );
}

function rowOf(handed: BookingState): string {
  if (handed.noShow) return 'CLAIMED no-show: finalise';
  if (handed.alone === null) return `${handed.phase} co-signed: finalise`;
  if (handed.phase === 'CLAIMED') return 'CLAIMED alone: finalise';
  if (handed.bestProofWh > 0) return 'CHALLENGED: finalise with the best proof';
  return handed.cosigned.cost > 0n ? 'CHALLENGED: finalise unproven' : 'CHALLENGED: finalise for nothing';
}

/** What a claim or a challenge pays at its end, and the energy sold. */
function owedFor(made: Made, handed: BookingState): { paid: bigint; energyWh: number } {
  const { cosigned, alone, bestProofWh } = handed;
  const challenged = handed.phase === 'CHALLENGED';
  if (alone === null || (challenged && bestProofWh === 0)) {
    return { paid: cosigned.cost, energyWh: cosigned.energyWh };
  }
  const energyWh = challenged ? Math.min(bestProofWh, alone.energyWh) : alone.energyWh;
  const paid = boundedCost(made, handed, { ...alone, energyWh });
  return { paid, energyWh: Math.max(energyWh, cosigned.energyWh) };
}
