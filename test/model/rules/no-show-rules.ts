import type * as calls from '../calls.ts';
import { type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { momentsOf, noShowFrom, windowEnd, within } from '../times.ts';
import { isUnclaimed, listingAt, type Made, type World } from '../world.ts';
import { aboutOpen, changeState, inState } from './open-booking-rules.ts';

/** Until the claim's window ends, so that nothing takes the driver's word away. */
export function arrived(world: World, call: calls.Arrived): Forecast {
  const { made, sender, signer } = call;
  const { opens, reportBy } = momentsOf(made);
  return aboutOpen(world, call, (standing) => {
    const denies = standing.name === 'NO_SHOW_CLAIMED';
    const span = denies ? { from: 0, until: windowEnd(made, standing) } : { from: opens, until: reportBy };
    const rules: Rule[] = [
      ...inState(standing, 'RESERVED', 'NO_SHOW_CLAIMED'),
      ...within(world.nowSec, span),
      ['Account_InvalidSignature', !isAuthorizedBy([made.driver, made.session], sender, signer)],
    ];
    return forecastOf(`${standing.name}: arrived`, rules, () => {
      changeState(world, made, { ...standing, name: denies ? 'CONTESTED' : 'ARRIVED' });
      return [{ name: 'Arrived', args: {} }];
    });
  });
}

export function claimNoShow(world: World, call: calls.ClaimNoShow): Forecast {
  const { made } = call;
  return aboutOpen(world, call, (standing) => {
    const from = noShowFrom(made, standing.since);
    const rules: Rule[] = [
      ...inState(standing, 'RESERVED', 'ARRIVED'),
      ...(isUnclaimed(standing) ? within(world.nowSec, { from, until: momentsOf(made).reportBy }) : []),
      ...keyLive(world, made),
      ['Reading_AgentSignatureInvalid', call.agentSigner !== made.agent],
    ];
    return forecastOf(`${standing.name}: claim no-show`, rules, () => {
      const name = standing.name === 'ARRIVED' ? 'CONTESTED' : 'NO_SHOW_CLAIMED';
      changeState(world, made, { ...standing, name, since: world.nowSec });
      return [{ name: 'NoShowClaimed', args: {} }];
    });
  });
}

/** Rule 21: what a revoked agent key claims alone is refused. */
export const keyLive = (world: World, made: Made): Rule[] => [
  ['Claim_AgentKeyRevoked', listingAt(world, made.charger).status === 'REVOKED'],
];
