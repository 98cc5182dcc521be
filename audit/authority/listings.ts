import { type Address, encodeAbiParameters, getAbiItem, type Hex, isAddressEqual } from 'viem';
import { MARKET_CALLS } from '../calldata/market-calls.ts';
import type { CompactSignature } from '../lib/signatures.ts';
import { signerOfCompact } from '../lib/signatures.ts';
import { type ListingStruct, locationHash } from '../rules/listing.ts';
import { termsHash } from '../rules/listing-terms.ts';
import { digestOf, type FieldValue, type SignedType } from '../rules/signed-types.ts';
import { consentOf } from './consents.ts';
import { ALLOWED, allOf, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';

type Published = Scene<'ListingPublished', 'publishListing' | 'updateListing'>;

/** An agent's consent is used at once. */
const CONSENT_MAX_SEC = 600n;

/** The host lists and changes; the agent consents to its host once, when the listing is new. */
export async function checkPublished(scene: Published): Promise<Judgement> {
  const { event, act, history } = scene;
  const { listingId, listing, version } = event.args;
  const given = act.name === 'publishListing' ? act.args[0] : act.args[1];
  const signature = act.name === 'publishListing' ? act.args[3] : act.args[2];
  const { terms, weeklyHours, place } = listing;
  const message = {
    ...{ listingId, weeklyHours, version: version - 1 },
    termsHash: termsHash(terms),
    placeHash: locationHash(place),
  };
  const host = history.hostOf.get(listingId) ?? terms.host;
  return allOf([
    sameListing(listing, given),
    await signedByHost(scene, 'listing', host, 'PublishListing', message, signature),
    act.name === 'publishListing'
      ? consented(scene, terms, act.args[1], act.args[2])
      : isKnown(scene, version),
  ]);
}

/** A listing's status is its host's alone. */
export function checkStatus(scene: Scene<'ListingStatusChanged', 'setListingStatus'>): Promise<Judgement> {
  const { event, act, history } = scene;
  const { listingId, status, version } = event.args;
  const [current, , signature] = act.args;
  const host = history.hostOf.get(listingId) ?? current.terms.host;
  const message = { listingId, status, version: version - 1 };
  return signedByHost(scene, 'listingStatus', host, 'SetListingStatus', message, signature);
}

function signedByHost(
  {
    context,
    event,
    act,
  }: Pick<Published, 'context'> & {
    event: { blockNumber: number };
    act: { sender: Address };
  },
  code: string,
  account: Address,
  type: SignedType,
  message: Readonly<Record<string, FieldValue>>,
  signature: Hex,
): Promise<Judgement> {
  const digest = digestOf(context.market, type, message);
  const { blockNumber } = event;
  return consentOf(context.answers, code, { account, sender: act.sender, digest, signature, blockNumber });
}

const LISTING = [getAbiItem({ abi: MARKET_CALLS, name: 'publishListing' }).inputs[0]] as const;

/** The event shows the listing that the call brought. */
function sameListing(logged: ListingStruct, given: ListingStruct): Judgement {
  const [found, expected] = [logged, given].map((listing) => encodeAbiParameters(LISTING, [listing]));
  const rule = 'A listing is published as its host sent it.';
  return found === expected ? ALLOWED : refusedBy('listing', rule, 'the listing of the call', 'another one');
}

function consented(
  { context, event }: Published,
  { host, agentKey }: { host: Address; agentKey: Address },
  validUntil: bigint,
  signature: CompactSignature,
): Judgement {
  const now = BigInt(event.at);
  const { listingId } = event.args;
  const digest = digestOf(context.market, 'AgentConsent', { listingId, host, validUntil });
  const signer = signerOfCompact(digest, signature);
  const rule = 'The agent consents to its host, for ten minutes at most.';
  if (signer === undefined || !isAddressEqual(signer, agentKey)) {
    return refusedBy('consent', rule, agentKey, `a signature by ${signer ?? 'nobody'}`);
  }
  if (now < validUntil && validUntil <= now + CONSENT_MAX_SEC) return ALLOWED;
  return refusedBy('consent', rule, `${now + 1n} to ${now + CONSENT_MAX_SEC}`, `${validUntil}`);
}

/** What was never published has no consent that a change could go by. */
const isKnown = (_: Published, version: number): Judgement =>
  version > 1
    ? ALLOWED
    : refusedBy(
        'consent',
        'A new listing needs its agent’s consent.',
        'a listing with consent',
        'a change of none',
      );
