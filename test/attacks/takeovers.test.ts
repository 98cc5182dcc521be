import { encodeFunctionData } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { bookingIdOf, toBookingStruct } from '../../protocol/booking.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { LISTING_STATUS, unpackListingWord } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { anyone, attempt, consentOf, jumpTo, purseOf, read } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved.ts';
import {
  clientOf,
  deployTestMarket,
  fundDriver,
  type TestMarket,
  TOKEN,
  testListing,
  write,
} from '../support/market.ts';
import {
  type BookedSession,
  bookSession,
  type Charger,
  cancelByDriver,
  claim,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  HOST,
  moneyOf,
  onSnapshot,
  openCharger,
  refusalOf,
  replayOn,
  sendCall,
  settle,
} from './booked-session.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** Three settled readings of one batch, each of 8,123 Wh. */
async function pendingBatch() {
  const sessions: BookedSession[] = [];
  for (let i = 0; i < 3; i++) sessions.push(await bookSession(await openCharger(market)));
  await jumpTo(market, sessions[0]!.times.end);
  const settlements = [];
  for (const session of sessions) settlements.push((await settle(session)).args[0]);
  return { sessions, settlements };
}

describe('a batch of settlements', () => {
  it("is not emptied by a stranger's claim with its final readings: all three are paid", async () => {
    const { sessions, settlements } = await pendingBatch();
    for (const session of sessions) {
      const call = await claim(session, { isFinal: true });
      expect(await refusalOf(session, call, anyone)).toBe('Claim_Final');
    }
    await write(market, anyone, 'settleAll', [settlements, ITEM_GAS_MIN]);
    for (const session of sessions) await expectPaid(session, costOf(session.made));
  });

  it('reverts where the share of gas is too small, and skips no honest item', async () => {
    const { sessions, settlements } = await pendingBatch();
    const tooSmall = attempt(market, anyone, 'settleAll', [settlements, ITEM_GAS_MIN - 1n]);
    await expect(tooSmall).rejects.toThrow('Batch_ItemGasTooLow');
    const functionName = 'settleAll';
    const args = [settlements, ITEM_GAS_MIN];
    const data = encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
    for (const gas of [300_000n, 330_000n, 360_000n]) {
      const starved = clientOf(market.rpcUrl, anyone).call({ to: market.market, data, gas });
      await expect(starved).rejects.toThrow();
    }
    for (const session of sessions) expect((await moneyOf(session)).host).toBe(0n);
    await write(market, anyone, functionName, args);
    for (const session of sessions) await expectPaid(session, costOf(session.made));
  });
});

describe('one identity', () => {
  it('the same slots booked again with another cap, key or secret have another id: old signatures take 0.00', async () => {
    const charger = await openCharger(market);
    const driver = await fundDriver(market, DEPOSIT);
    const drafted = { fixture: { ...charger, driver } };
    const first = await onSnapshot(market, () => bookSession(charger, {}, driver));
    const { booking } = first.made;
    const { money, firstSlot, sessionKey, startHash } = booking;
    const again = await bookSession(
      charger,
      { firstSlot, sessionKey, startHash, money: { ...money, cap: money.cap - 1n } },
      drafted.fixture.driver,
    );
    expect(again.made.booking.generation).toBe(booking.generation);
    const others = [
      { money: { ...money, allowedCost: 0n } },
      { sessionKey: driver.address },
      { startHash: first.made.secret },
    ];
    const ids = [first.made.bookingId, again.made.bookingId];
    for (const change of others) ids.push(bookingIdOf(market.ref, { ...booking, ...change }));
    expect(new Set(ids).size).toBe(5);
    await jumpTo(market, again.times.start);
    const old = await settle(first);
    expect(await refusalOf(again, old, HOST)).toBe('Booking_StateMismatch');
    // The old time of booking, or the agent's signature for the old id: neither is this booking's.
    const wrong = ['Booking_StateMismatch', 'Reading_AgentSignatureInvalid'];
    expect(wrong).toContain(await refusalOf(again, replayOn(again, old), HOST));
  });
});

