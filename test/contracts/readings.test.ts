import { toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { type CompactSignature, NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { asBooked, deployTestMarket, signReading, type TestMarket, write } from '../support/market.ts';
import { anyone, attempt, booked, expectRefusal, newKey, readingOf, reportArgs } from './fixture.ts';

import { type ReservedBooking, reserved } from './reserved.ts';

/** Order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

describe('the signatures of a reading', () => {
  const withSignatures = async (one: ReservedBooking, agent: CompactSignature, session: CompactSignature) => {
    const [struct, state, reading] = await reportArgs(one.fixture, one.made, readingOf(one.made));
    return attempt(market, anyone, 'settleFrom', [struct, state, reading, agent, session], one.times.start);
  };

  it('are those of agent key and session key, in this order', async () => {
    const one = await reserved(market);
    const id = [one.made.bookingId];
    const reading = readingOf(one.made);
    const by = (signer: ReturnType<typeof newKey>, r = reading) => signReading(market, signer, r);
    const agent = await by(one.fixture.agent);
    const session = await by(one.made.sessionKey);
    await expect(withSignatures(one, agent, session)).resolves.toBeUndefined();
    for (const wrong of [
      NO_SIGNATURE,
      session,
      await by(newKey()),
      await by(one.fixture.agent, { ...reading, seq: 8 }),
    ]) {
      await expectRefusal(withSignatures(one, wrong, session), 'Reading_AgentSignatureInvalid', id);
    }
    for (const wrong of [NO_SIGNATURE, agent, await by(newKey()), await by(one.fixture.driver)]) {
      await expectRefusal(withSignatures(one, agent, wrong), 'Reading_SessionSignatureInvalid', id);
    }
  });

  it('is not malleable: neither a flipped parity nor the high s is accepted', async () => {
    const one = await reserved(market);
    const id = [one.made.bookingId];
    const { r, vs } = await signReading(market, one.fixture.agent, readingOf(one.made));
    const session = await signReading(market, one.made.sessionKey, readingOf(one.made));
    const word = (value: bigint) => toHex(BigInt.asUintN(256, value), { size: 32 });
    const s = BigInt.asUintN(255, BigInt(vs));
    const parity = BigInt(vs) >> 255n;
    const bent = [
      word(BigInt(vs) ^ (1n << 255n)),
      word(ORDER - s),
      word((ORDER - s) | ((1n - parity) << 255n)),
    ];
    for (const malleated of bent) {
      const call = withSignatures(one, { r, vs: malleated }, session);
      await expectRefusal(call, 'Reading_AgentSignatureInvalid', id);
    }
  });

  it('of an earlier booking are invalid after cancel and re-book', async () => {
    const one = await reserved(market);
    const old = await reportArgs(one.fixture, one.made, readingOf(one.made));
    await write(market, one.fixture.driver, 'cancelByDriver', [old[0], one.made.state, '0x']);
    const next = await booked(one.fixture, {
      firstSlot: one.made.booking.firstSlot,
      sessionKey: one.made.booking.sessionKey,
      startHash: one.made.booking.startHash,
    });
    expect(next.booking.generation).toBe(1n);
    const replay = [toBookingStruct(next.booking), next.state, ...old.slice(2)];
    await expectRefusal(
      attempt(market, anyone, 'settleFrom', replay, one.times.start),
      'Reading_AgentSignatureInvalid',
      [next.bookingId],
    );
    await expectRefusal(
      attempt(market, anyone, 'settle', asBooked(old), one.times.start),
      'Booking_StateMismatch',
      [one.made.bookingId],
    );
  });

  it('are valid for one market', async () => {
    const one = await reserved(market);
    const ref = { ...market.ref, market: market.token };
    const sign = async (signer: typeof one.fixture.agent) =>
      toCompact(await signMessageOf(signer, ref, 'Reading', readingOf(one.made)));
    const call = withSignatures(one, await sign(one.fixture.agent), await sign(one.made.sessionKey));
    await expectRefusal(call, 'Reading_AgentSignatureInvalid', [one.made.bookingId]);
  });

  it('cover one word only: spare bits of the measure are refused', async () => {
    const one = await reserved(market);
    const [struct, state, reading, ...signatures] = await reportArgs(
      one.fixture,
      one.made,
      readingOf(one.made),
    );
    const send = (call: 'settleFrom' | 'claim', measure: bigint) =>
      attempt(market, anyone, call, [struct, state, { ...reading, measure }, ...signatures], one.times.start);
    for (const bit of [199n, 200n, 239n, 240n, 255n]) {
      const dirty = reading.measure | (1n << bit);
      await expectRefusal(send('settleFrom', dirty), 'Reading_Malformed', [one.made.bookingId]);
    }
    for (const isFinal of [2n, 3n, 254n, 255n]) {
      const odd = (reading.measure & ~(0xffn << 192n)) | (isFinal << 192n);
      const call = (isFinal & 1n) === 1n ? 'settleFrom' : 'claim';
      await expectRefusal(send(call, odd), 'Reading_Malformed', [one.made.bookingId]);
    }
  });
});
