import { encodeFunctionData, type Hex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type IntentLimits, intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { ITEM_GAS_MIN, type OfferStruct, type SignedBookingStruct } from '../../protocol/calls.ts';
import { fundAndBookNonce } from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { termsHash, toTermsStruct } from '../../protocol/terms.ts';
import type * as calls from './calls.ts';
import { listingIdOfCharger, termsOf } from './chargers.ts';
import { authorizationArgs, authorize, permitArgs, withdrawalArgs } from './encodeMoney.ts';
import {
  aloneArgs,
  aloneSettlement,
  givenBackOf,
  openArgs,
  settleArgs,
  settlement,
} from './encodeReports.ts';
import { type Encoded, type MarketAddresses, orZero, sign, signCompact } from './sign.ts';
import { listingAt, type Made, type World } from './world.ts';

/** The calldata of a call, signed by its signers. Only this file has the calls' encodings. */
export async function encode(addresses: MarketAddresses, world: World, call: calls.Call): Promise<Hex> {
  const [functionName, args] = await encoded(addresses, world, call);
  return encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
}

async function encoded(addresses: MarketAddresses, world: World, call: calls.Call): Promise<Encoded> {
  switch (call.kind) {
    case 'deposit':
      return ['deposit', [orZero(call.account), call.index, call.amount]];
    case 'depositWithPermit':
      return permitArgs(addresses, world, call);
    case 'depositWithAuthorization':
      return authorizationArgs(addresses, world, call);
    case 'withdraw':
      return ['withdraw', [call.index, call.amount, orZero(call.to)]];
    case 'withdrawEarnings':
      return ['withdrawEarnings', [listingIdOfCharger(call.charger), call.amount, orZero(call.to)]];
    case 'withdrawBySignature':
    case 'withdrawEarningsBySignature':
      return withdrawalArgs(addresses, call);
    case 'publish':
    case 'update':
    case 'setStatus':
      return listingArgs(addresses, world, call);
    case 'bookAsDriver':
    case 'fundAndBook':
      return bookingArgs(addresses, world, call);
    case 'book':
      return ['book', [await signedBooking(addresses, call)]];
    case 'bookByWallet':
      return walletArgs(addresses, call);
    case 'bookOffer':
      return offerArgs(addresses, call);
    case 'bookAll':
      return batch(call.kind, call.items, (item) => signedBooking(addresses, item));
    case 'settleAll':
    case 'settleAllAlone':
      return settlementsArgs(addresses, call);
    case 'settle':
      return settleArgs(addresses, call);
    case 'settleAlone':
      return aloneArgs(addresses, call);
    case 'pause':
      return ['pauseNewBookings', [BigInt(call.until)]];
    default:
      return openArgs(addresses, call);
  }
}

/** Either all items give slots back or none does. */
function settlementsArgs(
  addresses: MarketAddresses,
  call: calls.SettleAll | calls.SettleAllAlone,
): Promise<Encoded> {
  const items: (calls.Settle | calls.SettleAlone)[] = call.items;
  const one = (item: calls.Settle | calls.SettleAlone) =>
    item.kind === 'settle' ? settlement(addresses, item) : aloneSettlement(addresses, item);
  if (items.every(({ givenBack }) => givenBack === null)) return batch(call.kind, items, one);
  return batch(`${call.kind}AndGiveBack`, items, async (item) => ({
    settlement: await one(item),
    given: await givenBackOf(addresses, item),
  }));
}

const batch = async <T>(name: string, items: T[], one: (item: T) => Promise<unknown>): Promise<Encoded> => [
  name,
  [await Promise.all(items.map(one)), ITEM_GAS_MIN],
];

async function listingArgs(
  addresses: MarketAddresses,
  world: World,
  call: calls.Publish | calls.Update | calls.SetStatus,
): Promise<Encoded> {
  const listingId = listingIdOfCharger(call.charger);
  const { version } = listingAt(world, call.charger);
  const listingOf = ({ variant, host }: calls.ListedTerms) => termsOf(call.charger, variant, host).listing;
  if (call.kind === 'setStatus') {
    const message = { listingId, status: call.status, version };
    const signature = await sign(addresses, call.signer, 'SetListingStatus', message);
    return ['setListingStatus', [listingOf(call.current), call.status, signature]];
  }
  const listing = listingOf(call.kind === 'publish' ? call : call.next);
  const { terms, weeklyHours, place } = listing;
  const signature = await sign(addresses, call.signer, 'PublishListing', {
    listingId,
    termsHash: termsHash(terms),
    weeklyHours,
    placeHash: placeHash(place),
    version,
  });
  if (call.kind === 'update') return ['updateListing', [listingOf(call.current), listing, signature]];
  const validUntil = BigInt(call.consentUntil);
  const message = { listingId, host: terms.host, validUntil };
  const consent = await signCompact(addresses, call.consentBy, 'AgentConsent', message);
  return ['publishListing', [listing, validUntil, consent, signature]];
}

async function bookingArgs(
  addresses: MarketAddresses,
  world: World,
  call: calls.BookAsDriver | calls.FundAndBook,
): Promise<Encoded> {
  const { booking } = call.made;
  const { weeklyHours, placeHash } = listingFields(call);
  const args = [toBookingStruct(booking), weeklyHours, placeHash];
  if (call.kind === 'bookAsDriver') return [call.kind, args];
  const limits = limitsOf(call.limits);
  const nonce = fundAndBookNonce(addresses, booking, limits);
  return [call.kind, [...args, packLimits(limits), await authorize(addresses, world, call, nonce)]];
}

function listingFields({ made, listed }: { made: Made; listed: calls.ListedTerms }) {
  const { listing } = termsOf(made.charger, listed.variant, listed.host);
  return { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) };
}