describe('a closed listing', () => {
  const statusOf = async ({ listingId }: Charger) =>
    unpackListingWord((await read(market, 'listingOf', [listingId])) as bigint).status;

  it('is not taken over by who stole the agent key, and its host revokes that key', async () => {
    const charger = await openCharger(market);
    await write(market, HOST, 'setListingStatus', [charger.listing, LISTING_STATUS.CLOSED, '0x']);
    const thief = await fundDriver(market, TOKEN);
    const stolen = testListing({ ...charger.terms, host: thief.address });
    const theirs = { ...stolen, meterKey: charger.listing.meterKey };
    const { validUntil, consent } = await consentOf(charger, theirs);
    const takeover = attempt(market, thief, 'publishListing', [theirs, validUntil, consent, '0x']);
    await expect(takeover).rejects.toThrow('Listing_AlreadyPublished');
    const update = attempt(market, thief, 'updateListing', [charger.listing, theirs, '0x']);
    await expect(update).rejects.toThrow('Listing_IdentityChanged');
    await write(market, HOST, 'setListingStatus', [charger.listing, LISTING_STATUS.REVOKED, '0x']);
    expect(await statusOf(charger)).toBe(BigInt(LISTING_STATUS.REVOKED));
  });
});

describe('slots given back', () => {
  const takenIn = async ({ listingId }: Charger, slot: number) => {
    const word = (await read(market, 'calendarWordOf', [listingId, BigInt(slot)])) as bigint;
    return (word >> BigInt(slot % 224)) & 1n;
  };

  async function givenBack({ fixture, made }: BookedSession, fromSlot: number) {
    const message = { bookingId: made.bookingId, fromSlot };
    const signature = await signMessageOf(fixture.agent, market.ref, 'GiveBack', message);
    return { fromSlot: BigInt(fromSlot), agentSignature: toCompact(signature) };
  }

  it("a replayed give-back frees nobody's slots", async () => {
    const charger = await openCharger(market);
    const money = { cap: 8_000_000n, unsignedCost: 0n, allowedCost: 100_000n, relayFee: 0n };
    const session = await bookSession(charger, { slotCount: 6, money: { ...money, unsignedCost: TOKEN } });
    const { firstSlot } = session.made.booking;
    await jumpTo(market, session.times.start + 46 * 60);
    const [settlement] = (await settle(session)).args;
    const given = await givenBack(session, firstSlot + 4);
    await write(market, anyone, 'settleAndGiveBack', [settlement, given]);
    const next = await bookSession(charger, { firstSlot: firstSlot + 4 });
    const [theirs] = (await settle(next)).args;
    const replays = [
      [settlement, given],
      [{ ...(settlement as object), booking: toBookingStruct(next.made.booking) }, given],
      [theirs, given],
    ];
    for (const timeSec of [session.times.start + 47 * 60, next.times.opens]) {
      for (const args of replays) {
        const replay = attempt(market, HOST, 'settleAndGiveBack', args, timeSec);
        await expect(replay).rejects.toThrow(
          /Booking_StateMismatch|Booking_TooEarly|Reading_AgentSignatureInvalid|GiveBack_SignatureInvalid/,
        );
      }
    }
    for (const slot of [firstSlot + 4, firstSlot + 5]) expect(await takenIn(charger, slot)).toBe(1n);
    await sendCall(next, await settle(next));
    expect((await moneyOf(next)).driver).toBe(DEPOSIT - costOf(next.made));
  });
});

describe('the ledger after these attacks', () => {
  it('a driver who cancels has all of it again', async () => {
    const session = await bookSession(await openCharger(market));
    await sendCall(session, cancelByDriver(session), session.fixture.driver);
    expect((await purseOf(market, session.fixture.driver.address))[0]).toBe(DEPOSIT);
  });
  it('is reconciled by the audit', () => expectReconciled(market));
});
