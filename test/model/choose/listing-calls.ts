import { HOSTS } from '../actors.ts';
import type * as calls from '../calls.ts';
import { ALL_VARIANTS, CHARGERS, chargerOf, GOOD_VARIANTS } from '../chargers.ts';
import type { Rng } from '../rng.ts';
import { listingAt, type World } from '../world.ts';

const WEEK_SEC = 7 * 24 * 3_600;
const chargerNumbers = [...CHARGERS.keys()];

export function publish(world: World, rng: Rng): calls.Publish {
  const unlisted = chargerNumbers.filter((charger) => {
    const { status } = listingAt(world, charger);
    return status === 'NONE' || status === 'CLOSED';
  });
  const charger = rng.pick(unlisted.length > 0 && !rng.chance(10) ? unlisted : chargerNumbers);
  const host = rng.mostly<string>(chargerOf(charger).host, 20, HOSTS);
  return {
    kind: 'publish',
    charger,
    host,
    variant: variant(rng),
    consentBy: rng.mostly(chargerOf(charger).agent, 8, ['stranger']),
    consentUntil: world.nowSec + rng.mostly(600, 8, [601, 0, 1]),
    ...byHost(rng, host),
  };
}

export function update(world: World, rng: Rng): calls.Update {
  const { charger, current } = present(world, rng);
  const next = { variant: variant(rng), host: rng.mostly<string>(current.host, 4, HOSTS) };
  return { kind: 'update', charger, current, next, ...byHost(rng, current.host) };
}

export function setStatus(world: World, rng: Rng): calls.SetStatus {
  const { charger, current } = present(world, rng);
  const status = listingAt(world, charger).status === 'OPEN' ? 2 : 1;
  return {
    kind: 'setStatus',
    charger,
    current,
    status: rng.mostly(status, 35, [3, 3, 3, 0, 1, 2, 4]),
    ...byHost(rng, current.host),
  };
}

/** A listing that exists or existed, with its current terms or, rarely, others. */
function present(world: World, rng: Rng) {
  const listed = chargerNumbers.filter((charger) => listingAt(world, charger).host !== null);
  const charger = rng.pick(rng.chance(4) ? chargerNumbers : listed);
  return { charger, current: currentTerms(world, rng, charger) };
}

export function currentTerms(world: World, rng: Rng, charger: number): calls.ListedTerms {
  const listing = listingAt(world, charger);
  const host = listing.host ?? chargerOf(charger).host;
  return { host, variant: rng.mostly(listing.variant, 4, [...Array(GOOD_VARIANTS).keys()]) };
}

const variant = (rng: Rng): number => rng.next() % (rng.chance(15) ? ALL_VARIANTS : GOOD_VARIANTS);

/** The host calls, or somebody sends the host's signature. */
function byHost(rng: Rng, host: string): { sender: string; signer: string | null } {
  if (rng.chance(5)) return { sender: 'stranger', signer: rng.pick([null, 'stranger']) };
  return rng.next() % 2 === 0 ? { sender: host, signer: null } : { sender: 'relayer', signer: host };
}

export function pause(world: World, rng: Rng): calls.Pause {
  const sender = rng.mostly<string>('guardian', 20, ['stranger']);
  const ahead = rng.mostly(rng.pick([600, 1_200]), 12, [0, WEEK_SEC + 1, WEEK_SEC]);
  return { kind: 'pause', sender, until: world.nowSec + ahead };
}