const limitsOf = ({ relayer, validUntil }: calls.Limits): IntentLimits => ({
  relayer: orZero(relayer),
  validUntil: BigInt(validUntil),
});

/** Argument of `book`; `bookAll` takes a list. */
async function signedBooking(
  addresses: MarketAddresses,
  call: calls.Book | calls.BookOffer,
): Promise<SignedBookingStruct> {
  const { booking } = call.made;
  const limits = limitsOf(call.limits);
  const driverSignature = await signCompact(addresses, call.signer, 'Intent', intentMessage(booking, limits));
  return {
    booking: toBookingStruct(booking),
    ...listingFields(call),
    limits: packLimits(limits),
    driverSignature,
  };
}

async function walletArgs(addresses: MarketAddresses, call: calls.Book): Promise<Encoded> {
  const { booking, weeklyHours, placeHash, limits } = await signedBooking(addresses, call);
  const message = intentMessage(call.made.booking, limitsOf(call.limits));
  const signature = await sign(addresses, call.signer, 'Intent', message);
  return ['bookByWallet', [booking, weeklyHours, placeHash, limits, signature]];
}

async function offerArgs(addresses: MarketAddresses, call: calls.BookOffer): Promise<Encoded> {
  const { made, listed, offer } = call;
  const { booking, weeklyHours, placeHash, limits } = await signedBooking(addresses, call);
  const driver = orZero(offer.driver);
  const validUntil = BigInt(offer.validUntil);
  const struct: OfferStruct = {
    listedTariff: termsOf(made.charger, listed.variant, listed.host).listing.terms.tariff,
    driver,
    validUntil,
    agentSignature: await signCompact(addresses, offer.signer, 'Offer', {
      listingId: made.booking.listingId,
      version: offer.version,
      tariff: toTermsStruct(made.terms).tariff,
      firstSlot: offer.firstSlot,
      slotCount: made.booking.slotCount,
      driver,
      validUntil,
    }),
  };
  const message = intentMessage(made.booking, limitsOf(call.limits));
  const signature = await sign(addresses, call.signer, 'Intent', message);
  return ['bookOffer', [booking, weeklyHours, placeHash, limits, struct, signature]];
}
