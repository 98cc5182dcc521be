import {
  type Account,
  type Address,
  type Hex,
  keccak256,
  type LocalAccount,
  maxUint256,
  type TransactionReceipt,
  toHex,
  zeroHash,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Booking, bookingIdOf, toBookingStruct } from '../../protocol/booking.ts';
import { ALWAYS, packHours } from '../../protocol/hours.ts';
import {
  connectorHash,
  type ListingStruct,
  listingIdOf,
  packLocation,
  placeHash,
} from '../../protocol/listing.ts';
import {
  type CompactSignature,
  type Reading,
  type ReadingStruct,
  toReadingStruct,
} from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import { type BookingStateStruct, sinceOf } from '../../protocol/state.ts';
import {
  type BookingTerms,
  type Metering,
  type Tariff,
  type Terms,
  toTermsStruct,
} from '../../protocol/terms.ts';
import { type Deployment, deployLocal } from '../deploy/deploy-market.ts';
import { rpc } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { clientOf, sendCall } from './local-client.ts';

export { type ContractCall, clientOf, send, sendCall, type TestClient } from './local-client.ts';

/** One whole token of the demo money. */
export const TOKEN = 1_000_000n;

export const TARIFF: Tariff = {
  pricePerKwh: 250_000n,
  pricePerHour: 100_000n,
  overstayPerHour: 2_000_000n,
  flatFee: 50_000n,
  overstayReserve: 500_000n,
  discountBp: 0n,
};

const BOOKING_TERMS: BookingTerms = {
  cancelUntilMin: 60n,
  earlyStartMin: 15n,
  noshowTimeoutMin: 30n,
  lateStopMin: 15n,
  minSlots: 1n,
  maxSlots: 96n,
  leadTimeMin: 0n,
  horizonSlots: 1_344n,
  noshowFee: 250_000n,
  minCapPerSlot: 10_000n,
};

const METERING: Metering = {
  unsignedCost: 1_000_000n,
  allowedCost: 100_000n,
  maxPowerW: 11_000n,
  meterAlgorithm: 'none',
  idTagPrefix: '',
};

/** A market on a local ledger. The functions below are the steps of a session; bookings begin in the current slot. */
export interface TestMarket extends Deployment {
  rpcUrl: string;
  ref: MarketRef;
}

export async function deployTestMarket(rpcUrl: string, windows?: MarketWindows): Promise<TestMarket> {
  const deployment = await deployLocal(rpcUrl, windows);
  return { ...deployment, rpcUrl, ref: { chainId: deployment.chainId, market: deployment.market } };
}

export function testTerms(host: Address, agentKey: Address, change: Partial<Terms> = {}): Terms {
  return {
    host,
    agentKey,
    tariff: TARIFF,
    bookingTerms: BOOKING_TERMS,
    metering: METERING,
    meterKeyHash: zeroHash,
    ...change,
  };
}

export function testListing(terms: Terms, chargePointId = 'CP1', connectorId = 1): ListingStruct {
  return {
    terms: toTermsStruct(terms),
    weeklyHours: packHours(ALWAYS),
    place: {
      connector: connectorHash(chargePointId, connectorId),
      location: packLocation({
        h3Cell: '881f1d4887fffff',
        resolution: 8,
        connectorStandard: 'IEC_62196_T2',
        powerType: 'AC_3_PHASE',
      }),
      placeCommitment: keccak256(toHex('salt and exact place')),
    },
    meterKey: '0x',
  };
}

/** Lists the charger as the local mnemonic's host, with the consent of `agent`. */
export async function publish(
  market: TestMarket,
  agent: PrivateKeyAccount,
  listing: ListingStruct,
  host: LocalAccount = localAccount('host'),
): Promise<Hex> {
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const validUntil = BigInt(Math.floor(Date.now() / 1000) + 300);
  const consent = await signMessageOf(agent, market.ref, 'AgentConsent', {
    listingId,
    host: host.address,
    validUntil,
  });
  await write(market, host, 'publishListing', [listing, validUntil, toCompact(consent), '0x']);
  return listingId;
}

/** The account whose tokens are deposited for drivers: minted and allowed once per market. */
export const banker = privateKeyToAccount(keccak256(toHex('banker')));

async function stock({ rpcUrl, token, market }: TestMarket): Promise<void> {
  const allowance = { address: token, abi: demoTokenAbi, functionName: 'allowance' } as const;
  const client = clientOf(rpcUrl, banker);
  if ((await client.readContract({ ...allowance, args: [banker.address, market] })) > 0n) return;
  await rpc(rpcUrl, 'anvil_setBalance', [banker.address, toHex(10n ** 20n)]);
  const tokenContract = { address: token, abi: demoTokenAbi };
  const minted = [banker.address, 10n ** 9n * TOKEN];
  await sendCall(clientOf(rpcUrl, localAccount('deployer')), {
    ...tokenContract,
    functionName: 'mint',
    args: minted,
  });
  await sendCall(client, { ...tokenContract, functionName: 'approve', args: [market, maxUint256] });
}

