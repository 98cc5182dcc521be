import { type Address, encodeFunctionData, type Hex, keccak256, toHex, zeroAddress } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Booking, intentMessage, type Money, toBookingStruct } from '../../protocol/booking.ts';
import { type AllowanceStruct, aloneCall, bookCall, settleCall } from '../../protocol/calls.ts';
import { type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { presetAllowance, presetBookingTerms } from '../../protocol/presets.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { reservedState } from '../../protocol/state.ts';
import { type Terms, termsHash } from '../../protocol/terms.ts';
import {
  makeBooking,
  signReading,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
} from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { gasOf, type Receipt, transact } from './evm.ts';

export const DEPLOYER = localAccount('deployer').address;
export const RELAYER = localAccount('relayer').address;

/** Intents last 10 minutes at most; what is signed here is used at once. */
const VALID_SEC = 300;

/** What a driver signs at the usual preset, which asks for no unsigned cost. */
const MONEY: Money = { cap: 5_000_000n, unsignedCost: 0n, allowedCost: 600_000n, relayFee: 0n };

/** Of the demo token. */
const DECIMALS = 6;

/** The clock between two transactions: a fixed step, so that times have the same bytes in every run. */
const STEP_SEC = 2;

/** A key that is the same in every run: the bytes of addresses and signatures cost gas. */
export const keyOf = (name: string): PrivateKeyAccount => privateKeyToAccount(keccak256(toHex(name)));

/** A host with one charger and one driver who uses it again and again. */
export interface Participant {
  name: string;
  market: TestMarket;
  host: PrivateKeyAccount;
  agent: PrivateKeyAccount;
  driver: PrivateKeyAccount;
  listing: ListingStruct;
  listingId: Hex;
}

export const marketCall = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);

/** Sends a call of the market, by default as the relayer, in a block two seconds after the newest. */
export async function send(
  market: TestMarket,
  functionName: string,
  args: readonly unknown[],
  from: Address = RELAYER,
): Promise<Receipt> {
  const at = (await nowOf(market)) + STEP_SEC;
  await rpc(market.rpcUrl, 'evm_setNextBlockTimestamp', [at]);
  return transact(market.rpcUrl, { from, to: market.market, data: marketCall(functionName, args) });
}

export const nowOf = async ({ rpcUrl }: TestMarket): Promise<number> =>
  Number((await rpc<{ timestamp: Hex }>(rpcUrl, 'eth_getBlockByNumber', ['latest', false])).timestamp);

/** Mines a block at this time (unix seconds) of the simulated clock. */
export async function jumpTo({ rpcUrl }: TestMarket, timeSec: number): Promise<void> {
  await rpc(rpcUrl, 'evm_setNextBlockTimestamp', [timeSec]);
  await rpc(rpcUrl, 'evm_mine');
}

/** Moves the simulated clock to just after the next multiple of `everySec`. */
export async function toNext(market: TestMarket, everySec: number): Promise<void> {
  await jumpTo(market, (Math.floor((await nowOf(market)) / everySec) + 1) * everySec + 5);
}

/** Gives the deployer demo money and allows the market to take it. */
export async function mintToDeployer({ rpcUrl, token, market }: TestMarket, amount: bigint): Promise<void> {
  const call = (functionName: 'mint' | 'approve', args: readonly [Address, bigint]) =>
    transact(rpcUrl, {
      from: DEPLOYER,
      to: token,
      data: encodeFunctionData({ abi: demoTokenAbi, functionName, args }),
    });
  await call('mint', [DEPLOYER, amount]);
  await call('approve', [market, amount]);
}

/** Lists a charger by the host's signature, and deposits for its driver. Returns the gas of listing too. */
export async function addParticipant(
  market: TestMarket,
  name: string,
  change: Partial<Terms> = {},
  meterKey: Hex = '0x',
) {
  const [host, agent, driver] = [keyOf(`${name} host`), keyOf(`${name} agent`), keyOf(`${name} driver`)];
  const { tariff, metering } = testTerms(host.address, agent.address);
  const base = testTerms(host.address, agent.address, {
    bookingTerms: presetBookingTerms('usual', DECIMALS),
    metering: { ...metering, ...presetAllowance('usual', tariff, DECIMALS) },
  });
  const terms = { ...base, ...change, metering: { ...base.metering, ...change.metering } };
  const listing = { ...testListing(terms), meterKey };
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const member = { name, market, host, agent, driver, listing, listingId };
  const list = gasOf(await send(market, 'publishListing', await listingArgs(member)));
  await send(market, 'deposit', [driver.address, 0, 20n * TOKEN], DEPLOYER);
  return { member, list };
}

