import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { windowEnd, within } from '../times.ts';
import type { BookingState, World } from '../world.ts';
import { certain, challengedPays, claimPays, forfeitOf, provenPays, provenWhOf } from './claim-money.ts';
import { payHost } from './money-rules.ts';
import { aboutOpen, changeState, endBooking, inState, soldWh } from './open-booking-rules.ts';

/** Only of what is above the co-signed and the allowed. */
export function challenge(world: World, call: calls.Challenge): Forecast {
  const { made, sender, signer } = call;
  return aboutOpen(world, call, (standing) => {
    const disputes = standing.name === 'CLAIMED_ALONE' && claimPays(made, standing) > certain(made, standing);
    const rules: Rule[] = [
      ...inState(standing, 'CLAIMED_ALONE'),
      ...within(world.nowSec, { from: 0, until: windowEnd(made, standing) }),
      ['Challenge_NothingUnsigned', !disputes],
      ['Account_InvalidSignature', !isAuthorizedBy([made.driver, made.session], sender, signer)],
    ];
    return forecastOf('CLAIMED_ALONE: challenge', rules, () => {
      changeState(world, made, { ...standing, name: 'CHALLENGED', since: world.nowSec });
      return [{ name: 'Challenged', args: {} }];
    });
  });
}

export function prove(world: World, call: calls.Prove): Forecast {
  const { made, provenWh, flaw } = call;
  return aboutOpen(world, call, (standing) => {
    const challenged = standing.name === 'CHALLENGED';
    const whole = challenged && provenPays(made, standing, provenWh) >= claimPays(made, standing);
    const rules: Rule[] = [
      ...inState(standing, 'CHALLENGED'),
      ...within(world.nowSec, { from: 0, until: windowEnd(made, standing) }),
      ['Claim_SecretMismatch', !call.knowsSecret],
      ['Proof_WrongMeterKey', !call.pinnedKey || made.terms.metering.meterAlgorithm === 'none'],
      [flaw === 'cut' ? 'Json_Malformed' : 'Ocmf_Refused', flaw !== 'none'],
      ['Proof_NotBetter', !whole && provenWh <= standing.bestProofWh],
    ];
    const row = whole ? 'CHALLENGED: prove the whole claim' : 'CHALLENGED: prove less';
    return forecastOf(row, rules, () => {
      const proven = { ...standing, bestProofWh: provenWh };
      if (whole) return standsProven(world, call, proven);
      changeState(world, made, proven);
      return [{ name: 'Proven', args: { provenWh } }];
    });
  });
}

/** The claim is paid, and the forfeit goes to the host without a fee: it is not a price. */
function standsProven(world: World, { made, provenWh }: calls.Prove, standing: BookingState): Emitted[] {
  const paid = challengedPays(made, standing);
  const forfeit = forfeitOf(made, standing);
  const refunded = endBooking(world, made, paid + forfeit);
  const { cosigned } = standing;
  const energyWh = Math.max(provenWhOf(standing), soldWh(made, cosigned.energyWh, cosigned.timeSec));
  return [
    { name: 'Proven', args: { provenWh } },
    { name: 'BondForfeited', args: { amount: forfeit } },
    { name: 'Finalised', args: { outcome: 5, paid, refunded } },
    ...payHost(world, made, paid, energyWh, forfeit),
  ];
}
