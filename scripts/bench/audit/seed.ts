import * as secp256k1 from 'tiny-secp256k1';
import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  hashTypedData,
  hexToBytes,
  keccak256,
  maxUint256,
  toHex,
  zeroAddress,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { demoTokenAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
import {
  type Booking,
  bookingIdOf,
  intentMessage,
  packLimits,
  toBookingStruct,
} from '../../../protocol/booking.ts';
import { ITEM_GAS_MIN } from '../../../protocol/calls.ts';
import { type ListingStruct, listingIdOf, placeHash } from '../../../protocol/listing.ts';
import { type CompactSignature, type Reading, toReadingStruct } from '../../../protocol/reading.ts';
import { toCompact } from '../../../protocol/signature.ts';
import { type SignedTypeName, typedData } from '../../../protocol/signedTypes.ts';
import { type TestMarket, TOKEN, testListing, testTerms, write } from '../../client/local-market.ts';
import { rpc } from '../../lib/anvil.ts';
import { localAccount } from '../../lib/local-accounts.ts';

const SLOT_SEC = 900;
/** Sessions that run at the same time, each at a charger and from a purse of its own. */
const PAIRS = 100;
/** Bookings or settlements in a transaction. */
const BATCH = 50;
const PURSES_A_DRIVER = 10;
const GAS = toHex(12_000_000);

/** How long intents and consents are valid: the ledger takes up to ten minutes. */
const VALID_SEC = 300;

const keyFrom = (text: string): Hex => keccak256(toHex(`bench of the audit: ${text}`));

/** The account of a key, in a tenth of viem's time. */
function addressOf(key: Hex): Address {
  const point = secp256k1.pointFromScalar(hexToBytes(key), false);
  if (point === null) throw new Error(`${key} is no key.`);
  return getAddress(`0x${keccak256(point.slice(1)).slice(-40)}`);
}

interface Pair {
  agentKey: Hex;
  listing: ListingStruct;
  listingId: Hex;
  driverKey: Hex;
  driver: Address;
  purse: number;
}

interface Session {
  pair: Pair;
  booking: Booking;
  bookingId: Hex;
  sessionKey: Hex;
}

/** A ledger to which sessions are added: booked by signed intents and settled by both signatures, in batches. */
export interface SeededLedger {
  market: TestMarket;
  sessions: number;
  add(sessions: number): Promise<void>;
}

/** Makes the chargers and funds the purses. */
export async function seedLedger(market: TestMarket): Promise<SeededLedger> {
  const pairs: Pair[] = [];
  for (let index = 0; index < PAIRS; index++) pairs.push(await makePair(market, index));
  await fund(market, pairs);
  let sessions = 0;
  return {
    market,
    get sessions() {
      return sessions;
    },
    async add(count) {
      for (let left = count; left > 0; ) {
        const round = Math.floor(sessions / PAIRS);
        const from = sessions % PAIRS;
        const now = Math.min(left, PAIRS - from);
        await playRound(market, pairs.slice(from, from + now), round);
        sessions += now;
        left -= now;
      }
    },
  };
}

async function makePair(market: TestMarket, index: number): Promise<Pair> {
  const agentKey = keyFrom(`agent ${index}`);
  const agent = privateKeyToAccount(agentKey);
  const listing = testListing(testTerms(localAccount('host').address, agent.address));
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const validUntil = BigInt((await newestSec(market)) + VALID_SEC);
  const message = { listingId, host: localAccount('host').address, validUntil };
  const consent = sign(market, agentKey, 'AgentConsent', message);
  await write(market, localAccount('host'), 'publishListing', [listing, validUntil, consent, '0x']);
  const driverKey = keyFrom(`driver ${Math.floor(index / PURSES_A_DRIVER)}`);
  const purse = index % PURSES_A_DRIVER;
  return { agentKey, listing, listingId, driverKey, driver: addressOf(driverKey), purse };
}

/** More than any bench can spend. */
const WEALTH = 10_000n * TOKEN;

async function fund({ rpcUrl, market, token }: TestMarket, pairs: readonly Pair[]): Promise<void> {
  const { address: from } = localAccount('deployer');
  const call = (to: Address, data: Hex) =>
    rpc(rpcUrl, 'eth_sendTransactionSync', [{ from, to, data, gas: GAS }]);
  const ofToken = (functionName: 'mint' | 'approve', args: readonly [Address, bigint]) =>
    call(token, encodeFunctionData({ abi: demoTokenAbi, functionName, args }));
  await ofToken('mint', [from, BigInt(pairs.length) * WEALTH]);
  await ofToken('approve', [market, maxUint256]);
  for (const { driver, purse } of pairs) {
    const args = [driver, purse, WEALTH];
    await call(
      market,
      encodeFunctionData({ abi: plugpactMarketAbi, functionName: 'deposit', args } as never),
    );
  }
}

async function newestSec({ rpcUrl }: TestMarket): Promise<number> {
  return Number((await rpc<{ timestamp: Hex }>(rpcUrl, 'eth_getBlockByNumber', ['latest', false])).timestamp);
}

/** All pairs at once in the next slot. */
async function playRound(market: TestMarket, pairs: readonly Pair[], round: number): Promise<void> {
  const firstSlot = Math.floor((await newestSec(market)) / SLOT_SEC) + 1;
  const sessions = pairs.map((pair) => sessionOf(market, pair, round, firstSlot));
  const bookedAt = new Map<Session, number>();
  for (let from = 0; from < sessions.length; from += BATCH) {
    const part = sessions.slice(from, from + BATCH);
    const atSec = firstSlot * SLOT_SEC + 1 + from / BATCH;
    await send(
      market,
      atSec,
      'bookAll',
      part.map((one) => signedBooking(market, one, atSec)),
    );
    for (const one of part) bookedAt.set(one, atSec);
  }
  for (let from = 0; from < sessions.length; from += BATCH) {
    const part = sessions.slice(from, from + BATCH);
    const items = part.map((one) => settlement(market, one, bookedAt.get(one) ?? 0));
    await send(market, firstSlot * SLOT_SEC + 800 + from / BATCH, 'settleAll', items);
  }
}

function sessionOf(market: TestMarket, pair: Pair, round: number, firstSlot: number): Session {
  const { listing, listingId, driver, purse } = pair;
  const name = `${driver} ${purse} ${round}`;
  const sessionKey = keyFrom(`session ${name}`);
  const booking: Booking = {
    listingId,
    connector: listing.place.connector,
    driver,
    purse,
    generation: BigInt(round),
    sessionKey: addressOf(sessionKey),
    firstSlot,
    slotCount: 1,
    money: { cap: 5n * TOKEN, unsignedCost: TOKEN, allowedCost: TOKEN / 10n, relayFee: 0n },
    startHash: keccak256(keyFrom(`start ${name}`)),
    terms: listing.terms,
  };
  return { pair, booking, bookingId: bookingIdOf(market.ref, booking), sessionKey };
}

function sign(market: TestMarket, key: Hex, type: SignedTypeName, message: object): CompactSignature {
  const hash = hexToBytes(hashTypedData(typedData(market.ref, type, message as never) as never));
  const { signature, recoveryId } = secp256k1.signRecoverable(hash, hexToBytes(key));
  return toCompact(`${toHex(signature)}${(27 + recoveryId).toString(16)}` as Hex);
}

function signedBooking(market: TestMarket, { pair, booking }: Session, atSec: number) {
  const { listing, driverKey } = pair;
  const limits = { relayer: zeroAddress, validUntil: BigInt(atSec + VALID_SEC) };
  return {
    booking: toBookingStruct(booking),
    weeklyHours: listing.weeklyHours,
    placeHash: placeHash(listing.place),
    limits: packLimits(limits),
    driverSignature: sign(market, driverKey, 'Intent', intentMessage(booking, limits)),
  };
}

function settlement(market: TestMarket, { pair, booking, bookingId, sessionKey }: Session, bookedAt: number) {
  const beganAt = booking.firstSlot * SLOT_SEC + 5;
  const times = { beganAt, endedAt: beganAt + 780, overstaySec: 0 };
  const hashes = { evidenceHash: keccak256(bookingId), registersCommitment: keccak256(sessionKey) };
  const reading: Reading = { bookingId, seq: 9, energyWh: 2_345, isFinal: true, ...times, ...hashes };
  return {
    booking: toBookingStruct(booking),
    reading: toReadingStruct(reading, bookedAt),
    agentSignature: sign(market, pair.agentKey, 'Reading', reading),
    sessionSignature: sign(market, sessionKey, 'Reading', reading),
  };
}

async function send(
  market: TestMarket,
  atSec: number,
  functionName: string,
  items: unknown[],
): Promise<void> {
  const args = [items, ITEM_GAS_MIN];
  const data = encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
  const { address: from } = localAccount('relayer');
  await rpc(market.rpcUrl, 'evm_setNextBlockTimestamp', [atSec]);
  const receipt = await rpc<{ status: Hex; logs: unknown[] }>(market.rpcUrl, 'eth_sendTransactionSync', [
    { from, to: market.market, data, gas: GAS },
  ]);
  if (Number(receipt.status) !== 1 || receipt.logs.length !== items.length) {
    throw new Error(`${functionName} of ${items.length} gave ${receipt.logs.length} events.`);
  }
}
