import { type Hex, isAddressEqual } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { ChargerDetail } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { type Handover, handover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { seal } from '../../../protocol/seal.ts';
import { api } from '../app/api.ts';
import { load, save } from '../app/storage.ts';

/** What the host's browser keeps of a listing: without its salt nobody could show that the place is the promised one. */
export interface KeptPlace {
  told: Handover;
  /** When the agent took it, unix seconds. */
  handedOverAt?: number;
  /** What takes its place, once the ledger has the version that commits to it. */
  next?: Handover;
}

const keyOf = (listingId: Hex): string => `place:${listingId}`;

/** Keeps what is about to be published, beside the `present` one: whether it ever will be is not known yet. */
export function keepPlace(next: Handover, present?: Handover): void {
  const { listingId } = next;
  const kept = keptPlace(listingId);
  const handedOverAt = kept?.told.salt === present?.salt ? kept?.handedOverAt : undefined;
  const handed = handedOverAt === undefined ? {} : { handedOverAt };
  const all: KeptPlace = present === undefined ? { told: next } : { told: present, ...handed, next };
  save(keyOf(listingId), all);
}

/** Undefined where this browser did not list the charger. */
export function keptPlace(listingId: Hex): KeptPlace | undefined {
  const kept = load<Partial<KeptPlace>>(keyOf(listingId));
  return handover.safeParse(kept?.told).success ? (kept as KeptPlace) : undefined;
}

/**
 * Seals the place to the agent that the listing names: the API carries it and cannot read it.
 *
 * @throws PlugpactError `place.wrongAgent` when the API names the key of another.
 */
export function sealPlace(told: Handover, agentPublicKey: Hex, agentKey: Hex): Hex {
  const named = publicKeyToAddress(agentPublicKey);
  if (isAddressEqual(named, agentKey)) return seal(agentPublicKey, JSON.stringify(told));
  throw new PlugpactError({
    code: 'place.wrongAgent',
    value: named,
    rule: `The place is for the agent of your listing alone, ${agentKey}.`,
    remedy: 'Nothing was sent. Look at the agent beside your wallbox, and at this server.',
  });
}

/**
 * Hands over what the listing commits to now. A next one that the ledger does not have stays kept: it may be on its
 * way there.
 */
export async function handOverPlace({ told: before, next }: KeptPlace): Promise<void> {
  const { listingId } = before;
  const { agentPublicKey, terms, place } = await api<ChargerDetail>('GET', `/chargers/${listingId}`);
  if (agentPublicKey === null) {
    throw new PlugpactError({
      code: 'place.agentUnknown',
      rule: 'The agent has not been heard of since it was listed.',
      remedy: 'It takes a few seconds: try again in a moment.',
      retry: 'later',
    });
  }
  const isNext = next !== undefined && placeCommitmentOf(next) === place.placeCommitment;
  const told = isNext ? next : before;
  const envelope = sealPlace(told, agentPublicKey, terms.agentKey);
  await api('POST', `/chargers/${listingId}/place`, { envelope });
  const waiting = isNext || next === undefined ? {} : { next };
  save(keyOf(listingId), {
    told,
    handedOverAt: Math.floor(Date.now() / 1_000),
    ...waiting,
  } satisfies KeptPlace);
}
