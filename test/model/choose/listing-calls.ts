import { HOSTS } from '../actors.ts';
import type * as calls from '../calls.ts';
import { ALL_VARIANTS, CHARGERS, chargerOf, GOOD_VARIANTS } from '../chargers.ts';
import type { Dice } from '../rng.ts';
import { listingAt, type World } from '../world.ts';

const WEEK_SEC = 7 * 24 * 3_600;
const chargerNumbers = [...CHARGERS.keys()];

export function publish(world: World, dice: Dice): calls.Publish {
  const unlisted = chargerNumbers.filter((charger) => {
    const { status } = listingAt(world, charger);
    return status === 'NONE' || status === 'CLOSED';
  });
  const charger = dice.pick(unlisted.length > 0 && !dice.odds(10) ? unlisted : chargerNumbers);
  const host = dice.mostly<string>(chargerOf(charger).host, 20, HOSTS);
  return {
    kind: 'publish',
    charger,
    host,
    variant: variant(dice),
    consentBy: dice.mostly(chargerOf(charger).agent, 8, ['stranger']),
    consentUntil: world.nowSec + dice.mostly(600, 8, [601, 0, 1]),
    ...byHost(dice, host),
  };
}

export function update(world: World, dice: Dice): calls.Update {
  const { charger, current } = present(world, dice);
  const next = { variant: variant(dice), host: dice.mostly<string>(current.host, 4, HOSTS) };
  return { kind: 'update', charger, current, next, ...byHost(dice, current.host) };
}

export function setStatus(world: World, dice: Dice): calls.SetStatus {
  const { charger, current } = present(world, dice);
  const status = listingAt(world, charger).status === 'OPEN' ? 2 : 1;
  return {
    kind: 'setStatus',
    charger,
    current,
    status: dice.mostly(status, 35, [3, 3, 3, 0, 1, 2, 4]),
    ...byHost(dice, current.host),
  };
}

/** A listing that is there, or was, with the offer as it stands or, rarely, another. */
function present(world: World, dice: Dice) {
  const listed = chargerNumbers.filter((charger) => listingAt(world, charger).host !== null);
  const charger = dice.pick(dice.odds(4) ? chargerNumbers : listed);
  return { charger, current: standingOffer(world, dice, charger) };
}

export function standingOffer(world: World, dice: Dice, charger: number): calls.Handover {
  const listing = listingAt(world, charger);
  const host = listing.host ?? chargerOf(charger).host;
  return { host, variant: dice.mostly(listing.variant, 4, [...Array(GOOD_VARIANTS).keys()]) };
}

const variant = (dice: Dice): number => dice.next() % (dice.odds(15) ? ALL_VARIANTS : GOOD_VARIANTS);

/** The host calls, or signed what somebody carries. */
function byHost(dice: Dice, host: string): { sender: string; signer: string | null } {
  if (dice.odds(5)) return { sender: 'stranger', signer: dice.pick([null, 'stranger']) };
  return dice.next() % 2 === 0 ? { sender: host, signer: null } : { sender: 'relayer', signer: host };
}

export function pause(world: World, dice: Dice): calls.Pause {
  const sender = dice.mostly<string>('guardian', 20, ['stranger']);
  const ahead = dice.mostly(dice.pick([600, 1_200]), 12, [0, WEEK_SEC + 1, WEEK_SEC]);
  return { kind: 'pause', sender, until: world.nowSec + ahead };
}
