import { encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type IntentLimits, intentMessage, toBookingStruct } from '../../protocol/booking.ts';
import { fundAndBookNonce } from '../../protocol/funding.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { placeHash } from '../../protocol/listing.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { termsHash } from '../../protocol/terms.ts';
import { meterTime, ocmf } from '../contracts/meter.ts';
import { secretOf } from './actors.ts';
import type * as calls from './calls.ts';
import { FOREIGN_METER, listingIdOfCharger, meterOf, offerOf } from './chargers.ts';
import { authorizationArgs, authorize, permitArgs, withdrawalArgs } from './encodeMoney.ts';
import { type Encoded, orZero, type Places, sign, signCompact } from './sign.ts';
import { momentsOf } from './times.ts';
import { stateStructOf } from './words.ts';
import { listingAt, type Made, type World } from './world.ts';

/** The calldata of a call, signed by whoever it says. The one place of this room that knows the calls' shapes. */
export async function encode(places: Places, world: World, call: calls.Call): Promise<Hex> {
  const [functionName, args] = await encoded(places, world, call);
  return encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
}

async function encoded(places: Places, world: World, call: calls.Call): Promise<Encoded> {
  switch (call.kind) {
    case 'deposit':
      return ['deposit', [orZero(call.account), call.index, call.amount]];
    case 'depositWithPermit':
      return permitArgs(places, world, call);
    case 'depositWithAuthorization':
      return authorizationArgs(places, world, call);
    case 'withdraw':
      return ['withdraw', [call.index, call.amount, orZero(call.to)]];
    case 'withdrawEarnings':
      return ['withdrawEarnings', [listingIdOfCharger(call.charger), call.amount, orZero(call.to)]];
    case 'withdrawBySignature':
    case 'withdrawEarningsBySignature':
      return withdrawalArgs(places, call);
    case 'publish':
    case 'update':
    case 'setStatus':
      return listingArgs(places, world, call);
    case 'bookAsDriver':
    case 'book':
    case 'fundAndBook':
      return bookingArgs(places, world, call);
    case 'pause':
      return ['pauseNewBookings', [BigInt(call.until)]];
    case 'batch':
      return ['tryAll', [await Promise.all(call.items.map((item) => encode(places, world, item)))]];
    default:
      return openArgs(places, call);
  }
}

async function listingArgs(
  places: Places,
  world: World,
  call: calls.Publish | calls.Update | calls.SetStatus,
): Promise<Encoded> {
  const listingId = listingIdOfCharger(call.charger);
  const { version } = listingAt(world, call.charger);
  const offered = ({ variant, host }: calls.Handover) => offerOf(call.charger, variant, host).listing;
  if (call.kind === 'setStatus') {
    const message = { listingId, status: call.status, version };
    const signature = await sign(places, call.signer, 'SetListingStatus', message);
    return ['setListingStatus', [offered(call.current), call.status, signature]];
  }
  const listing = offered(call.kind === 'publish' ? call : call.next);
  const { terms, weeklyHours, place } = listing;
  const signature = await sign(places, call.signer, 'PublishListing', {
    listingId,
    termsHash: termsHash(terms),
    weeklyHours,
    placeHash: placeHash(place),
    version,
  });
  if (call.kind === 'update') return ['updateListing', [offered(call.current), listing, signature]];
  const validUntil = BigInt(call.consentUntil);
  const message = { listingId, host: terms.host, validUntil };
  const consent = await signCompact(places, call.consentBy, 'AgentConsent', message);
  return ['publishListing', [listing, validUntil, consent, signature]];
}

async function bookingArgs(
  places: Places,
  world: World,
  call: calls.BookAsDriver | calls.Book | calls.FundAndBook,
): Promise<Encoded> {
  const { booking } = call.made;
  const { listing } = offerOf(call.made.charger, call.offer.variant, call.offer.host);
  const args = [toBookingStruct(booking), listing.weeklyHours, placeHash(listing.place)];
  if (call.kind === 'bookAsDriver') return [call.kind, args];
  const limits: IntentLimits = {
    relayer: orZero(call.limits.relayer),
    validUntil: BigInt(call.limits.validUntil),
  };
  if (call.kind === 'fundAndBook') {
    const nonce = fundAndBookNonce(places, booking, limits);
    return [call.kind, [...args, limits, await authorize(places, world, call, nonce)]];
  }
  const signature = await sign(places, call.signer, 'Intent', intentMessage(booking, limits));
  return [call.kind, [...args, limits, signature]];
}

type AboutOpen = Extract<calls.Call, { handed: unknown }>;

/** Calls about an open booking: the booking and its state come first in all of them. */
async function openArgs(places: Places, call: AboutOpen): Promise<Encoded> {
  const { bookingId, booking } = call.made;
  return [
    call.kind,
    [toBookingStruct(booking), stateStructOf(call.handed), ...(await restOf(places, call, bookingId))],
  ];
}

const NOBODY = `0x${'00'.repeat(32)}` as const;

async function restOf(places: Places, call: AboutOpen, bookingId: Hex): Promise<readonly unknown[]> {
  switch (call.kind) {
    case 'cancelByDriver': {
      const message = { bookingId, paysLateFee: call.paysLateFee };
      return [await sign(places, call.signer, 'CancelByDriver', message)];
    }
    case 'cancelByHost': {
      const message = { bookingId, overstayedBy: NOBODY };
      const signature = await sign(places, call.signer, 'CancelByHost', message);
      return [NOBODY, signature, await signCompact(places, call.agreedBy, 'CancelByHost', message)];
    }
    case 'arrived':
      return [await sign(places, call.signer, 'Arrived', { bookingId })];
    case 'challenge':
      return [await sign(places, call.signer, 'Challenge', { bookingId })];
    case 'settle':
    case 'claim':
      return readingArgs(places, call.made, call.reading, [call.agentSigner, call.sessionSigner]);
    case 'claimAlone': {
      const signed = await readingArgs(places, call.made, call.reading, [call.agentSigner]);
      return [...signed, secretFor(call)];
    }
    case 'claimNoShow':
      return [await signCompact(places, call.agentSigner, 'NoShow', { bookingId })];
    case 'prove':
      return [proofOf(places, call)];
    default:
      return [];
  }
}

const secretFor = (call: { made: Made; knowsSecret: boolean }): Hex =>
  call.knowsSecret ? call.made.secret : secretOf('a guess');

async function readingArgs(places: Places, made: Made, reading: calls.SignedReading, signers: string[]) {
  const { malformed, ...measured } = reading;
  const signed: Reading = {
    bookingId: made.bookingId,
    ...measured,
    evidenceHash: keccak256(toHex(`evidence ${reading.seq}`)),
    registersCommitment: keccak256(toHex(`registers ${reading.seq}`)),
  };
  const struct = toReadingStruct(signed);
  const measure = malformed ? struct.measure | (1n << 200n) : struct.measure;
  const signatures = signers.map((signer) => signCompact(places, signer, 'Reading', signed));
  return [{ ...struct, measure }, ...(await Promise.all(signatures))];
}

/** A record of one transaction from 1,000 kWh on, as the charger's meter signs it, or with a flaw. */
function proofOf(places: Places, call: calls.Prove) {
  const { made, flaw } = call;
  const { start } = momentsOf(made);
  const id = idTagOf(places, flaw === 'otherBooking' ? NOBODY : made.bookingId, made.secret);
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
