import { packPayout } from '../../../protocol/reading.ts';
import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, type Rule } from '../forecast.ts';
import { momentsOf, within } from '../times.ts';
import { type BookingState, greatest, isUnclaimed, least, type Made, type World } from '../world.ts';
import { conceded, concedes, isSameReading } from './concession.ts';
import { givenBackRules, giveSlotsBack } from './give-back-rules.ts';
import { payHost } from './money-rules.ts';
import { keyLive } from './no-show-rules.ts';
import {
  aboutOpen,
  changeState,
  costOf,
  endBooking,
  inState,
  reportable,
  signedByAgent,
} from './open-booking-rules.ts';

/** While nothing is claimed, and only within what the driver allowed. */
export function settleAlone(world: World, call: calls.SettleAlone): Forecast {
  const { made } = call;
  return aboutOpen(world, call, (standing) => {
    const rules: Rule[] = [
      ...finalOfAgent(world, call, standing),
      ['Settlement_NotAllowed', costsMore(call)],
      ...givenBackRules(made, call.givenBack),
    ];
    return forecastOf(`${standing.name}: settle alone`, rules, () => [
      ...payAlone(world, call, standing),
      ...giveSlotsBack(world, made, call.givenBack),
    ]);
  });
}

/** Settles within what the driver allowed; above it is a claim, once. */
export function claimAlone(world: World, call: calls.ClaimAlone): Forecast {
  const { made, reading } = call;
  return aboutOpen(world, call, (standing) => {
    const common: Rule[] = [
      ...inState(standing, 'RESERVED', 'ARRIVED', 'CLAIMED', 'CLAIMED_ALONE', 'CHALLENGED'),
      ...finalOfAgent(world, call, standing),
      ...nothingLess(standing, reading),
    ];
    if (reading.endedAt < reading.beganAt || !costsMore(call)) {
      const row = concedes(standing, reading) ? 'allow the challenged reading' : 'settle alone';
      return forecastOf(`${standing.name}: ${row}`, common, () => payAlone(world, call, standing));
    }
    if (raisesClaim(call, standing)) {
      return forecastOf(`${standing.name}: raise what is allowed`, common, () => {
        changeState(world, made, { ...standing, raisedCost: allowedBy(call) });
        return [{ name: 'ClaimedAlone', args: {} }];
      });
    }
    const rules: Rule[] = [
      ...common,
      ...inState(standing, 'RESERVED', 'ARRIVED', 'CLAIMED', 'CLAIMED_ALONE'),
      ['Claim_AlreadyRaised', standing.alone !== null],
      ...within(world.nowSec, { from: 0, until: momentsOf(made).reportBy }),
      ...keyLive(world, made),
    ];
    const row = standing.name === 'CLAIMED' ? 'CLAIMED: raise' : `${standing.name}: claim alone`;
    return forecastOf(row, rules, () => putAlone(world, call, standing));
  });
}

function payAlone(world: World, { made, reading }: Alone, standing: BookingState): Emitted[] {
  const paid = costOf(made, reading);
  const { forfeit, events } = conceded(made, standing, reading);
  const refunded = endBooking(world, made, paid + forfeit);
  return [
    ...events,
    { name: 'SettledAlone', args: { payout: packPayout({ paid, refunded }) } },
    ...payHost(world, made, paid, reading.energyWh, forfeit),
  ];
}

/** The same reading with a higher raise: the claim stands, with its deadline. */
const raisesClaim = (call: Alone, { alone, raisedCost }: BookingState): boolean =>
  isSameReading(alone, call.reading) && call.raise !== null && allowedBy(call) > raisedCost;

function putAlone(world: World, call: calls.ClaimAlone, standing: BookingState): Emitted[] {
  const { seq, energyWh, beganAt, endedAt, overstaySec } = call.reading;
  changeState(world, call.made, {
    ...standing,
    name: 'CLAIMED_ALONE',
    since: world.nowSec,
    alone: { seq, energyWh, beganAt, endedAt, overstaySec },
    raisedCost: call.raise ? allowedBy(call) : 0n,
  });
  return [{ name: 'ClaimedAlone', args: {} }];
}

type Alone = calls.SettleAlone | calls.ClaimAlone;

/** A raise never lowers what the booking allows, and nothing is above the cap. */
function allowedBy({ made, raise }: Alone): bigint {
  const { cap, allowedCost } = made.booking.money;
  return raise ? least(cap, greatest(allowedCost, raise.cost)) : allowedCost;
}

const costsMore = (call: Alone): boolean =>
  call.reading.endedAt >= call.reading.beganAt && costOf(call.made, call.reading) > allowedBy(call);

/** A final reading of the agent, with the secret that proves presence, and the driver's raise if there is one. */
const finalOfAgent = (world: World, call: Alone, standing: BookingState): Rule[] => [
  ...reportable(world, call.made, standing),
  ['Claim_SecretMismatch', !call.knowsSecret],
  ['Reading_NotFinal', !call.reading.isFinal],
  ...signedByAgent(call.made, call.reading, call.agentSigner),
  ...plausible(world, call.made, call.reading),
  ['Allowance_SignatureInvalid', call.raise !== null && !isRaiseSigned(call.raise, call.made)],
];

/** A signature of nothing is no raise. */
const isRaiseSigned = ({ cost, signer }: calls.Raise, { session }: Made): boolean =>
  cost > 0n && signer === session;

/** Rule 5: within the booking's time and the listed power, nothing of the future; overstay counts from `closes`. */
function plausible(world: World, made: Made, reading: calls.SignedReading): Rule[] {
  const { opens, closes } = momentsOf(made);
  const timeSec = BigInt(reading.endedAt - reading.beganAt);
  const wattSeconds = BigInt(reading.energyWh) * 3_600n;
  const late = reading.endedAt > closes || reading.endedAt > world.nowSec;
  return [
    ['Reading_OutsideWindow', reading.beganAt < opens || late],
    ['Reading_OutsideWindow', reading.overstaySec > 0 && closes + reading.overstaySec > world.nowSec],
    ['Reading_PowerExceeded', wattSeconds > made.terms.metering.maxPowerW * timeSec],
  ];
}

/** Rule 7: no part of the agent's word is below the newest co-signed reading. */
function nothingLess(standing: BookingState, reading: calls.SignedReading): Rule[] {
  if (isUnclaimed(standing)) return [];
  const { cosigned } = standing;
  const less =
    reading.energyWh < cosigned.energyWh ||
    reading.endedAt - reading.beganAt < cosigned.timeSec ||
    reading.overstaySec < cosigned.overstaySec;
  return [
    ['Reading_NotNewer', reading.seq <= cosigned.seq],
    ['Claim_BelowCosigned', less],
  ];
}
