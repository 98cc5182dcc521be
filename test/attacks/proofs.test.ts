import fc from 'fast-check';
import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idTagOf } from '../../protocol/idTag.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { readArtifact } from '../../scripts/lib/artifacts.ts';
import { jumpTo, read } from '../contracts/fixture.ts';
import { type Mock, readFrom } from '../contracts/mocks.ts';
import { costOf } from '../contracts/reserved.ts';
import { meterTime, newMeter, ocmf } from '../contracts/test-meter.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import {
  BOND,
  type BookedSession,
  bookSession,
  challenge,
  claim,
  claimAlone,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  finaliseAtDeadline,
  HOST,
  moneyOf,
  onSnapshot,
  openCharger,
  prove,
  refusalOf,
  sendCall,
} from './booked-session.ts';
import { meterRecord, tagOf } from './meter-record.ts';
import { RUNS_ON_LEDGER, RUNS_SIMULATED, TIMEOUT } from './search.ts';

let anvil: Anvil;
let market: TestMarket;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  const address = (await read(market, 'OCMF_VERIFIER', [])) as Hex;
  verifier = { address, abi: readArtifact('OcmfVerifier').abi as Mock['abi'] };
});
afterAll(() => anvil.stop());

/** Token units: the least that a lost challenge costs. */
const FORFEIT_MIN = 50_000n;

/** After the session: claims what both signed, then the rest by the agent alone. */
async function claimed(session: BookedSession, cosignedWh: number, energyWh: number): Promise<BookedSession> {
  const before =
    cosignedWh === 0
      ? session
      : await sendCall(session, await claim(session, { seq: 3, energyWh: cosignedWh }), HOST);
  return sendCall(before, await claimAlone(before, { energyWh }), HOST);
}

/** Energy that the market's verifier accepts for these records; undefined if it refuses them. */
async function provenWh(
  { fixture, made, times, meter }: BookedSession,
  records: readonly MeterRecordStruct[],
) {
  const types = [{ type: 'uint256' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }] as const;
  const { chainId, market: address } = market.ref;
  const preimage = encodeAbiParameters(types, [BigInt(chainId), address, made.bookingId, made.secret]);
  const { metering } = fixture.listing.terms;
  const { opens, closes } = times;
  const binding = { tagHash: keccak256(preimage), metering, opens: BigInt(opens), closes: BigInt(closes) };
  return readFrom(market.rpcUrl, verifier, 'provenWh', [binding, meter.key, records]).then(
    (energyWh) => Number(energyWh),
    () => undefined,
  );
}