async function listingArgs({ market, host, agent, listing, listingId }: Participant) {
  const validUntil = BigInt((await nowOf(market)) + VALID_SEC);
  const consent = await signMessageOf(agent, market.ref, 'AgentConsent', {
    listingId,
    host: host.address,
    validUntil,
  });
  const signature = await signMessageOf(host, market.ref, 'PublishListing', {
    listingId,
    termsHash: termsHash(listing.terms),
    weeklyHours: listing.weeklyHours,
    placeHash: placeHash(listing.place),
    version: 0,
  });
  return [listing, validUntil, toCompact(consent), signature] as const;
}

/** A booking of an hour from the slot that contains now. */
export async function draftBooking(member: Participant, change: Partial<Booking> = {}): Promise<TestBooking> {
  const { market, listing, listingId, driver, name } = member;
  const firstSlot = Math.floor((await nowOf(market)) / SLOT_SEC);
  const sessionKey = keyOf(`${name} session ${firstSlot}`);
  const secret = keccak256(toHex(`${name} secret ${firstSlot}`));
  const { booking, bookingId } = await makeBooking(market, listingId, listing, driver.address, {
    firstSlot,
    money: MONEY,
    sessionKey: sessionKey.address,
    startHash: keccak256(secret),
    ...change,
  });
  return { booking, bookingId, sessionKey, secret };
}

/** A booking whose driver trusts the agent with other amounts. */
export const draftTrusting = (member: Participant, trust: Partial<Money>): Promise<TestBooking> =>
  draftBooking(member, { money: { ...MONEY, ...trust } });

/** The limits that the driver signs, and the intent's signature. */
export async function signIntent({ market, driver }: Participant, { booking }: TestBooking) {
  const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + VALID_SEC) };
  const signature = await signMessageOf(driver, market.ref, 'Intent', intentMessage(booking, limits));
  return { limits, signature };
}

/** Arguments of `book` by the driver's signed intent. */
export async function intentArgs(member: Participant, made: TestBooking) {
  const { market, listing } = member;
  const { limits, signature } = await signIntent(member, made);
  const proof = { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) };
  return (await bookCall(market.ref, made.booking, proof, limits, signature)).args;
}

/** The final reading of 8,123 Wh in 45 minutes. */
export function finalReading({ booking, bookingId }: TestBooking): Reading {
  const beganAt = booking.firstSlot * SLOT_SEC;
  return {
    bookingId,
    seq: 42,
    energyWh: 8_123,
    beganAt,
    endedAt: beganAt + 2_700,
    overstaySec: 0,
    isFinal: true,
    evidenceHash: keccak256(bookingId),
    registersCommitment: keccak256(toHex(`registers of ${bookingId}`)),
  };
}

/** Arguments of `settle`, signed by agent and session key; `bookedAt` is the time of the booking's block. */
export async function settleArgs({ market, agent }: Participant, made: TestBooking, bookedAt: number) {
  const reading = finalReading(made);
  const agentSignature = await signReading(market, agent, reading);
  const sessionSignature = await signReading(market, made.sessionKey, reading);
  const cosigned = { booking: toBookingStruct(made.booking), reading, agentSignature, sessionSignature };
  return settleCall(cosigned, reservedState(bookedAt)).args;
}

/** Arguments of `settleAlone`, signed by the agent alone, within the booking's allowance or this raise. */
export async function aloneArgs(
  { market, agent }: Participant,
  made: TestBooking,
  bookedAt: number,
  allowance: AllowanceStruct,
) {
  const reading = finalReading(made);
  const agentSignature = await signReading(market, agent, reading);
  const booking = toBookingStruct(made.booking);
  const alone = { booking, reading, agentSignature, secret: made.secret, allowance };
  return aloneCall(alone, reservedState(bookedAt), true).args;
}
