import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { asBooked, deployTestMarket, fundDriver, type TestMarket, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  bookArgs,
  booked,
  draftBooking,
  expectRefusal,
  jumpTo,
  newFixture,
  newKey,
  read,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { costOf, expectPaid, type ReservedBooking, raiseTo, settleAloneArgs, timesOf } from './reserved.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A booking of six slots, whose driver leaves in the fourth. */
async function leaving(): Promise<ReservedBooking> {
  const one = await ofSixSlots();
  await inFourthSlot(one);
  return one;
}

async function ofSixSlots(): Promise<ReservedBooking> {
  const fixture = await newFixture(market);
  const money = { cap: 8_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n };
  const made = await booked(fixture, { slotCount: 6, money });
  return { fixture, made, times: timesOf(made) };
}

const inFourthSlot = ({ times }: ReservedBooking) => jumpTo(market, times.start + 46 * 60);

async function givenBack(
  { fixture, made }: ReservedBooking,
  offset: number,
  signer: PrivateKeyAccount = fixture.agent,
) {
  const fromSlot = made.booking.firstSlot + offset;
  const message = { bookingId: made.bookingId, fromSlot };
  const signature = await signMessageOf(signer, market.ref, 'GiveBack', message);
  return { fromSlot: BigInt(fromSlot), agentSignature: toCompact(signature) };
}

const settlementOf = async ({ fixture, made }: ReservedBooking) =>
  asBooked(await reportArgs(fixture, made, readingOf(made)))[0];

/** Which of the six slots are still taken. */
async function takenOf({ fixture, made }: ReservedBooking): Promise<number[]> {
  const taken: number[] = [];
  for (let offset = 0; offset < 6; offset++) {
    const slot = BigInt(made.booking.firstSlot + offset);
    const word = (await read(market, 'calendarWordOf', [fixture.listingId, slot])) as bigint;
    if ((word >> (slot % 224n)) & 1n) taken.push(offset);
  }
  return taken;
}

describe('slots given back', () => {
  it('with a settlement that both signed can be booked by others, and are not the first driver’s any more', async () => {
    const one = await leaving();
    await write(market, anyone, 'settleAndGiveBack', [await settlementOf(one), await givenBack(one, 4)]);
    await expectPaid(one, costOf(one.made), 8_123n);
    expect(await takenOf(one)).toEqual([0, 1, 2, 3]);
    const next = { ...one.fixture, driver: await fundDriver(market) };
    const { booking, bookingId } = await draftBooking(next, { firstSlot: one.made.booking.firstSlot + 4 });
    const rebooking = attempt(market, next.driver, 'bookAsDriver', bookArgs(next, booking));
    await expect(rebooking).resolves.toBe(bookingId);
  });

  it('with the agent’s word alone, as far as that is allowed', async () => {
    const one = await leaving();
    const [alone] = await settleAloneArgs(one, {}, await raiseTo(one, costOf(one.made)));
    const given = await givenBack(one, 5);
    const [dear] = await settleAloneArgs(one);
    const refused = attempt(market, anyone, 'settleAloneAndGiveBack', [dear, given]);
    await expectRefusal(refused, 'Settlement_NotAllowed', [one.made.bookingId, costOf(one.made), 100_000n]);
    await write(market, anyone, 'settleAloneAndGiveBack', [alone, given]);
    expect(await takenOf(one)).toEqual([0, 1, 2, 3, 4]);
  });

  it('come back in batches too, each with the settlement that leaves it', async () => {
    const [both, alone] = [await ofSixSlots(), await ofSixSlots()];
    const [forged, dear] = [await ofSixSlots(), await ofSixSlots()];
    await inFourthSlot(dear);
    const stolen = await givenBack(forged, 4, newKey());
    await write(market, anyone, 'settleAllAndGiveBack', [
      [
        { settlement: await settlementOf(forged), given: stolen },
        { settlement: await settlementOf(both), given: await givenBack(both, 4) },
      ],
      ITEM_GAS_MIN,
    ]);
    const [allowed] = await settleAloneArgs(alone, {}, await raiseTo(alone, costOf(alone.made)));
    const [refused] = await settleAloneArgs(dear);
    await write(market, anyone, 'settleAllAloneAndGiveBack', [
      [
        { settlement: refused, given: await givenBack(dear, 4) },
        { settlement: allowed, given: await givenBack(alone, 5) },
      ],
      ITEM_GAS_MIN,
    ]);
    await expectPaid(both, costOf(both.made), 8_123n);
    await expectPaid(alone, costOf(alone.made), 8_123n);
    expect(await Promise.all([both, alone, forged, dear].map(takenOf))).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  it('are those that have not begun, whatever the agent signed', async () => {
    const one = await leaving();
    await write(market, anyone, 'settleAndGiveBack', [await settlementOf(one), await givenBack(one, -9)]);
    expect(await takenOf(one)).toEqual([0, 1, 2, 3]);
  });

  it('may be none: then the call only settles', async () => {
    const one = await leaving();
    await write(market, anyone, 'settleAndGiveBack', [await settlementOf(one), await givenBack(one, 6)]);
    await expectPaid(one, costOf(one.made), 8_123n);
    expect(await takenOf(one)).toEqual([0, 1, 2, 3, 4, 5]);
    const late = await leaving();
    await jumpTo(market, late.times.end);
    await write(market, anyone, 'settleAndGiveBack', [await settlementOf(late), await givenBack(late, 4)]);
    expect(await takenOf(late)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('need the agent’s signature over this booking and this slot', async () => {
    const other = await givenBack(await leaving(), 4);
    const one = await leaving();
    const good = await givenBack(one, 4);
    const settlement = await settlementOf(one);
    const forged = [
      await givenBack(one, 4, newKey()),
      await givenBack(one, 4, one.made.sessionKey),
      await givenBack(one, 4, one.fixture.driver),
      { ...other, fromSlot: good.fromSlot },
      { ...good, fromSlot: good.fromSlot + 1n },
      { ...good, fromSlot: good.fromSlot + (1n << 32n) },
    ];
    for (const given of forged) {
      const call = attempt(market, anyone, 'settleAndGiveBack', [settlement, given]);
      await expectRefusal(call, 'GiveBack_SignatureInvalid', [one.made.bookingId]);
    }
  });

  it('cannot be given back again, when they are the next driver’s', async () => {
    const one = await leaving();
    const [settlement, given] = [await settlementOf(one), await givenBack(one, 4)];
    await write(market, anyone, 'settleAndGiveBack', [settlement, given]);
    const next = { ...one.fixture, driver: await fundDriver(market) };
    await booked(next, { firstSlot: one.made.booking.firstSlot + 4 });
    const replay = attempt(market, anyone, 'settleAndGiveBack', [settlement, given]);
    await expectRefusal(replay, 'Booking_StateMismatch', [one.made.bookingId]);
    expect(await takenOf(one)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
