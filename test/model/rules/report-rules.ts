import { packPayout } from '../../../protocol/reading.ts';
import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, type Rule } from '../forecast.ts';
import type { BookingState, World } from '../world.ts';
import { conceded, concedes } from './concession.ts';
import { givenBackRules, giveSlotsBack } from './give-back-rules.ts';
import { payHost } from './money-rules.ts';
import {
  aboutOpen,
  changeState,
  costOf,
  endBooking,
  reportable,
  signedByAgent,
  soldWh,
} from './open-booking-rules.ts';

export function settle(world: World, call: calls.Settle): Forecast {
  const { made, reading } = call;
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ...reportable(world, made, standing),
      ['Reading_NotFinal', !reading.isFinal],
      ...cosigned(call),
      ...givenBackRules(made, call.givenBack),
    ];
    const row = concedes(standing, reading) ? 'settle by the challenged reading' : 'settle';
    return forecastOf(`${standing.name}: ${row}`, rules, () => [
      ...payCosigned(world, call, standing),
      ...giveSlotsBack(world, made, call.givenBack),
    ]);
  });
}

function payCosigned(world: World, { made, reading }: calls.Settle, standing: BookingState): Emitted[] {
  const paid = costOf(made, reading);
  const { forfeit, events } = conceded(made, standing, reading);
  const refunded = endBooking(world, made, paid + forfeit);
  const energyWh = soldWh(made, reading.energyWh, reading.endedAt - reading.beganAt);
  return [
    ...events,
    { name: 'Settled', args: { payout: packPayout({ paid, refunded }) } },
    ...payHost(world, made, paid, energyWh, forfeit),
  ];
}

export function claim(world: World, call: calls.Claim): Forecast {
  const { made, reading } = call;
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ...reportable(world, made, standing),
      ['Claim_Final', reading.isFinal],
      ...cosigned(call),
      ['Reading_NotNewer', !isFirst(standing) && reading.seq <= standing.cosigned.seq],
    ];
    return forecastOf(`${standing.name}: ${rowOf(standing, reading)}`, rules, () =>
      putForward(world, call, standing),
    );
  });
}

/** The first reading that counts: it begins the claim's window. */
const isFirst = ({ name }: BookingState): boolean =>
  name !== 'CLAIMED' && name !== 'CLAIMED_ALONE' && name !== 'CHALLENGED';

const outlives = ({ name, alone }: BookingState, { seq }: calls.SignedReading): boolean =>
  name === 'CLAIMED_ALONE' && alone !== null && seq >= alone.seq;

function rowOf(standing: BookingState, reading: calls.SignedReading): string {
  if (standing.name === 'CLAIMED_ALONE') {
    return outlives(standing, reading) ? 'replace it whole' : 'replace the co-signed part';
  }
  return standing.name === 'CLAIMED' ? 'replace' : 'claim';
}

const cosigned = ({ made, reading, agentSigner, sessionSigner }: calls.Report): Rule[] => [
  ...signedByAgent(made, reading, agentSigner),
  ['Reading_SessionSignatureInvalid', sessionSigner !== made.session],
];

/** It ends a no-show, and a claim of the agent that is not newer; a running deadline stays. */
function putForward(world: World, { made, reading }: calls.Claim, standing: BookingState): Emitted[] {
  const { seq, energyWh, beganAt, endedAt, overstaySec } = reading;
  const first = isFirst(standing);
  changeState(world, made, {
    ...standing,
    name: first || outlives(standing, reading) ? 'CLAIMED' : standing.name,
    since: first ? world.nowSec : standing.since,
    cosigned: { seq, energyWh, timeSec: endedAt - beganAt, overstaySec },
  });
  return [{ name: 'Claimed', args: {} }];
}