describe('rule 7: the bond', () => {
  it(
    'a driver challenges what a true meter shows: he loses the disputed money by it, never more',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market));
      await jumpTo(market, session.times.closes);
      const sessions = fc.record({
        energyWh: fc.integer({ min: 1_200, max: 8_250 }),
        cosigned: fc.integer({ min: 30, max: 90 }),
      });
      const property = fc.asyncProperty(sessions, async ({ energyWh, cosigned }) => {
        const cosignedWh = Math.floor((energyWh * cosigned) / 100);
        const silent = await onSnapshot(market, async () =>
          moneyOf(await finaliseAtDeadline(await claimed(session, cosignedWh, energyWh))),
        );
        const spiteful = await onSnapshot(market, async () => {
          const claim_ = await claimed(session, cosignedWh, energyWh);
          const disputed = await sendCall(claim_, await challenge(claim_), session.fixture.driver);
          return moneyOf(await sendCall(disputed, prove(disputed, [meterRecord(disputed, energyWh)]), HOST));
        });
        const disputed = silent.host - costOf(session.made, { energyWh: cosignedWh });
        const lost = disputed > FORFEIT_MIN ? disputed : FORFEIT_MIN;
        expect(lost).toBeLessThanOrEqual(BOND);
        expect(spiteful).toEqual({ driver: silent.driver - lost, host: silent.host + lost });
      });
      await fc.assert(property, RUNS_ON_LEDGER);
    },
  );

  it('a host claims more than his meter shows: no forfeit, and no more than is shown', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.closes);
    const cosignedWh = 3_000;
    const lies = fc.record({
      trueWh: fc.integer({ min: 0, max: 5_500 }),
      moreWh: fc.integer({ min: 50, max: 300 }),
    });
    const property = fc.asyncProperty(lies, async ({ trueWh, moreWh }) => {
      const energyWh = Math.max(cosignedWh + 100, trueWh + moreWh);
      const { host, driver } = await onSnapshot(market, async () => {
        const claim_ = await claimed(session, cosignedWh, energyWh);
        const disputed = await sendCall(claim_, await challenge(claim_), session.fixture.driver);
        const call = prove(disputed, [meterRecord(disputed, trueWh)]);
        const isBetter = (await refusalOf(disputed, call, HOST)) === undefined;
        return moneyOf(await finaliseAtDeadline(isBetter ? await sendCall(disputed, call, HOST) : disputed));
      });
      const shown = costOf(session.made, { energyWh: Math.max(trueWh, cosignedWh) });
      expect({ driver, host }).toEqual({ driver: DEPOSIT - shown, host: shown });
    });
    await fc.assert(property, { ...RUNS_ON_LEDGER, examples: [[{ trueWh: 100, moreWh: 50 }]] });
  });

  it('a host without a signing meter makes one up after the challenge', async () => {
    const session = await bookSession(await openCharger(market, {}, false));
    await jumpTo(market, session.times.closes);
    const claim_ = await claimed(session, 2_000, 8_250);
    const disputed = await sendCall(claim_, await challenge(claim_), session.fixture.driver);
    for (const key of [session.meter.key, '0x' as Hex]) {
      const own = { ...disputed, meter: { ...session.meter, key } };
      const refusal = await refusalOf(own, prove(own, [meterRecord(own, 8_250)]), HOST);
      expect(refusal).toBe('Proof_WrongMeterKey');
    }
    await finaliseAtDeadline(disputed);
    await expectPaid(session, costOf(session.made, { energyWh: 2_000 }));
  });
});

describe('rule 9: a meter record is bound to one booking', () => {
  it('a host proves with whatever records he has: of his own car, of other guests, of another meter', async () => {
    const charger = await openCharger(market);
    const before = await bookSession(charger);
    const session = await bookSession(charger, { firstSlot: before.made.booking.firstSlot + 4 });
    await jumpTo(market, session.times.closes);
    const claim_ = await claimed(session, 2_000, 8_250);
    const disputed = await sendCall(claim_, await challenge(claim_), session.fixture.driver);
    const own = ['', 'OWNER-RFID', '0'.repeat(20), tagOf(before), `${tagOf(session)}${tagOf(session)}`];
    const elsewhere = idTagOf({ ...market.ref, chainId: 1 }, session.made.bookingId, session.made.secret);
    const stolen = idTagOf(market.ref, session.made.bookingId, before.made.secret);
    for (const id of [...own, elsewhere, stolen, session.made.bookingId.slice(2, 22).toUpperCase()]) {
      const call = prove(disputed, [meterRecord(disputed, 8_250, id)]);
      expect(await refusalOf(disputed, call, HOST)).toBe('Ocmf_Refused');
    }
    const foreign = prove(disputed, [meterRecord(disputed, 8_250, tagOf(session), newMeter())]);
    expect(await refusalOf(disputed, foreign, HOST)).toBe('Ocmf_Refused');
    await finaliseAtDeadline(disputed);
    await expectPaid(session, costOf(session.made, { energyWh: 2_000 }));
  });
});

