import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Hex, keccak256, toHex, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { type MeterRecordStruct, spkiToMeterKey, toMeterSignature } from '../../protocol/proof.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingTimes, bookingTimes, SLOT_SEC } from '../../protocol/slots.ts';
import { type BookingStateStruct, reservedState, sinceOf } from '../../protocol/state.ts';
import type { Terms } from '../../protocol/terms.ts';
import {
  clientOf,
  fundDriver,
  makeBooking,
  reported,
  signReading,
  type TestBooking,
  TOKEN,
  testListing,
  testTerms,
} from '../client/local-market.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { publicKeyHex, signedRecord } from '../wallbox/record.ts';
import { type DemoLedger, jumpTo, nowOf, RELAYER, sendStep, stateAfter } from './demo-ledger.ts';

const HOST = localAccount('host');
export const { windows } = NETWORKS.local;

const DEPOSIT = 10n * TOKEN;

/**
 * At most 5.00 in all. Up to 0.025 the agent's word is taken; up to 1.00 may be claimed beyond what was co-signed, and as
 * much as that again, open to challenge.
 */
const MONEY = { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 25_000n, relayFee: 0n };

/** 0.25 per kWh and nothing else, so that the sums are easy to check. */
const TARIFF = {
  pricePerKwh: 250_000n,
  pricePerHour: 0n,
  overstayPerHour: 2_000_000n,
  flatFee: 0n,
  overstayReserve: 500_000n,
  discountBp: 0n,
};

/** A charger, its agent, a driver and their booking. */
export interface Dispute extends DemoLedger {
  agent: PrivateKeyAccount;
  /** The meter's own secp256r1 key; without it the charger does not sign. */
  meter: KeyObject | undefined;
  listing: ListingStruct;
  listingId: Hex;
  driver: PrivateKeyAccount;
  made: TestBooking;
  /** The booking's first state. */
  booked: BookingStateStruct;
  times: BookingTimes;
}

/** Lists a charger, with a signing meter or without, funds a driver and books an hour from the next slot on. */
export async function openDispute(demoLedger: DemoLedger, hasSigningMeter: boolean): Promise<Dispute> {
  const { market, report } = demoLedger;
  const nextSlot = (Math.floor((await nowOf(demoLedger)) / SLOT_SEC) + 1) * SLOT_SEC;
  await jumpTo(demoLedger, nextSlot + 5, 'a quarter of an hour begins');
  const agent = privateKeyToAccount(generatePrivateKey());
  const meter = hasSigningMeter
    ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    : undefined;
  const terms = termsOf(agent, meter);
  const listing = {
    ...testListing(terms),
    meterKey: meter === undefined ? '0x' : meterKeyOf(meter),
  } as const;
  const listingId = await list(demoLedger, agent, listing);
  const driver = await fundDriver(market, DEPOSIT);
  report.event('fund', `a driver puts ${report.money(DEPOSIT)} into a purse`);
  const change = { firstSlot: nextSlot / SLOT_SEC + 1, slotCount: 4, money: MONEY };
  const made = await makeBooking(market, listingId, listing, driver.address, change);
  const args = [toBookingStruct(made.booking), listing.weeklyHours, placeHash(listing.place)];
  const locked = `at most ${report.money(MONEY.cap)}, and a bond of ${report.money(MONEY.unsignedCost)}, locked`;
  const call = { functionName: 'bookAsDriver', args };
  await sendStep(demoLedger, 'book', driver, call, `an hour of it; ${locked}`);
  const booked = reservedState(await nowOf(demoLedger));
  const slots = { ...made.booking, bookedAt: sinceOf(booked) };
  const times = bookingTimes(slots, terms.bookingTerms, windows);
  return { ...demoLedger, agent, meter, listing, listingId, driver, made, booked, times };
}

const meterKeyOf = (meter: KeyObject): Hex => spkiToMeterKey(`0x${publicKeyHex(meter)}`);

function termsOf(agent: PrivateKeyAccount, meter: KeyObject | undefined): Terms {
  const base = testTerms(HOST.address, agent.address);
  const { unsignedCost, allowedCost } = MONEY;
  const trust = { ...base.metering, unsignedCost, allowedCost };
  if (meter === undefined) return { ...base, tariff: TARIFF, metering: trust };
  return {
    ...base,
    tariff: TARIFF,
    metering: { ...trust, meterAlgorithm: 'ECDSA-secp256r1-SHA256' },
    meterKeyHash: keccak256(meterKeyOf(meter)),
  };
}

