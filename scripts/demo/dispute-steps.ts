import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Hex, keccak256, toHex, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type BookingStateStruct, RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { type MeterRecordStruct, spkiToMeterKey, toMeterSignature } from '../../protocol/proof.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingTimes, bookingTimes, SLOT_SEC } from '../../protocol/slots.ts';
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
import { NETWORKS } from '../deploy.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { publicKeyHex, signedRecord } from '../wallbox/record.ts';
import { act, jumpTo, nowOf, RELAYER, stateAfter, type Theatre } from './demo-ledger.ts';

const HOST = localAccount('host');
export const { windows } = NETWORKS.local;

const DEPOSIT = 10n * TOKEN;

/** The driver's own limits: at most 5.00 in all, of which 1.25 may go unsigned once something was co-signed. */
const MONEY = { cap: 5_000_000n, unsignedCost: 1_250_000n, firstUnsignedCost: 25_000n, relayFee: 0n };

/** 0.25 per kWh and nothing else, so that the sums can be checked in the head. */
const TARIFF = {
  pricePerKwh: 250_000n,
  pricePerHour: 0n,
  overstayPerHour: 2_000_000n,
  flatFee: 0n,
  overstayReserve: 500_000n,
};

/** A charger, its agent, a driver and their booking. */
export interface Scene extends Theatre {
  agent: PrivateKeyAccount;
  /** The meter's own secp256r1 key; without it the charger does not sign. */
  meter: KeyObject | undefined;
  listing: ListingStruct;
  listingId: Hex;
  driver: PrivateKeyAccount;
  made: TestBooking;
  times: BookingTimes;
}

/** Lists a charger, with a signing meter or without, funds a driver and books an hour from the next slot on. */
export async function openScene(theatre: Theatre, hasSigningMeter: boolean): Promise<Scene> {
  const { market, report } = theatre;
  const nextSlot = (Math.floor((await nowOf(theatre)) / SLOT_SEC) + 1) * SLOT_SEC;
  await jumpTo(theatre, nextSlot + 5, 'a quarter of an hour begins');
  const agent = privateKeyToAccount(generatePrivateKey());
  const meter = hasSigningMeter
    ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    : undefined;
  const terms = termsOf(agent, meter);
  const listing = {
    ...testListing(terms),
    meterKey: meter === undefined ? '0x' : meterKeyOf(meter),
  } as const;
  const listingId = await list(theatre, agent, listing);
  const driver = await fundDriver(market, DEPOSIT);
  report.event('fund', `a driver puts ${report.money(DEPOSIT)} into a purse`);
  const change = { firstSlot: nextSlot / SLOT_SEC + 1, slotCount: 4, money: MONEY };
  const made = await makeBooking(market, listingId, listing, driver.address, change);
  const args = [toBookingStruct(made.booking), listing.weeklyHours, placeHash(listing.place)];
  const locked = `at most ${report.money(MONEY.cap)}, and a bond of ${report.money(MONEY.unsignedCost)}, locked`;
  await act(theatre, 'book', driver, { functionName: 'bookAsDriver', args }, `an hour of it; ${locked}`);
  const times = bookingTimes(made.booking, terms.bookingTerms, windows);
  return { ...theatre, agent, meter, listing, listingId, driver, made, times };
}

const meterKeyOf = (meter: KeyObject): Hex => spkiToMeterKey(`0x${publicKeyHex(meter)}`);

function termsOf(agent: PrivateKeyAccount, meter: KeyObject | undefined): Terms {
  const base = testTerms(HOST.address, agent.address);
  const { unsignedCost, firstUnsignedCost } = MONEY;
  const trust = { ...base.metering, unsignedCost, firstUnsignedCost };
  if (meter === undefined) return { ...base, tariff: TARIFF, metering: trust };
  return {
    ...base,
    tariff: TARIFF,
    metering: { ...trust, meterAlgorithm: 'ECDSA-secp256r1-SHA256' },
    meterKeyHash: keccak256(meterKeyOf(meter)),
  };
}

async function list(theatre: Theatre, agent: PrivateKeyAccount, listing: ListingStruct): Promise<Hex> {
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const validUntil = BigInt((await nowOf(theatre)) + 300);
  const message = { listingId, host: HOST.address, validUntil };
  const consent = await signMessageOf(agent, theatre.market.ref, 'AgentConsent', message);
  const signs = listing.meterKey === '0x' ? 'a meter that does not sign' : 'a signing meter, its key pinned';
  const price = `${theatre.report.money(TARIFF.pricePerKwh)} per kWh`;
  const args = [listing, validUntil, toCompact(consent), '0x'];
  const call = { functionName: 'publishListing', args };
  await act(theatre, 'list', HOST, call, `an 11 kW charger at ${price}, with ${signs}`);
  return listingId;
}

/** A reading of a charge that began at the booking's start. */
function readingOf({ made, times }: Scene, seq: number, energyWh: number, minutes: number): Reading {
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

/** Puts a reading forward that both signed, a quarter of an hour into the charge. */
export async function claimCosigned(
  scene: Scene,
  energyWh: number,
  what: string,
): Promise<BookingStateStruct> {
  const { market, agent, made } = scene;
  const reading = readingOf(scene, 1, energyWh, 15);
  const args = await reported(market, agent, made, RESERVED_STATE, reading);
  const receipt = await act(scene, 'claim', RELAYER, { functionName: 'claim', args }, what);
  return stateAfter(receipt, 'Claimed');
}

/** Puts the agent's final reading forward, which nobody co-signed, with the driver's start secret. */
export async function claimAlone(scene: Scene, state: BookingStateStruct, energyWh: number, what: string) {
  const { market, agent, made } = scene;
  const reading = { ...readingOf(scene, 2, energyWh, 40), isFinal: true };
  const signature = await signReading(market, agent, reading);
  const args = [toBookingStruct(made.booking), state, toReadingStruct(reading), signature, made.secret];
  const receipt = await act(scene, 'claimAlone', RELAYER, { functionName: 'claimAlone', args }, what);
  return stateAfter(receipt, 'Claimed');
}

/** The driver's session key disputes what the agent alone claims. */
export async function challenge(scene: Scene, state: BookingStateStruct): Promise<BookingStateStruct> {
  const args = [toBookingStruct(scene.made.booking), state, await signId(scene, 'Challenge')];
  const what = `the driver disputes it by signature; the bond of ${scene.report.money(MONEY.unsignedCost)} is at stake`;
  const receipt = await act(scene, 'challenge', RELAYER, { functionName: 'challenge', args }, what);
  return stateAfter(receipt, 'Challenged');
}

/** Signs a message that is nothing but the booking's id, by the driver's session key unless said. */
export const signId = (
  scene: Scene,
  type: 'Arrived' | 'NoShow' | 'Challenge',
  signer = scene.made.sessionKey,
) => signMessageOf(signer, scene.market.ref, type, { bookingId: scene.made.bookingId });

/** The record that the simulated wallbox makes of such a charge, signed by its meter, as the ledger takes it. */
export function meterRecord(scene: Scene, energyWh: number): { record: MeterRecordStruct; meterKey: Hex } {
  const { meter, market, made, times } = scene;
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
export async function endOf({ market, listingId, driver }: Scene) {
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
