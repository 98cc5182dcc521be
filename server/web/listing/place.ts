import { type Hex, isAddressEqual } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { ChargerDetail } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { type Handover, handover } from '../../../protocol/handover.ts';
import { seal } from '../../../protocol/seal.ts';
import { api } from '../app/api.ts';
import { load, save } from '../app/storage.ts';

/** What the host's browser keeps of a listing: without its salt nobody could show that the place is the promised one. */
export interface KeptPlace {
  told: Handover;
  /** When the agent took it, unix seconds. */
  handedOverAt?: number;
}

const keyOf = (listingId: Hex): string => `place:${listingId}`;

export const keepPlace = (told: Handover): void => save(keyOf(told.listingId), { told } satisfies KeptPlace);

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

/** Hands the place over to the agent, which takes what its listing commits to. Again is harmless. */
export async function handOverPlace(told: Handover): Promise<void> {
  const { listingId } = told;
  const { agentPublicKey, terms } = await api<ChargerDetail>('GET', `/chargers/${listingId}`);
  if (agentPublicKey === null) {
    throw new PlugpactError({
      code: 'place.agentUnknown',
      rule: 'The agent has not been heard of since it was listed.',
      remedy: 'It takes a few seconds: try again in a moment.',
      retry: 'later',
    });
  }
  const envelope = sealPlace(told, agentPublicKey, terms.agentKey);
  await api('POST', `/chargers/${listingId}/place`, { envelope });
  save(keyOf(listingId), { told, handedOverAt: Math.floor(Date.now() / 1_000) } satisfies KeptPlace);
}
