import { type Hex, isAddressEqual } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { type Handover, handover as handoverSchema, placeCommitmentOf } from '../../../protocol/handover.ts';
import { seal } from '../../../protocol/seal.ts';
import { api } from '../app/api.ts';
import { loadKind, type StoredKind, saveKind } from '../app/storage.ts';
import { t } from '../app/words.ts';

/**
 * What the host's browser stores of a listing. Without the salt in it nobody could prove that a location is the one that
 * the listing commits to.
 */
export interface StoredLocation {
  handover: Handover;
  /** When the agent accepted it, unix seconds. */
  handedOverAt?: number;
  /** Replaces `handover` once the ledger has the version that commits to it. */
  next?: Handover;
}

/** Up to 0.1.0 it stood under `place:`, and the handover was named `told`. */
const LOCATION_KIND: StoredKind<StoredLocation> = {
  version: 1,
  migrations: [({ told, ...old }) => (told === undefined ? old : { ...old, handover: told })],
  isValid: (value) => {
    const { handover, next } = value as Partial<StoredLocation>;
    return (
      handoverSchema.safeParse(handover).success &&
      (next === undefined || handoverSchema.safeParse(next).success)
    );
  },
};

const keyOf = (listingId: Hex): string => `location:${listingId}`;

/** Stores a handover before it is published, beside the `present` one: publishing it may still fail. */
export function storeLocation(next: Handover, present?: Handover): void {
  const { listingId } = next;
  const stored = loadLocation(listingId);
  const handedOverAt = stored?.handover.salt === present?.salt ? stored?.handedOverAt : undefined;
  const handed = handedOverAt === undefined ? {} : { handedOverAt };
  const all: StoredLocation =
    present === undefined ? { handover: next } : { handover: present, ...handed, next };
  saveKind(LOCATION_KIND, keyOf(listingId), all);
}

/** Undefined in a browser that did not list the charger. */
export function loadLocation(listingId: Hex): StoredLocation | undefined {
  const stored = loadKind(LOCATION_KIND, keyOf(listingId));
  const found = stored.state === 'NONE' ? loadKind(LOCATION_KIND, `place:${listingId}`) : stored;
  return found.state === 'OK' ? found.value : undefined;
}

/**
 * Seals the location to the agent that the listing names: the API forwards it and cannot read it.
 *
 * @throws PlugpactError `location.wrongAgent` when the API names the key of another agent.
 */
export function sealLocation(handover: Handover, agentPublicKey: Hex, agentKey: Hex): Hex {
  const named = publicKeyToAddress(agentPublicKey);
  if (isAddressEqual(named, agentKey)) return seal(agentPublicKey, JSON.stringify(handover));
  throw new PlugpactError({
    code: 'location.wrongAgent',
    value: named,
    rule: t('listing.location.wrongAgent', { agent: agentKey }),
    remedy: t('listing.location.wrongAgent.remedy'),
  });
}

/**
 * Sends the agent what the listing commits to now. A next handover that the ledger does not have yet stays stored, since
 * its version may still arrive there.
 */
export async function sendLocation({ handover: present, next }: StoredLocation): Promise<void> {
  const { listingId } = present;
  const { agentPublicKey, terms, place } = await api('getCharger', { params: { listingId } });
  if (agentPublicKey === null) {
    throw new PlugpactError({
      code: 'location.agentUnknown',
      rule: t('listing.location.agentUnknown'),
      remedy: t('listing.location.agentUnknown.remedy'),
      retry: 'later',
    });
  }
  const isNext = next !== undefined && placeCommitmentOf(next) === place.placeCommitment;
  const handover = isNext ? next : present;
  const envelope = sealLocation(handover, agentPublicKey, terms.agentKey);
  await api('sendLocation', { params: { listingId }, body: { envelope } });
  const waiting = isNext || next === undefined ? {} : { next };
  const handedOverAt = Math.floor(Date.now() / 1_000);
  saveKind(LOCATION_KIND, keyOf(listingId), { handover, handedOverAt, ...waiting });
}
