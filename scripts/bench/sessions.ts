import type { Hex } from 'viem';
import { keccak256 } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { settleCall } from '../../protocol/calls.ts';
import type { ListingStruct } from '../../protocol/listing.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { reservedState } from '../../protocol/state.ts';
import {
  book,
  clientOf,
  fundDriver,
  makeBooking,
  publish,
  signReading,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';

/** A charger and a driver who uses it again and again. */
export interface Pair {
  market: TestMarket;
  agent: PrivateKeyAccount;
  listing: ListingStruct;
  listingId: Hex;
  driver: PrivateKeyAccount;
}

export async function makePair(market: TestMarket): Promise<Pair> {
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(localAccount('host').address, agent.address));
  const listingId = await publish(market, agent, listing);
  return { market, agent, listing, listingId, driver: await fundDriver(market, 200n * TOKEN) };
}

/** Time of the newest block, unix seconds. */
const nowOf = async ({ rpcUrl }: TestMarket): Promise<number> =>
  Number((await clientOf(rpcUrl, localAccount('host')).getBlock()).timestamp);

/** Sets the temporary ledger's clock to just after the start of the next slot. */
export async function toNextSlot(market: TestMarket): Promise<void> {
  const next = (Math.floor((await nowOf(market)) / SLOT_SEC) + 1) * SLOT_SEC;
  await rpc(market.rpcUrl, 'evm_setNextBlockTimestamp', [next + 5]);
  await rpc(market.rpcUrl, 'evm_mine');
}

/** A whole session in the slot that contains now: booked by the driver, settled by both signatures. */
export async function runSession(pair: Pair): Promise<{ bookingId: Hex }> {
  const { market, agent, listing, listingId, driver } = pair;
  const made = await makeBooking(market, listingId, listing, driver.address, { slotCount: 1 });
  await book(market, driver, listing, made.booking);
  const beganAt = made.booking.firstSlot * SLOT_SEC;
  const reading = {
    bookingId: made.bookingId,
    seq: 9,
    energyWh: 2_345,
    beganAt,
    endedAt: beganAt + 800,
    overstaySec: 0,
    isFinal: true,
    evidenceHash: keccak256(made.bookingId),
    registersCommitment: keccak256(made.secret),
  };
  const booking = toBookingStruct(made.booking);
  const agentSignature = await signReading(market, agent, reading);
  const sessionSignature = await signReading(market, made.sessionKey, reading);
  const bookedAt = await nowOf(market);
  const cosigned = { booking, reading, agentSignature, sessionSignature };
  await write(market, driver, 'settle', settleCall(cosigned, reservedState(bookedAt)).args);
  return made;
}
