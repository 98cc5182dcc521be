import { type Hex, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BookingStateStruct,
  RESERVED_STATE,
  toBookingStruct,
  unpackHead,
} from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { type CompactSignature, NO_SIGNATURE, type Reading } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd } from '../../protocol/slots.ts';
import { NETWORKS } from '../../scripts/deploy.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  deployTestMarket,
  signReading,
  TARIFF,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testTerms,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  earningsOf,
  expectRefusal,
  jumpTo,
  newKey,
  newScene,
  purseOf,
  readingOf,
  reportArgs,
  type Scene,
  stateOf,
} from './bench.ts';

const host = localAccount('host');
const { windows } = NETWORKS.local;
const TERMS = testTerms(host.address, host.address).bookingTerms;
/** Order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

async function reserved() {
  const scene = await newScene(market);
  const made = await booked(scene);
  return { scene, made, times: bookingTimes(made.booking, TERMS, windows) };
}

type Case = Awaited<ReturnType<typeof reserved>>;

const tryReport = async (
  call: 'settle' | 'claim',
  { scene, made }: Case,
  change: Partial<Reading> = {},
  timeSec = made.booking.firstSlot * 900,
  state = RESERVED_STATE,
) => attempt(market, anyone, call, await reportArgs(scene, made, readingOf(made, change), state), timeSec);

async function claim(one: Case, change: Partial<Reading> = {}, state = RESERVED_STATE) {
  const args = await reportArgs(
    one.scene,
    one.made,
    readingOf(one.made, { isFinal: false, ...change }),
    state,
  );
  return stateOf(await write(market, anyone, 'claim', args));
}

/** A case that was claimed at its start, and its state. */
async function claimedCase(change: Partial<Reading> = {}) {
  const one = await reserved();
  await jumpTo(market, one.times.start);
  const state = await claim(one, change);
  return {
    ...one,
    state,
    deadline: challengeEnd(Number(unpackHead(state.head).claimedAt), one.times.closes, windows),
  };
}

const end = (call: 'finalise' | 'expire', made: TestBooking, state: BookingStateStruct, timeSec?: number) =>
  attempt(market, anyone, call, [toBookingStruct(made.booking), state], timeSec);

const costOf = (made: TestBooking, change: Partial<Reading> = {}) =>
  costRoundedDown(TARIFF, readingOf(made, change), made.booking.money.cap);

async function expectPaid({ scene }: { scene: Scene }, paid: bigint, energyWh: bigint, sessions = 1n) {
  expect(await purseOf(market, scene.driver.address)).toEqual([20n * TOKEN - paid, 1n]);
  expect(await earningsOf(scene)).toEqual([paid, energyWh, sessions]);
}

const late = (made: TestBooking, until: number) => [made.bookingId, BigInt(until), BigInt(until)];
const early = (made: TestBooking, from: number) => [made.bookingId, BigInt(from - 1), BigInt(from)];

