import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { freeUntil, momentsOf, NEVER, windowEnd, within } from '../times.ts';
import { type BookingState, isUnclaimed, type Made, NOBODY, purseOf, slotsOf, type World } from '../world.ts';
import { slotsIn } from './booking-rules.ts';
import { challengedPays, claimPays, cosignedCost, provenWhOf } from './claim-money.ts';
import { earn, payHost } from './money-rules.ts';
import { aboutOpen, endBooking, inState, soldWh } from './open-booking-rules.ts';

export function cancelByDriver(world: World, call: calls.CancelByDriver): Forecast {
  const { made, sender, signer } = call;
  return aboutOpen(world, call, (standing) => {
    const late = world.nowSec >= freeUntil(made, standing.since);
    const signedSo = signer === null || call.paysLateFee === late;
    const rules: Rule[] = [
      ...inState(standing, 'RESERVED'),
      ...within(world.nowSec, { from: 0, until: momentsOf(made).opens }),
      ['Account_InvalidSignature', !signedSo || !isAuthorizedBy([made.driver], sender, signer)],
    ];
    const row = late ? 'RESERVED: late cancel by the driver' : 'RESERVED: cancel by the driver';
    return forecastOf(row, rules, () => cancel(world, made, false, late ? noShowFee(made) / 2n : 0n));
  });
}

export function cancelByHost(world: World, call: calls.CancelByHost): Forecast {
  const { made, sender, signer, agreedBy } = call;
  const { opens, reportBy } = momentsOf(made);
  const begun = world.nowSec >= opens;
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ...inState(standing, 'RESERVED', 'ARRIVED'),
      ...within(world.nowSec, { from: 0, until: reportBy }),
      ['Account_InvalidSignature', !isAuthorizedBy([made.host], sender, signer)],
      ['Account_InvalidSignature', begun && agreedBy !== made.session],
    ];
    const row = begun ? 'agreed cancel by the host' : 'cancel by the host';
    return forecastOf(`${standing.name}: ${row}`, rules, () => cancel(world, made, true, 0n));
  });
}

/** Rule 6: the fee is per slot. */
const noShowFee = ({ booking, terms }: Made): bigint =>
  terms.bookingTerms.noshowFee * BigInt(booking.slotCount);

/** A cancelled booking frees all of its slots. */
function cancel(world: World, made: Made, byHost: boolean, paid: bigint): Emitted[] {
  const refunded = endBooking(world, made, paid);
  const taken = slotsOf(world, made.charger);
  for (const slot of slotsIn(made)) taken.delete(slot);
  if (paid > 0n) earn(world, made, paid, 0);
  return [{ name: 'Canceled', args: { byHost, paid, refunded } }];
}

export function expire(world: World, call: calls.End): Forecast {
  const { reportBy } = momentsOf(call.made);
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ...inState(standing, 'RESERVED', 'ARRIVED'),
      ...within(world.nowSec, { from: reportBy, until: NEVER }),
    ];
    return forecastOf(`${standing.name}: expire`, rules, () => [
      { name: 'Expired', args: { refunded: endBooking(world, call.made, 0n) } },
    ]);
  });
}

export function finalise(world: World, call: calls.End): Forecast {
  const { made } = call;
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ['Booking_WrongState', isUnclaimed(standing)],
      ...(isUnclaimed(standing)
        ? []
        : within(world.nowSec, { from: windowEnd(made, standing), until: NEVER })),
    ];
    return forecastOf(rowOf(standing), rules, () => endOf(world, made, standing));
  });
}

function rowOf(standing: BookingState): string {
  if (standing.name !== 'CHALLENGED') return `${standing.name}: finalise`;
  return standing.bestProofWh > 0
    ? 'CHALLENGED: finalise with the best proof'
    : 'CHALLENGED: finalise unproven';
}

function endOf(world: World, made: Made, standing: BookingState): Emitted[] {
  if (standing.name === 'NO_SHOW_CLAIMED' || standing.name === 'CONTESTED') {
    return endWithFee(world, made, standing.name === 'CONTESTED');
  }
  const { paid, energyWh } = owed(made, standing);
  const refunded = endBooking(world, made, paid);
  return [
    { name: 'Finalised', args: { outcome: 5, paid, refunded } },
    ...payHost(world, made, paid, energyWh),
  ];
}

/** A quarrel that nobody can decide pays nobody. */
function endWithFee(world: World, made: Made, contested: boolean): Emitted[] {
  const fee = noShowFee(made);
  const refunded = endBooking(world, made, fee);
  if (!contested) {
    earn(world, made, fee, 0);
    return [{ name: 'Finalised', args: { outcome: 4, paid: fee, refunded } }];
  }
  purseOf(world, NOBODY, 0).free += fee;
  return [{ name: 'NoShowContested', args: { fee, refunded } }];
}

/** What a claim or a challenge pays at its end, and the energy that counts as sold. */
function owed(made: Made, standing: BookingState): { paid: bigint; energyWh: number } {
  const { name, cosigned, alone } = standing;
  const cosignedWh = soldWh(made, cosigned.energyWh, cosigned.timeSec);
  if (name === 'CLAIMED') return { paid: cosignedCost(made, standing), energyWh: cosignedWh };
  if (name === 'CLAIMED_ALONE') {
    return { paid: claimPays(made, standing), energyWh: alone?.energyWh ?? 0 };
  }
  const energyWh = Math.max(cosignedWh, provenWhOf(standing));
  return { paid: challengedPays(made, standing), energyWh };
}
