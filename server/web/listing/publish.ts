import type { Hex } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ConfigResponse, PairingResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import {
  LISTING_STATUS,
  type ListingStruct,
  listingIdOf,
  placeHash,
  unpackListingWord,
} from '../../../protocol/listing.ts';
import { signerOf, toCompact } from '../../../protocol/signature.ts';
import { termsHash } from '../../../protocol/terms.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api, indexed } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { t } from '../app/words.ts';
import { publishedOf } from './edit.ts';

export const PUBLISH_STEP = t('listing.publish.step');

/** Asks the agent that shows a pairing code for its consent to the listing, and checks it. */
export async function pair(ledger: Ledger, code: string, host: Hex): Promise<PairingResponse> {
  const pairing = await api('pairCharger', { body: { code: code.trim().toUpperCase(), host } });
  const { agentKey, offer, listingId, consentValidUntil: validUntil } = pairing;
  const signer = await signerOf(
    ledger.ref,
    'AgentConsent',
    { listingId, host, validUntil: BigInt(validUntil) },
    pairing.agentConsent,
  );
  if (signer.toLowerCase() === agentKey.toLowerCase() && listingIdOf(agentKey, offer.connector) === listingId)
    return pairing;
  throw new PlugpactError({
    code: 'pairing.wrongAgent',
    value: signer,
    rule: t('listing.pair.wrongAgent'),
    remedy: t('listing.pair.wrongAgent.remedy'),
  });
}

interface Party {
  wallet: Wallet;
  ledger: Ledger;
  config: ConfigResponse;
}

/** What the ledger keeps of a listing. */
export const listingWord = async ({ client, ref }: Ledger, listingId: Hex) =>
  unpackListingWord(
    await client.readContract({
      address: ref.market,
      abi: plugpactMarketAbi,
      functionName: 'listingOf',
      args: [listingId],
    }),
  );

const revoked = (agentKey: Hex): PlugpactError =>
  new PlugpactError({
    code: 'listing.revoked',
    value: agentKey,
    rule: t('listing.revoked'),
    remedy: t('listing.revoked.remedy'),
  });

/** The host's signature of the next version. */
async function signListing({ wallet, ledger }: Party, listingId: Hex, listing: ListingStruct): Promise<Hex> {
  const { version } = await listingWord(ledger, listingId);
  return signAs(wallet, ledger, 'PublishListing', {
    listingId,
    termsHash: termsHash(listing.terms),
    weeklyHours: listing.weeklyHours,
    placeHash: placeHash(listing.place),
    version: Number(version),
  });
}

/**
 * Signs the listing as its host and sends it to the ledger. A connector is published once: where its listing was closed,
 * this is a new version of it, which opens it again.
 *
 * @throws PlugpactError `listing.revoked` where its agent key was revoked.
 */
export async function publish(
  party: Party,
  listing: ListingStruct,
  pairing: PairingResponse,
  progress: Progress,
): Promise<void> {
  const { wallet, ledger, config } = party;
  const { status } = await listingWord(ledger, pairing.listingId);
  if (Number(status) === LISTING_STATUS.REVOKED) throw revoked(pairing.agentKey);
  if (Number(status) !== LISTING_STATUS.NONE) {
    const detail = await api('getCharger', { params: { listingId: pairing.listingId } });
    await update(party, pairing.listingId, { current: publishedOf(detail), next: listing }, progress);
    return;
  }
  progress(PUBLISH_STEP, { phase: 'signing' });
  const signature = await signListing(party, pairing.listingId, listing);
  const consent = toCompact(pairing.agentConsent);
  const data = marketCall('publishListing', [listing, BigInt(pairing.consentValidUntil), consent, signature]);
  await sendRelayed(wallet, ledger, config, data, (change) => progress(PUBLISH_STEP, change));
}

/** Does the same for a new version of a listing; opens a closed one. */
export async function update(
  party: Party,
  listingId: Hex,
  versions: { current: ListingStruct; next: ListingStruct },
  progress: Progress,
): Promise<void> {
  const { wallet, ledger, config } = party;
  progress(PUBLISH_STEP, { phase: 'signing' });
  const { current, next } = versions;
  const signature = await signListing(party, listingId, next);
  const data = marketCall('updateListing', [current, next, signature]);
  const receipt = await sendRelayed(wallet, ledger, config, data, (change) => progress(PUBLISH_STEP, change));
  await indexed(receipt.blockNumber);
}