describe('settle', () => {
  it('counts from opens until reportBy', async () => {
    const one = await reserved();
    const { made, times } = one;
    const at = (timeSec: number) => tryReport('settle', one, {}, timeSec);
    await expectRefusal(at(times.opens - 1), 'Booking_TooEarly', early(made, times.opens));
    await expect(at(times.opens)).resolves.toBeUndefined();
    await expect(at(times.reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(times.reportBy), 'Booking_TooLate', late(made, times.reportBy));
  });

  it('pays the cap and no more when the cost is above it', async () => {
    const one = await reserved();
    await jumpTo(market, one.times.start);
    const args = await reportArgs(
      one.scene,
      one.made,
      readingOf(one.made, { energyWh: 80_000, overstaySec: 99_999 }),
    );
    await write(market, anyone, 'settle', args);
    await expectPaid(one, 5n * TOKEN, 80_000n);
  });

  it('gives all back for a visit without a charge', async () => {
    const one = await reserved();
    await jumpTo(market, one.times.start);
    const nothing = readingOf(one.made, { energyWh: 0, endedAt: readingOf(one.made).beganAt });
    await write(market, anyone, 'settle', await reportArgs(one.scene, one.made, nothing));
    await expectPaid(one, 0n, 0n);
  });

  it('pays once', async () => {
    const one = await reserved();
    await jumpTo(market, one.times.start);
    const args = await reportArgs(one.scene, one.made, readingOf(one.made));
    await write(market, anyone, 'settle', args);
    await expectRefusal(attempt(market, anyone, 'settle', args), 'Booking_StateMismatch', [
      one.made.bookingId,
    ]);
    await expectPaid(one, costOf(one.made), 8_123n);
  });

  it('wants a final reading', async () => {
    const one = await reserved();
    await expectRefusal(tryReport('settle', one, { isFinal: false }), 'Reading_NotFinal', [
      one.made.bookingId,
    ]);
  });

  it('refuses a reading that ends before it began', async () => {
    const one = await reserved();
    const { beganAt } = readingOf(one.made);
    const reversed = { endedAt: beganAt - 1 };
    const args = [BigInt(beganAt), BigInt(beganAt - 1)];
    await expectRefusal(tryReport('settle', one, reversed), 'Reading_TimeReversed', args);
    await expectRefusal(tryReport('claim', one, reversed), 'Reading_TimeReversed', args);
  });

  it('refuses a booking whose fields or state are others', async () => {
    const { scene, made, times } = await reserved();
    const [struct, state, ...rest] = await reportArgs(scene, made, readingOf(made));
    const change = async (
      booking: Partial<typeof struct>,
      other = state,
      bookingId: Hex = made.bookingId,
    ) => {
      const call = attempt(
        market,
        anyone,
        'settle',
        [{ ...struct, ...booking }, other, ...rest],
        times.start,
      );
      await expectRefusal(call, 'Booking_StateMismatch', [bookingId]);
    };
    await change({ money: struct.money + 1n });
    await change({ startHash: toHex(1, { size: 32 }) });
    await change({ session: struct.session ^ 1n });
    await change({}, { head: 2n, claim: 0n });
    await change({}, { head: 1n, claim: 1n });
  });
});

describe('the signatures of a reading', () => {
  const withSignatures = async (one: Case, agent: CompactSignature, session: CompactSignature) => {
    const [struct, state, reading] = await reportArgs(one.scene, one.made, readingOf(one.made));
    return attempt(market, anyone, 'settle', [struct, state, reading, agent, session], one.times.start);
  };

  it('are those of agent key and session key, each in its place', async () => {
    const one = await reserved();
    const id = [one.made.bookingId];
    const reading = readingOf(one.made);
    const by = (signer: ReturnType<typeof newKey>, r = reading) => signReading(market, signer, r);
    const agent = await by(one.scene.agent);
    const session = await by(one.made.sessionKey);
    await expect(withSignatures(one, agent, session)).resolves.toBeUndefined();
    for (const wrong of [
      NO_SIGNATURE,
      session,
      await by(newKey()),
      await by(one.scene.agent, { ...reading, seq: 8 }),
    ]) {
      await expectRefusal(withSignatures(one, wrong, session), 'Reading_AgentSignatureInvalid', id);
    }
    for (const wrong of [NO_SIGNATURE, agent, await by(newKey()), await by(one.scene.driver)]) {
      await expectRefusal(withSignatures(one, agent, wrong), 'Reading_SessionSignatureInvalid', id);
    }
  });

  it('cannot be bent: neither a flipped parity nor the high twin of s passes', async () => {
    const one = await reserved();
    const id = [one.made.bookingId];
    const { r, vs } = await signReading(market, one.scene.agent, readingOf(one.made));
    const session = await signReading(market, one.made.sessionKey, readingOf(one.made));
    const word = (value: bigint) => toHex(BigInt.asUintN(256, value), { size: 32 });
    const s = BigInt.asUintN(255, BigInt(vs));
    const parity = BigInt(vs) >> 255n;
    const bent = [
      word(BigInt(vs) ^ (1n << 255n)),
      word(ORDER - s),
      word((ORDER - s) | ((1n - parity) << 255n)),
    ];
    for (const twin of bent) {
      const call = withSignatures(one, { r, vs: twin }, session);
      await expectRefusal(call, 'Reading_AgentSignatureInvalid', id);
    }
  });

  it('of an earlier booking are worth nothing after cancel and re-book', async () => {
    const one = await reserved();
    const old = await reportArgs(one.scene, one.made, readingOf(one.made));
    await write(market, one.scene.driver, 'cancelByDriver', [old[0], RESERVED_STATE, '0x']);
    const next = await booked(one.scene, {
      firstSlot: one.made.booking.firstSlot,
      sessionKey: one.made.booking.sessionKey,
      startHash: one.made.booking.startHash,
    });
    expect(next.booking.generation).toBe(1n);
    const replay = [toBookingStruct(next.booking), ...old.slice(1)];
    await expectRefusal(
      attempt(market, anyone, 'settle', replay, one.times.start),
      'Reading_AgentSignatureInvalid',
      [next.bookingId],
    );
    await expectRefusal(attempt(market, anyone, 'settle', old, one.times.start), 'Booking_StateMismatch', [
      one.made.bookingId,
    ]);
  });

  it('count for one market', async () => {
    const one = await reserved();
    const ref = { ...market.ref, market: market.token };
    const sign = async (signer: typeof one.scene.agent) =>
      toCompact(await signMessageOf(signer, ref, 'Reading', readingOf(one.made)));
    const call = withSignatures(one, await sign(one.scene.agent), await sign(one.made.sessionKey));
    await expectRefusal(call, 'Reading_AgentSignatureInvalid', [one.made.bookingId]);
  });

  it('cover one word only: spare bits of the measure are refused', async () => {
    const one = await reserved();
    const [struct, state, reading, ...signatures] = await reportArgs(
      one.scene,
      one.made,
      readingOf(one.made),
    );
    const send = (call: 'settle' | 'claim', measure: bigint) =>
      attempt(market, anyone, call, [struct, state, { ...reading, measure }, ...signatures], one.times.start);
    for (const bit of [200n, 255n]) {
      const dirty = reading.measure | (1n << bit);
      await expectRefusal(send('settle', dirty), 'Reading_Malformed', [one.made.bookingId]);
    }
    for (const isFinal of [2n, 3n, 255n]) {
      const odd = (reading.measure & ~(0xffn << 192n)) | (isFinal << 192n);
      await expectRefusal(send('claim', odd), 'Reading_Malformed', [one.made.bookingId]);
      await expectRefusal(send('settle', odd), 'Reading_NotFinal', [one.made.bookingId]);
    }
  });
});

describe('claim', () => {
  it('counts from opens until reportBy', async () => {
    const one = await reserved();
    const { made, times } = one;
    const at = (timeSec: number) => tryReport('claim', one, { isFinal: false }, timeSec);
    await expectRefusal(at(times.opens - 1), 'Booking_TooEarly', early(made, times.opens));
    await expect(at(times.opens)).resolves.toBeUndefined();
    await expect(at(times.reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(times.reportBy), 'Booking_TooLate', late(made, times.reportBy));
  });

  it('keeps the reading and its cost, and pays nothing yet', async () => {
    const one = await claimedCase({ seq: 3, energyWh: 2_000 });
    expect(unpackHead(one.state.head)).toMatchObject({
      phase: 2n,
      flags: 0n,
      cosignedSeq: 3n,
      cosignedEnergyWh: 2_000n,
      cosignedCost: costOf(one.made, { energyWh: 2_000 }),
      challengedAt: 0n,
    });
    expect(await earningsOf(one.scene)).toEqual([0n, 0n, 0n]);
  });

  it('is replaced by a newer co-signed reading until its window ends, at the first deadline', async () => {
    const one = await claimedCase({ seq: 3 });
    const newer = (seq: number, timeSec: number) =>
      tryReport('claim', one, { seq, isFinal: false }, timeSec, one.state);
    for (const seq of [0, 2, 3]) {
      await expectRefusal(newer(seq, one.deadline - 1), 'Reading_NotNewer', [BigInt(seq), 3n]);
    }
    await expect(newer(4, one.deadline - 1)).resolves.toBeUndefined();
    await expectRefusal(newer(4, one.deadline), 'Booking_TooLate', late(one.made, one.deadline));
    await jumpTo(market, one.times.closes + 100);
    const next = await claim(one, { seq: 4, energyWh: 9_000 }, one.state);
    expect(unpackHead(next.head).claimedAt).toBe(unpackHead(one.state.head).claimedAt);
    await expect(end('finalise', one.made, next, one.deadline)).resolves.toBeUndefined();
    await expectRefusal(end('finalise', one.made, one.state), 'Booking_StateMismatch', [one.made.bookingId]);
  });

  it('gives way to a final reading until its window ends', async () => {
    const one = await claimedCase();
    const settle = (timeSec: number) => tryReport('settle', one, { seq: 9 }, timeSec, one.state);
    await expect(settle(one.deadline - 1)).resolves.toBeUndefined();
    await expectRefusal(settle(one.deadline), 'Booking_TooLate', late(one.made, one.deadline));
    await jumpTo(market, one.deadline - 30);
    const final = readingOf(one.made, { seq: 9, energyWh: 9_000 });
    await write(market, anyone, 'settle', await reportArgs(one.scene, one.made, final, one.state));
    await expectPaid(one, costOf(one.made, { energyWh: 9_000 }), 9_000n);
  });

  it('after closes has a whole challenge window', async () => {
    const one = await reserved();
    await jumpTo(market, one.times.reportBy - 10);
    const state = await claim(one);
    const from = Number(unpackHead(state.head).claimedAt) + windows.challengeSec;
    await expectRefusal(
      end('finalise', one.made, state, from - 1),
      'Booking_TooEarly',
      early(one.made, from),
    );
    await expect(end('finalise', one.made, state, from)).resolves.toBeUndefined();
  });
});

describe('finalise', () => {
  it('pays the claim from the end of its window, whoever calls', async () => {
    const one = await claimedCase({ energyWh: 4_000 });
    const refused = end('finalise', one.made, one.state, one.deadline - 1);
    await expectRefusal(refused, 'Booking_TooEarly', early(one.made, one.deadline));
    await jumpTo(market, one.deadline);
    await write(market, newlyFunded, 'finalise', [toBookingStruct(one.made.booking), one.state]);
    await expectPaid(one, costOf(one.made, { energyWh: 4_000 }), 4_000n);
    await expectRefusal(end('finalise', one.made, one.state), 'Booking_StateMismatch', [one.made.bookingId]);
  });

  it('is refused while nothing is claimed', async () => {
    const { made, times } = await reserved();
    const call = end('finalise', made, RESERVED_STATE, times.reportBy + 999_999);
    await expectRefusal(call, 'Booking_WrongPhase', [made.bookingId, 1]);
  });
});

describe('expire', () => {
  it('gives all back from reportBy, whoever calls', async () => {
    const one = await reserved();
    const { made, times } = one;
    const refused = end('expire', made, RESERVED_STATE, times.reportBy - 1);
    await expectRefusal(refused, 'Booking_TooEarly', early(made, times.reportBy));
    await jumpTo(market, times.reportBy);
    await write(market, newlyFunded, 'expire', [toBookingStruct(made.booking), RESERVED_STATE]);
    await expectPaid(one, 0n, 0n, 0n);
    await expectRefusal(end('expire', made, RESERVED_STATE), 'Booking_StateMismatch', [made.bookingId]);
  });

  it('is refused once a reading was claimed', async () => {
    const { made, state } = await claimedCase();
    const call = end('expire', made, state, made.booking.firstSlot * 900 + 9_999_999);
    await expectRefusal(call, 'Booking_WrongPhase', [made.bookingId, 2]);
  });
});

/** Somebody who has no part in any booking. */
const newlyFunded = localAccount('deployer');
