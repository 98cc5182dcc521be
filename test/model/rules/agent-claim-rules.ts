import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { momentsOf, within } from '../times.ts';
import { listingAt, type Made, type World } from '../world.ts';
import { aboutOpen, changeState, inPhase, signedByAgent } from './open-booking-rules.ts';

export function arrived(world: World, call: calls.Arrived): Forecast {
  const { made, sender, signer } = call;
  const { opens, noShowFrom } = momentsOf(made);
  const rules: Rule[] = [
    ...inPhase(call, 'RESERVED'),
    ...within(world.nowSec, { from: opens, until: noShowFrom }),
    ['Account_InvalidSignature', !isAuthorizedBy([made.driver, made.session], sender, signer)],
  ];
  return aboutOpen(world, call, () =>
    forecastOf('RESERVED: arrived', rules, () => {
      changeState(world, call, { arrived: true });
      return [{ name: 'Arrived', args: {} }];
    }),
  );
}

export function claimNoShow(world: World, call: calls.ClaimNoShow): Forecast {
  const { made, handed } = call;
  const { noShowFrom, reportBy } = momentsOf(made);
  const rules: Rule[] = [
    ...inPhase(call, 'RESERVED'),
    ['Claim_DriverArrived', handed.arrived],
    ...within(world.nowSec, { from: noShowFrom, until: reportBy }),
    ...keyLive(world, made),
    ['Reading_AgentSignatureInvalid', call.agentSigner !== made.agent],
  ];
  return aboutOpen(world, call, () =>
    forecastOf('RESERVED: claim no-show', rules, () => {
      changeState(world, call, { phase: 'CLAIMED', noShow: true, claimedAt: world.nowSec });
      return [{ name: 'NoShowClaimed', args: {} }];
    }),
  );
}

export function claimAlone(world: World, call: calls.ClaimAlone): Forecast {
  const { made, handed, reading } = call;
  const { opens, reportBy } = momentsOf(made);
  const raises = handed.phase === 'CLAIMED';
  const rules = (): Rule[] => [
    ...inPhase(call, 'RESERVED', 'CLAIMED'),
    ['Booking_WrongPhase', handed.noShow],
    ['Claim_AlreadyRaised', handed.alone !== null || handed.raised],
    ...within(world.nowSec, { from: opens, until: reportBy }),
    ...keyLive(world, made),
    ['Claim_SecretMismatch', !call.knowsSecret],
    ['Reading_NotFinal', !reading.isFinal],
    ['Reading_NotNewer', raises && reading.seq <= handed.cosigned.seq],
    ...signedByAgent(made, reading, call.agentSigner),
    ...plausible(world, made, reading),
  ];
  const row = raises ? 'CLAIMED co-signed: raise' : 'RESERVED: claim alone';
  return aboutOpen(world, call, () => forecastOf(row, rules(), () => putAlone(world, call)));
}

function putAlone(world: World, call: calls.ClaimAlone): Emitted[] {
  const { seq, energyWh, beganAt, endedAt, overstaySec } = call.reading;
  changeState(world, call, {
    phase: 'CLAIMED',
    alone: { seq, energyWh, beganAt, endedAt, overstaySec },
    raised: call.handed.phase === 'CLAIMED',
    claimedAt: world.nowSec,
  });
  return [{ name: 'Claimed', args: {} }];
}

/** Rule 21: unilateral claims of a revoked agent key are refused. */
const keyLive = (world: World, made: Made): Rule[] => [
  ['Claim_AgentKeyRevoked', listingAt(world, made.charger).status === 'REVOKED'],
];

/** Rule 5: within the booking's time and the listed power; overstay counts from `closes` and is in the past. */
function plausible(world: World, made: Made, reading: calls.SignedReading): Rule[] {
  const { opens, closes } = momentsOf(made);
  const timeSec = BigInt(reading.endedAt - reading.beganAt);
  const wattSeconds = BigInt(reading.energyWh) * 3_600n;
  return [
    ['Reading_OutsideWindow', reading.beganAt < opens || reading.endedAt > closes],
    ['Reading_OutsideWindow', reading.overstaySec > 0 && closes + reading.overstaySec > world.nowSec],
    ['Reading_PowerExceeded', wattSeconds > made.terms.metering.maxPowerW * timeSec],
  ];
}
