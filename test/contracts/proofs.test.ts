import { type Hex, keccak256, parseEventLogs, stringToHex, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { type BookingStateStruct, unpackClaim } from '../../protocol/state.ts';
import type { MeterAlgorithm } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { type Dispute, disputedAt } from './disputed.ts';
import { anyone, attempt, earningsOf, expectRefusal, purseOf } from './fixture.ts';
import { claim, costOf, finalise, late, stateIn } from './reserved.ts';
import { meterTime, newMeter, ocmf } from './test-meter.ts';

/** What 2,000 Wh co-signed cost, and what may be paid on top of it. */
const COSIGNED = 625_000n;
const CLAIMED = 1_200_000n;
/** The bond, and what a lost challenge costs of it. */
const BOND = 1_000_000n;
const FORFEIT = CLAIMED - COSIGNED;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const disputed = (...meter: [algorithm?: MeterAlgorithm, idTagPrefix?: string]) =>
  disputedAt(market, ...meter);

/** One transaction from 1,000 kWh on, in the booking's time. */
const session = (one: Dispute, endKwh: string, id = one.idTag, page = 7) =>
  ocmf(id, page, [
    { TM: meterTime(one.times.start), TX: 'B', RV: '1000.0000' },
    { TM: meterTime(one.times.end), TX: 'E', RV: endKwh },
  ]);

const proofArgs = (one: Dispute, records: readonly MeterRecordStruct[], secret: Hex = one.made.secret) =>
  [toBookingStruct(one.made.booking), one.state, { secret, meterKey: one.meter.key, records }] as const;

const prove = (one: Dispute, payloads: readonly string[], timeSec?: number) =>
  attempt(
    market,
    anyone,
    'prove',
    proofArgs(
      one,
      payloads.map((each) => one.meter.sign(each)),
    ),
    timeSec,
  );

const refused = (one: Dispute, payloads: readonly string[], rule: string) =>
  expectRefusal(prove(one, payloads), 'Ocmf_Refused', [stringToHex(rule, { size: 32 })]);

describe('a proof by the meter', () => {
  it('that reaches the claim ends the booking, pays within the unsigned limit, and gives the disputed money to the host', async () => {
    const one = await disputed();
    const record = one.meter.sign(session(one, '1008.1230'));
    await write(market, anyone, 'prove', proofArgs(one, [record]));
    expect(await earningsOf(one.fixture)).toEqual([CLAIMED + FORFEIT, 8_123n, 1n]);
    expect(await purseOf(market, one.fixture.driver.address)).toEqual([20n * TOKEN - CLAIMED - FORFEIT, 1n]);
  });

  it('logs what was proven, the bond, and the end', async () => {
    const one = await disputed();
    const receipt = await write(
      market,
      anyone,
      'prove',
      proofArgs(one, [one.meter.sign(session(one, '1008.1230'))]),
    );
    const events = parseEventLogs({ abi: plugpactMarketAbi, logs: receipt.logs });
    const { bookingId } = one.made;
    expect(events.map(({ eventName, args }) => ({ eventName, ...args }))).toEqual([
      {
        eventName: 'Proven',
        bookingId,
        provenWh: 8_123n,
        state: expect.objectContaining({ head: one.state.head }),
      },
      { eventName: 'BondForfeited', bookingId, amount: FORFEIT },
      {
        eventName: 'Finalised',
        bookingId,
        outcome: 5,
        paid: CLAIMED,
        refunded: 5n * TOKEN + BOND - CLAIMED - FORFEIT,
      },
    ]);
  });

  it('is refused a second time: it is not better than itself', async () => {
    const one = await disputed();
    const record = one.meter.sign(session(one, '1000.3'));
    const state = stateIn(await write(market, anyone, 'prove', proofArgs(one, [record])), 'Proven');
    await expectRefusal(prove({ ...one, state }, [session(one, '1000.3')]), 'Proof_NotBetter', [
      one.made.bookingId,
      300n,
      300n,
    ]);
  });

  it('counts as sold what was co-signed, where that is more than the agent alone claims', async () => {
    const one = await disputed();
    const state = await claim(one, { seq: 9, energyWh: 8_200 }, one.state);
    const record = one.meter.sign(session(one, '1008.1230'));
    const args = proofArgs({ ...one, state }, [record]);
    await finalise(one, stateIn(await write(market, anyone, 'prove', args), 'Proven'), one.until);
    const paid = costOf(one.made, { energyWh: 8_200 });
    expect(await earningsOf(one.fixture)).toEqual([paid, 8_200n, 1n]);
  });

  it('of less is stored when it is the best, and counts at the end', async () => {
    const one = await disputed();
    const kept = async (endKwh: string, state: BookingStateStruct) => {
      const record = one.meter.sign(session(one, endKwh));
      return stateIn(await write(market, anyone, 'prove', proofArgs({ ...one, state }, [record])), 'Proven');
    };
    const state = await kept('1003.2009', one.state);
    expect(unpackClaim(state.claim).bestProofWh).toBe(3_200n);
    const better = await kept('1003.3', state);
    await expectRefusal(prove({ ...one, state: better }, [session(one, '1003.25')]), 'Proof_NotBetter', [
      one.made.bookingId,
      3_250n,
      3_300n,
    ]);
    await finalise(one, better, one.until);
    const paid = costOf(one.made, { energyWh: 3_300 });
    expect(await earningsOf(one.fixture)).toEqual([paid, 3_300n, 1n]);
    expect((await purseOf(market, one.fixture.driver.address))[0]).toBe(20n * TOKEN - paid);
  });

  it('comes before its window ends, with the secret and the pinned key, of an agent-alone claim', async () => {
    const one = await disputed();
    const { made, until } = one;
    const full = [session(one, '1008.2')];
    await expect(prove(one, full, until - 1)).resolves.toBeUndefined();
    await expectRefusal(prove(one, full, until), 'Booking_TooLate', late(made, until));
    const records = [one.meter.sign(session(one, '1008.2'))];
    const secret = keccak256(toHex('guess'));
    const guessed = attempt(market, anyone, 'prove', proofArgs(one, records, secret));
    await expectRefusal(guessed, 'Claim_SecretMismatch', [made.bookingId]);
    const other = { ...one, meter: newMeter() };
    await expectRefusal(prove(other, full), 'Proof_WrongMeterKey', [made.bookingId]);
    const forged = [newMeter().sign(session(one, '1008.2'))];
    await expectRefusal(attempt(market, anyone, 'prove', proofArgs(one, forged)), 'Ocmf_Refused', [
      stringToHex('signature', { size: 32 }),
    ]);
    await expectRefusal(prove({ ...one, state: made.state }, full), 'Booking_StateMismatch', [
      made.bookingId,
    ]);
  });

  it('is bound by its ID: the idTag, or the pinned prefix before it', async () => {
    const one = await disputed('ECDSA-secp256k1-SHA256', 'OCPP:');
    await expect(prove(one, [session(one, '1008.2')])).resolves.toBeUndefined();
    await expect(prove(one, [session(one, '1008.2', `OCPP:${one.idTag}`)])).resolves.toBeUndefined();
    for (const id of ['', 'A'.repeat(20), `X${one.idTag}`, `${one.idTag} `, one.idTag.toLowerCase()]) {
      await refused(one, [session(one, '1008.2', id)], 'ID');
    }
  });

  it('takes signatures with a high s too', async () => {
    const one = await disputed();
    for (let page = 1; page < 9; page++) {
      const record = one.meter.sign(session(one, '1008.2', one.idTag, page), false);
      await expect(attempt(market, anyone, 'prove', proofArgs(one, [record]))).resolves.toBeUndefined();
    }
  });

  it('may be two records, or several pairs, with rising pages and registers', async () => {
    const one = await disputed();
    const begin = (page: number, kwh: string) =>
      ocmf(one.idTag, page, [{ TM: meterTime(one.times.start), TX: 'B', RV: kwh }]);
    const finish = (page: number, kwh: string) =>
      ocmf(one.idTag, page, [{ TM: meterTime(one.times.end), TX: 'E', RV: kwh }]);
    await expect(prove(one, [begin(1, '5'), finish(2, '14')])).resolves.toBeUndefined();
    const parts = [begin(1, '5'), finish(2, '9.1235'), begin(3, '9.5'), finish(4, '13.4999')];
    await expect(prove(one, parts)).resolves.toBeUndefined();
    await refused(one, [begin(2, '5'), finish(2, '14')], 'PG');
    await refused(one, [finish(1, '14'), begin(2, '5')], 'pair');
    await refused(one, [begin(1, '5')], 'pair');
    await refused(one, [begin(1, '5'), begin(2, '5')], 'pair');
    await refused(one, [session(one, '1008.2'), session(one, '1008.2')], 'PG');
    await refused(one, [session(one, '1008.2'), session(one, '1008.2', one.idTag, 8)], 'register');
    await refused(one, [], 'pair');
  });

  it('counts nothing that is flagged, out of time, of another register or unit', async () => {
    const one = await disputed();
    const B = { TM: meterTime(one.times.start), TX: 'B', RV: 1 };
    const E = { TM: meterTime(one.times.end), TX: 'E', RV: 10 };
    const record = (b: object, e: object) => [
      ocmf(one.idTag, 7, [
        { ...B, ...b },
        { ...E, ...e },
      ]),
    ];
    await expect(prove(one, record({}, {}))).resolves.toBeUndefined();
    await refused(one, record({}, { EF: 'Et' }), 'EF');
    await refused(one, record({ ST: 'E' }, {}), 'ST');
    await refused(one, record({}, { CL: 1 }), 'CL');
    await expect(prove(one, record({}, { CL: 0 }))).resolves.toBeUndefined();
    await refused(one, record({}, { RU: 'sec' }), 'RU');
    await refused(one, record({ RV: '1e1' }, {}), 'RV');
    await refused(one, record({ RV: '-1' }, {}), 'RV');
    await refused(one, record({}, { RV: 0.5 }), 'register');
    await refused(one, record({ RI: '1-0:2.8.0' }, { RI: '1-0:2.8.0' }), 'pair');
    await refused(one, record({ RI: '1-0:98.8.0.FF' }, { RI: '1-0:98.8.0.FF' }), 'pair');
    await refused(one, record({}, { TX: 'C' }), 'pair');
    await refused(one, record({ TM: meterTime(one.times.opens - 301) }, {}), 'TM');
    await refused(one, record({}, { TM: meterTime(one.times.closes + 301) }), 'TM');
    await expect(
      prove(one, record({}, { TM: meterTime(one.times.closes + 301, 'R') })),
    ).resolves.toBeUndefined();
    await expect(prove(one, record({ EF: 't' }, { EF: 't' }))).resolves.toBeUndefined();
    await expect(
      prove(one, record({ TM: meterTime(0, 'U') }, { TM: meterTime(0, 'I') })),
    ).resolves.toBeUndefined();
    await expect(
      prove(one, record({ RV: '   1.0' }, { RI: '01-00:01.08.00.FF', TX: 'X' })),
    ).rejects.toThrow();
  });

  it('is written strictly', async () => {
    const one = await disputed();
    const good = session(one, '1008.2');
    const malformed = (payload: string) => expect(prove(one, [payload])).rejects.toThrow('Json_Malformed');
    await malformed(good.slice(0, -1));
    await malformed(`${good} `);
    await malformed(good.replace('"GI"', '"G\\u0049"'));
    await malformed(good.replace('TEST', 'TE\nST'));
    await malformed(good.replace('"OCPP_RS"', '{"a":[1}]'));
    await malformed('');
    await refused(one, [good.replace('"IT":"LOCAL"', `"ID":"${one.idTag}"`)], 'ID');
    await refused(one, [good.replace('"MV":', '"PG":"T9","MV":')], 'PG');
    await refused(one, [good.replace('"RU":"kWh"', '"RU":"kWh","RV":1')], 'RV');
    await refused(one, [good.replace('"PG":"T7"', '"PG":"F7"')], 'PG');
    await refused(one, [good.replace('"PG":"T7",', '')], 'incomplete');
  });
});