async function list(demoLedger: DemoLedger, agent: PrivateKeyAccount, listing: ListingStruct): Promise<Hex> {
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const validUntil = BigInt((await nowOf(demoLedger)) + 300);
  const message = { listingId, host: HOST.address, validUntil };
  const consent = await signMessageOf(agent, demoLedger.market.ref, 'AgentConsent', message);
  const signs = listing.meterKey === '0x' ? 'a meter that does not sign' : 'a signing meter, its key pinned';
  const price = `${demoLedger.report.money(TARIFF.pricePerKwh)} per kWh`;
  const args = [listing, validUntil, toCompact(consent), '0x'];
  const call = { functionName: 'publishListing', args };
  await sendStep(demoLedger, 'list', HOST, call, `an 11 kW charger at ${price}, with ${signs}`);
  return listingId;
}

/** A reading of a charge that began at the booking's start. */
function readingOf({ made, times }: Dispute, seq: number, energyWh: number, minutes: number): Reading {
  return {
    bookingId: made.bookingId,
    seq,
    energyWh,
    beganAt: times.start,
    endedAt: times.start + minutes * 60,
    overstaySec: 0,
    isFinal: false,
    evidenceHash: zeroHash,
    registersCommitment: keccak256(toHex(`registers ${seq}`)),
  };
}

/** Claims a reading that both signed, 25 minutes into the charge. */
export async function claimCosigned(
  dispute: Dispute,
  energyWh: number,
  what: string,
): Promise<BookingStateStruct> {
  const { market, agent, made, booked } = dispute;
  const reading = readingOf(dispute, 1, energyWh, 25);
  const args = await reported(market, agent, made, booked, reading);
  const receipt = await sendStep(dispute, 'claim', RELAYER, { functionName: 'claim', args }, what);
  return stateAfter(receipt, 'Claimed');
}

/** Claims the agent's final reading, which the driver did not co-sign, with the start secret. */
export async function claimAlone(
  dispute: Dispute,
  state: BookingStateStruct,
  { energyWh, overstaySec }: Pick<Reading, 'energyWh' | 'overstaySec'>,
  what: string,
): Promise<BookingStateStruct> {
  const { market, agent, made } = dispute;
  const reading = { ...readingOf(dispute, 2, energyWh, 40), overstaySec, isFinal: true };
  const signature = await signReading(market, agent, reading);
  const booking = toBookingStruct(made.booking);
  const args = [booking, state, toReadingStruct(reading), signature, made.secret, NO_RAISE];
  const receipt = await sendStep(dispute, 'claimAlone', RELAYER, { functionName: 'claimAlone', args }, what);
  return stateAfter(receipt, 'ClaimedAlone');
}

/** The driver's session key disputes what the agent alone claims. */
export async function challenge(dispute: Dispute, state: BookingStateStruct): Promise<BookingStateStruct> {
  const args = [toBookingStruct(dispute.made.booking), state, await signId(dispute, 'Challenge')];
  const what = `the driver disputes it by signature; of the bond of ${dispute.report.money(MONEY.unsignedCost)} the disputed part is at stake`;
  const receipt = await sendStep(dispute, 'challenge', RELAYER, { functionName: 'challenge', args }, what);
  return stateAfter(receipt, 'Challenged');
}

/** Signs a message that holds only the booking's id, by default with the driver's session key. */
export const signId = (
  dispute: Dispute,
  type: 'Arrived' | 'NoShow' | 'Challenge',
  signer = dispute.made.sessionKey,
) => signMessageOf(signer, dispute.market.ref, type, { bookingId: dispute.made.bookingId });

/** The record that the simulated wallbox makes of such a charge, signed by its meter, in the form that the ledger takes. */
export function meterRecord(
  dispute: Dispute,
  energyWh: number,
): { record: MeterRecordStruct; meterKey: Hex } {
  const { meter, market, made, times } = dispute;
  if (meter === undefined) throw new Error('The meter of this charger does not sign.');
  const beginWh = 1_234_567;
  const [, payload = '', signature = '{}'] = signedRecord(meter, {
    serial: 'PPS-DEMO-1',
    firmware: '1.0.0',
    pagination: 42,
    idTag: idTagOf(market.ref, made.bookingId, made.secret),
    readings: [
      { reason: 'B', at: new Date(times.start * 1_000), registerWh: beginWh },
      { reason: 'E', at: new Date((times.start + 2_400) * 1_000), registerWh: beginWh + energyWh },
    ],
  }).split('|');
  const record = { payload: toHex(payload), ...toMeterSignature(JSON.parse(signature)) };
  return { record, meterKey: meterKeyOf(meter) };
}

/** What host and driver have at the end, in token units. */
export async function totalsOf({ market, listingId, driver }: Dispute) {
  const call = { address: market.market, abi: plugpactMarketAbi } as const;
  const client = clientOf(market.rpcUrl, RELAYER);
  const [earned, soldWh] = await client.readContract({
    ...call,
    functionName: 'earningsOf',
    args: [listingId as never, HOST.address],
  });
  const [free] = await client.readContract({ ...call, functionName: 'purseOf', args: [driver.address, 0] });
  return { hostEarned: earned, energyWh: Number(soldWh), driverHas: free, driverPaid: DEPOSIT - free };
}