describe('rule 10: pairs', () => {
  /** Transactions in tenths of a Wh, and whether the meter wrote each into one record or two. */
  const histories = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 50_000 }),
      energy: fc.integer({ min: 0, max: 50_000 }),
      isWhole: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  );
  type History = { gap: number; energy: number; isWhole: boolean }[];

  function recordsOf(session: BookedSession, history: History): MeterRecordStruct[] {
    let [register, page] = [10_000_000, 0];
    return history.flatMap(({ gap, energy, isWhole }) => {
      const begin = { TM: meterTime(session.times.start), TX: 'B', RV: (register + gap) / 10, RU: 'Wh' };
      const end = { TM: meterTime(session.times.end), TX: 'E', RV: (register + gap + energy) / 10, RU: 'Wh' };
      register += gap + energy;
      const parts = isWhole ? [[begin, end]] : [[begin], [end]];
      return parts.map((readings) => session.meter.sign(ocmf(tagOf(session), ++page, readings)));
    });
  }

  const energyOf = (history: History) => history.reduce((sum, { energy }) => sum + energy, 0);

  const picks = fc.array(fc.nat({ max: 7 }), { maxLength: 7 });

  it('a host repeats, swaps and leaves out records of begin and end: search', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    const property = fc.asyncProperty(histories, picks, async (history, picked) => {
      const whole = history.map((part) => ({ ...part, isWhole: true }));
      const records = recordsOf(session, whole);
      const delivered = Math.floor(energyOf(whole) / 10);
      expect(await provenWh(session, records)).toBe(delivered);
      const chosen = picked.map((index) => records[index % records.length]!);
      expect((await provenWh(session, chosen)) ?? 0).toBeLessThanOrEqual(delivered);
    });
    await fc.assert(property, RUNS_SIMULATED);
  });

  it('a host leaves the middle out where begin and end are apart: it counts the gap', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    const property = fc.asyncProperty(histories, picks, async (history, picked) => {
      const records = recordsOf(session, history);
      expect(await provenWh(session, records)).toBe(Math.floor(energyOf(history) / 10));
      const chosen = picked.map((index) => records[index % records.length]!);
      const between = history.slice(1).reduce((sum, { gap }) => sum + gap, 0);
      const registers = Math.floor((energyOf(history) + between) / 10);
      expect((await provenWh(session, chosen)) ?? 0).toBeLessThanOrEqual(registers);
    });
    await fc.assert(property, RUNS_SIMULATED);
  });

  it('a host cuts one charge into many to gain by rounding: sums are floored once', async () => {
    const session = await bookSession(await openCharger(market));
    const crumbs = Array.from({ length: 10 }, () => ({ gap: 0, energy: 19, isWhole: true }));
    expect(await provenWh(session, recordsOf(session, crumbs))).toBe(19);
    expect(await provenWh(session, recordsOf(session, crumbs.slice(0, 1)))).toBe(1);
  });
});

describe('rule 11: parsing', () => {
  const ENERGY_WH = 8_000;
  const FREE = ['GI', 'GS', 'MV', 'TT', 'LC', 'XX'] as const;
  const readingsOf = (session: BookedSession, more: object = {}) => [
    { TM: meterTime(session.times.start), TX: 'B', RV: 1_000_000, RU: 'Wh', ...more },
    { TM: meterTime(session.times.end), TX: 'E', RV: 1_000_000 + ENERGY_WH, RU: 'Wh', ...more },
  ];
  /** Parts of a record, for fields that a host may write. */
  const bits = fc
    .array(
      fc.constantFrom(
        '"',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '\\',
        '"RD":[',
        '"RV":9',
        '"ID":"A"',
        '"PG":"T9"',
        'x',
        ' ',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

  it('a host fills the fields that he may write with records of his own', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    const fields = fc.record({
      field: fc.constantFrom(...FREE),
      value: fc.oneof(fc.jsonValue({ maxDepth: 3 }), bits),
      nested: fc.constantFrom('UC', 'XX'),
    });
    let accepted = 0;
    const property = fc.asyncProperty(fields, async ({ field, value, nested }) => {
      const inner = { RD: readingsOf(session, { RV: 0 }), ID: 'A', PG: 'T1', value };
      const payload = ocmf(tagOf(session), 7, readingsOf(session, { [nested]: inner }), { [field]: value });
      const proven = await provenWh(session, [session.meter.sign(payload)]);
      expect([undefined, ENERGY_WH]).toContain(proven);
      if (proven !== undefined) accepted++;
    });
    await fc.assert(property, RUNS_SIMULATED);
    expect(accepted).toBeGreaterThan(0);
  });

  it('a meter that escapes nothing copies them as they are', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    const honest = ocmf(tagOf(session), 7, readingsOf(session), { TT: '@' });
    const fake = '","RD":[{"TX":"B","RV":0,"RI":"1-0:1.8.0","RU":"Wh","ST":"G"}],"XX":"';
    const property = fc.asyncProperty(bits, async (text) => {
      const proven = await provenWh(session, [session.meter.sign(honest.replace('@', text))]);
      expect([undefined, ENERGY_WH]).toContain(proven);
    });
    await fc.assert(property, { ...RUNS_SIMULATED, examples: [[''], [fake], [`","ID":"${tagOf(session)}`]] });
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
