import { encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type IntentLimits, intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { type SettlementStruct, type SignedBookingStruct, settleCall } from '../../protocol/calls.ts';
import { fundAndBookNonce } from '../../protocol/funding.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { placeHash } from '../../protocol/listing.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { termsHash } from '../../protocol/terms.ts';
import { meterTime, ocmf } from '../contracts/test-meter.ts';
import { secretOf } from './actors.ts';
import type * as calls from './calls.ts';
import { FOREIGN_METER, listingIdOfCharger, meterOf, offerOf } from './chargers.ts';
import { authorizationArgs, authorize, permitArgs, withdrawalArgs } from './encodeMoney.ts';
import { type Encoded, type MarketAddresses, orZero, sign, signCompact } from './sign.ts';
import { stateStructOf } from './state-words.ts';
import { momentsOf } from './times.ts';
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
    case 'bookAll':
      return ['bookAll', [await Promise.all(call.items.map((item) => signedBooking(addresses, item)))]];
    case 'settleAll':
      return ['settleAll', [await Promise.all(call.items.map((item) => settlement(addresses, item)))]];
    case 'settle': {
      const { functionName, args } = settleCall(
        await settlement(addresses, call),
        stateStructOf(call.handed),
      );
      return [functionName, args];
    }
    case 'pause':
      return ['pauseNewBookings', [BigInt(call.until)]];
    default:
      return openArgs(addresses, call);
  }
}

async function listingArgs(
  addresses: MarketAddresses,
  world: World,
  call: calls.Publish | calls.Update | calls.SetStatus,
): Promise<Encoded> {
  const listingId = listingIdOfCharger(call.charger);
  const { version } = listingAt(world, call.charger);
  const offered = ({ variant, host }: calls.ListedOffer) => offerOf(call.charger, variant, host).listing;
  if (call.kind === 'setStatus') {
    const message = { listingId, status: call.status, version };
    const signature = await sign(addresses, call.signer, 'SetListingStatus', message);
    return ['setListingStatus', [offered(call.current), call.status, signature]];
  }
  const listing = offered(call.kind === 'publish' ? call : call.next);
  const { terms, weeklyHours, place } = listing;
  const signature = await sign(addresses, call.signer, 'PublishListing', {
    listingId,
    termsHash: termsHash(terms),
    weeklyHours,
    placeHash: placeHash(place),
    version,
  });
  if (call.kind === 'update') return ['updateListing', [offered(call.current), listing, signature]];
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

function listingFields({ made, offer }: { made: Made; offer: calls.ListedOffer }) {
  const { listing } = offerOf(made.charger, offer.variant, offer.host);
  return { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) };
}

const limitsOf = ({ relayer, validUntil }: calls.Limits): IntentLimits => ({
  relayer: orZero(relayer),
  validUntil: BigInt(validUntil),
});

/** Argument of `book`; `bookAll` takes a list. */
async function signedBooking(addresses: MarketAddresses, call: calls.Book): Promise<SignedBookingStruct> {
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

/** Argument of `settle`; `settleAll` takes a list. */
async function settlement(
  addresses: MarketAddresses,
  { made, ...call }: calls.Report,
): Promise<SettlementStruct> {
  const signers = [call.agentSigner, call.sessionSigner] as const;
  const [reading, agentSignature, sessionSignature] = await readingArgs(
    addresses,
    made,
    call.reading,
    signers,
  );
  return { booking: toBookingStruct(made.booking), reading, agentSignature, sessionSignature };
}

type AboutOpen = Exclude<Extract<calls.Call, { handed: unknown }>, { kind: 'settle' }>;

/** Calls about an open booking: the booking and its state come first in all of them. */
async function openArgs(addresses: MarketAddresses, call: AboutOpen): Promise<Encoded> {
  const { bookingId, booking } = call.made;
  return [
    call.kind,
    [toBookingStruct(booking), stateStructOf(call.handed), ...(await restOf(addresses, call, bookingId))],
  ];
}

const NOBODY = `0x${'00'.repeat(32)}` as const;

async function restOf(
  addresses: MarketAddresses,
  call: AboutOpen,
  bookingId: Hex,
): Promise<readonly unknown[]> {
  switch (call.kind) {
    case 'cancelByDriver': {
      const message = { bookingId, paysLateFee: call.paysLateFee };
      return [await sign(addresses, call.signer, 'CancelByDriver', message)];
    }
    case 'cancelByHost': {
      const message = { bookingId, overstayedBy: NOBODY };
      const signature = await sign(addresses, call.signer, 'CancelByHost', message);
      return [NOBODY, signature, await signCompact(addresses, call.agreedBy, 'CancelByHost', message)];
    }
    case 'arrived':
      return [await sign(addresses, call.signer, 'Arrived', { bookingId })];
    case 'challenge':
      return [await sign(addresses, call.signer, 'Challenge', { bookingId })];
    case 'claim':
      return readingArgs(addresses, call.made, call.reading, [call.agentSigner, call.sessionSigner]);
    case 'claimAlone': {
      const signers = [call.agentSigner, null] as const;
      const [reading, byAgent] = await readingArgs(addresses, call.made, call.reading, signers);
      return [reading, byAgent, secretFor(call)];
    }
    case 'claimNoShow':
      return [await signCompact(addresses, call.agentSigner, 'NoShow', { bookingId })];
    case 'prove':
      return [proofOf(addresses, call)];
    default:
      return [];
  }
}

const secretFor = (call: { made: Made; knowsSecret: boolean }): Hex =>
  call.knowsSecret ? call.made.secret : secretOf('a guess');

/** A reading and its two signatures; a unilateral claim leaves the second out. */
async function readingArgs(
  addresses: MarketAddresses,
  made: Made,
  reading: calls.SignedReading,
  [agent, session]: readonly [agent: string, session: string | null],
) {
  const { malformed, ...measured } = reading;
  const signed: Reading = {
    bookingId: made.bookingId,
    ...measured,
    evidenceHash: keccak256(toHex(`evidence ${reading.seq}`)),
    registersCommitment: keccak256(toHex(`registers ${reading.seq}`)),
  };
  const struct = toReadingStruct(signed);
  const measure = malformed ? struct.measure | (1n << 200n) : struct.measure;
  const byAgent = await signCompact(addresses, agent, 'Reading', signed);
  const bySession = await signCompact(addresses, session, 'Reading', signed);
  return [{ ...struct, measure }, byAgent, bySession] as const;
}

/** A record of one transaction from 1,000 kWh on, as the charger's meter signs it, or with a flaw. */
function proofOf(addresses: MarketAddresses, call: calls.Prove) {
  const { made, flaw } = call;
  const { start } = momentsOf(made);
  const id = idTagOf(addresses, flaw === 'otherBooking' ? NOBODY : made.bookingId, made.secret);
  const [at, later] = [meterTime(start), meterTime(start + 60)];
  const whole = ocmf(made.terms.metering.idTagPrefix + id, 7, [
    { TM: at, TX: 'B', RV: 1_000_000, RU: 'Wh', ...(flaw === 'flagged' ? { EF: 'E' } : {}) },
    { TM: later, TX: 'E', RV: 1_000_000 + call.provenWh, RU: 'Wh' },
  ]);
  const payload = flaw === 'cut' ? whole.slice(0, -1) : whole;
  const signer = flaw === 'otherMeter' ? FOREIGN_METER : meterOf(made.charger);
  const meterKey = call.pinnedKey ? meterOf(made.charger).key : keccak256(toHex('no key'));
  return { secret: secretFor(call), meterKey, records: [signer.sign(payload)] };
}
