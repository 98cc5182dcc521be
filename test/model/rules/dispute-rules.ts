import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { windowEnd } from '../times.ts';
import { type BookingState, bondOf, type World } from '../world.ts';
import { payHost } from './money-rules.ts';
import { aboutOpen, boundedCost, changeState, endBooking, inPhase } from './open-booking-rules.ts';

export function challenge(world: World, call: calls.Challenge): Forecast {
  const { made, sender, signer } = call;
  const rules = (): Rule[] => [
    ...inPhase(call, 'CLAIMED'),
    ...contested(world, call),
    ['Account_InvalidSignature', !isAuthorizedBy([made.driver, made.session], sender, signer)],
  ];
  return aboutOpen(world, call, () =>
    forecastOf('CLAIMED: challenge', rules(), () => {
      changeState(world, call, { phase: 'CHALLENGED', challengedAt: world.nowSec });
      return [{ name: 'Challenged', args: {} }];
    }),
  );
}

/** There is a unilateral claim whose window has not ended. */
const contested = (world: World, { made, handed }: calls.Challenge | calls.Prove): Rule[] => [
  ['Challenge_NothingUnsigned', handed.alone === null],
  ['Booking_TooLate', world.nowSec >= windowEnd(made, handed)],
];

export function prove(world: World, call: calls.Prove): Forecast {
  const { handed, provenWh, flaw } = call;
  const reaches = provenWh >= (handed.alone?.energyWh ?? 0);
  const rules = (): Rule[] => [
    ...inPhase(call, 'CHALLENGED'),
    ...contested(world, call),
    ['Claim_SecretMismatch', !call.knowsSecret],
    ['Proof_WrongMeterKey', !call.pinnedKey || call.made.terms.metering.meterAlgorithm === 'none'],
    [flaw === 'cut' ? 'Json_Malformed' : 'Ocmf_Refused', flaw !== 'none'],
    ['Proof_NotBetter', !reaches && provenWh <= handed.bestProofWh],
  ];
  const row = reaches ? 'CHALLENGED: prove the whole claim' : 'CHALLENGED: prove less';
  return aboutOpen(world, call, () =>
    forecastOf(row, rules(), () => (reaches ? standsProven(world, call) : keepProof(world, call))),
  );
}

function keepProof(world: World, call: calls.Prove): Emitted[] {
  changeState(world, call, { bestProofWh: call.provenWh });
  return [{ name: 'Proven', args: { provenWh: call.provenWh } }];
}

/**
 * The claim is paid within rule 1, never below what was co-signed; the energy sold is what was
 * claimed, or co-signed if that is more. The bond goes to the host without a fee: it is not a price.
 */
function standsProven(world: World, { made, handed, provenWh }: calls.Prove): Emitted[] {
  const claimed = claimOf(handed);
  const paid = boundedCost(made, handed, claimed);
  const bond = bondOf(made);
  const refunded = endBooking(world, made, paid + bond);
  const fee = payHost(world, made, paid, Math.max(claimed.energyWh, handed.cosigned.energyWh), bond);
  return [
    { name: 'Proven', args: { provenWh } },
    { name: 'BondForfeited', args: { amount: bond } },
    { name: 'Finalised', args: { outcome: 5, paid, refunded } },
    ...fee,
  ];
}

export function claimOf({ alone }: BookingState) {
  if (!alone) throw new Error('Nothing is claimed by the agent alone.');
  return alone;
}