/** A new driver with gas, and demo money in purse 0. */
export async function fundDriver(market: TestMarket, amount = 20n * TOKEN): Promise<PrivateKeyAccount> {
  const driver = privateKeyToAccount(generatePrivateKey());
  await stock(market);
  await rpc(market.rpcUrl, 'anvil_setBalance', [driver.address, toHex(10n ** 18n)]);
  const deposit = { address: market.market, abi: plugpactMarketAbi, functionName: 'deposit' } as const;
  await sendCall(clientOf(market.rpcUrl, banker), { ...deposit, args: [driver.address, 0, amount] });
  return driver;
}

export interface TestBooking {
  booking: Booking;
  bookingId: Hex;
  sessionKey: PrivateKeyAccount;
  secret: Hex;
}

/** The time between a booking's making and its block, at most: a slot that ends within it is not begun. */
const BOOKING_SEC = 5n;

/** A booking of purse 0 from the slot that contains now, or begins within seconds. */
export async function makeBooking(
  market: TestMarket,
  listingId: Hex,
  listing: ListingStruct,
  driver: Address,
  change: Partial<Booking> = {},
): Promise<TestBooking> {
  const sessionKey = privateKeyToAccount(generatePrivateKey());
  const secret = generatePrivateKey();
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const { timestamp } = await client.getBlock({ blockTag: 'pending' });
  const [, generation] = await client.readContract({
    address: market.market,
    abi: plugpactMarketAbi,
    functionName: 'purseOf',
    args: [driver, change.purse ?? 0],
  });
  const booking: Booking = {
    listingId,
    connector: listing.place.connector,
    driver,
    purse: 0,
    generation,
    sessionKey: sessionKey.address,
    firstSlot: Number((timestamp + BOOKING_SEC) / 900n),
    slotCount: 4,
    money: { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n },
    startHash: keccak256(secret),
    terms: listing.terms,
    ...change,
  };
  return { booking, bookingId: bookingIdOf(market.ref, booking), sessionKey, secret };
}

/** Books by the driver's own transaction. Returns its block's time (unix seconds), a part of the booking's state. */
export async function book(
  market: TestMarket,
  driver: Account,
  listing: ListingStruct,
  booking: Booking,
): Promise<number> {
  const args = [toBookingStruct(booking), listing.weeklyHours, placeHash(listing.place)];
  return timeOf(market, await write(market, driver, 'bookAsDriver', args));
}

/** Unix seconds of a transaction's block. */
export async function timeOf(market: TestMarket, { blockNumber }: TransactionReceipt): Promise<number> {
  const { timestamp } = await clientOf(market.rpcUrl, banker).getBlock({ blockNumber });
  return Number(timestamp);
}

export async function signReading(
  market: TestMarket,
  signer: PrivateKeyAccount,
  reading: Reading,
): Promise<CompactSignature> {
  return toCompact(await signMessageOf(signer, market.ref, 'Reading', reading));
}

/** Arguments of `settleFrom` and `claim`. */
export async function reported(
  market: TestMarket,
  agent: PrivateKeyAccount,
  made: TestBooking,
  state: BookingStateStruct,
  reading: Reading,
) {
  const agentSignature = await signReading(market, agent, reading);
  const sessionSignature = await signReading(market, made.sessionKey, reading);
  return [
    toBookingStruct(made.booking),
    state,
    toReadingStruct(reading),
    agentSignature,
    sessionSignature,
  ] as const;
}

/** Arguments of `settle`, from those of `settleFrom`: as one struct, with `bookedAt` in place of the state. */
export const asBooked = ([booking, state, reading, agentSignature, sessionSignature]: Awaited<
  ReturnType<typeof reported>
>) => [{ booking, reading: withBookedAt(reading, state), agentSignature, sessionSignature }] as const;

/** A reading for `settle` and `settleAlone`, which take the time of the booking's state in the measure. */
export const withBookedAt = (reading: ReadingStruct, state: BookingStateStruct): ReadingStruct => ({
  ...reading,
  measure: reading.measure | (BigInt(sinceOf(state)) << 200n),
});

/** Sends a call of the market and waits for it; throws with the decoded custom error when it reverts. */
export async function write(
  market: TestMarket,
  account: Account,
  functionName: string,
  args: readonly unknown[],
) {
  const client = clientOf(market.rpcUrl, account);
  const call = { address: market.market, abi: plugpactMarketAbi, functionName, args, account };
  await client.simulateContract(call as never);
  return sendCall(client, call);
}
