import { packPayout } from '../../../protocol/reading.ts';
import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, type Rule } from '../forecast.ts';
import { momentsOf, windowEnd, within } from '../times.ts';
import type { BookingState, World } from '../world.ts';
import { payHost } from './money-rules.ts';
import { aboutOpen, changeState, costOf, endBooking, signedByAgent } from './open-booking-rules.ts';

export function settle(world: World, call: calls.Report): Forecast {
  const { made, handed, reading } = call;
  const rules = (): Rule[] => [
    ...reportable(world, call),
    ['Reading_NotFinal', !reading.isFinal],
    ...cosigned(call),
  ];
  return aboutOpen(world, call, () =>
    forecastOf(`${handed.phase}: settle`, rules(), () => {
      const paid = costOf(made, reading);
      const refunded = endBooking(world, made, paid);
      return [
        { name: 'Settled', args: { payout: packPayout({ paid, refunded }) } },
        ...payHost(world, made, paid, reading.energyWh),
      ];
    }),
  );
}

export function claim(world: World, call: calls.Report): Forecast {
  const { handed, reading } = call;
  const replaces = handed.phase !== 'RESERVED' && !handed.noShow;
  const rules = (): Rule[] => [
    ...reportable(world, call),
    ...cosigned(call),
    ['Reading_NotNewer', replaces && reading.seq <= handed.cosigned.seq],
  ];
  return aboutOpen(world, call, () =>
    forecastOf(rowOf(handed, reading), rules(), () => putForward(world, call)),
  );
}

function rowOf(handed: BookingState, reading: calls.SignedReading): string {
  if (handed.phase === 'RESERVED') return 'RESERVED: claim co-signed';
  if (handed.noShow) return 'CLAIMED no-show: show a co-signed reading';
  if (handed.alone === null) return `${handed.phase} co-signed: replace`;
  return reading.seq < handed.alone.seq
    ? `${handed.phase} alone: replace the co-signed part`
    : `${handed.phase} alone: replace it whole`;
}

/** A co-signed reading counts from `opens` to `reportBy`, later until the claim's or challenge's own end. */
function reportable(world: World, { made, handed }: calls.Report): Rule[] {
  const { opens, reportBy } = momentsOf(made);
  const span =
    handed.phase === 'RESERVED'
      ? { from: opens, until: reportBy }
      : { from: 0, until: windowEnd(made, handed) };
  return within(world.nowSec, span);
}

const cosigned = ({ made, reading, agentSigner, sessionSigner }: calls.Report): Rule[] => [
  ...signedByAgent(made, reading, agentSigner),
  ['Reading_SessionSignatureInvalid', sessionSigner !== made.session],
];

/** It ends a no-show, and a unilateral claim that is not newer; a running deadline stays. */
function putForward(world: World, call: calls.Report): Emitted[] {
  const { made, handed, reading } = call;
  const begins = handed.phase === 'RESERVED' || handed.noShow;
  const outlived = handed.alone !== null && reading.seq >= handed.alone.seq;
  changeState(world, call, {
    phase: begins ? 'CLAIMED' : handed.phase,
    noShow: false,
    cosigned: { seq: reading.seq, energyWh: reading.energyWh, cost: costOf(made, reading) },
    ...(begins ? { claimedAt: world.nowSec } : {}),
    ...(outlived ? { alone: null, bestProofWh: 0 } : {}),
  });
  return [{ name: 'Claimed', args: {} }];
}
