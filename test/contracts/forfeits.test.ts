import { parseEventLogs } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import type { Reading } from '../../protocol/reading.ts';
import type { BookingTimes } from '../../protocol/slots.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { proofOf, reserveMetered } from './bookings-in-each-state.ts';
import {
  anyone,
  attempt,
  earningsOf,
  expectRefusal,
  jumpTo,
  purseOf,
  readingOf,
  reportArgs,
} from './fixture.ts';
import {
  aloneArgs,
  challengedAlone,
  claim,
  claimedAlone,
  costOf,
  finalise,
  raiseTo,
  stateIn,
  type Waiting,
} from './reserved.ts';
import type { newMeter } from './test-meter.ts';

/** Token units: what 2,000 Wh co-signed cost, and what may be paid above it. */
const COSIGNED = 625_000n;
const CLAIMED = 1_200_000n;
/** The market's least forfeit, and the bond of these bookings. */
const FORFEIT_MIN = 50_000n;
const BOND = 1_000_000n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

interface Dispute extends Waiting {
  meter: ReturnType<typeof newMeter>;
}

/** A challenged claim at a charger whose meter signs: 2,000 Wh were co-signed, 8,123 Wh are claimed. */
async function disputed(change: (times: BookingTimes) => Partial<Reading> = () => ({})): Promise<Dispute> {
  const { one, meter } = await reserveMetered(market);
  await jumpTo(market, one.times.closes + 1_800);
  const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
  const claimed = await claimedAlone(one, change(one.times), cosigned);
  return { ...(await challengedAlone(claimed)), meter };
}

/** All the time that a reading may have: 60 minutes, of which 45 were co-signed. */
const wholeTime = ({ opens, closes }: BookingTimes) => ({ beganAt: opens, endedAt: closes });

const proveArgs = (one: Dispute, endKwh: string, state = one.state) =>
  [toBookingStruct(one.made.booking), state, proofOf(one, one.meter, endKwh)] as const;

const prove = async (one: Dispute, endKwh: string, state = one.state) =>
  write(market, anyone, 'prove', proveArgs(one, endKwh, state));

/** Asserts what the host got for the charge and beside it, and that the driver has the rest. */
async function expectForfeit(one: Dispute, paid: bigint, forfeit: bigint) {
  expect((await earningsOf(one.fixture))[0]).toBe(paid + forfeit);
  expect(await purseOf(market, one.fixture.driver.address)).toEqual([20n * TOKEN - paid - forfeit, 1n]);
}

describe('a lost challenge', () => {
  it('costs the disputed money, if the meter proves as much as the claim would have paid', async () => {
    const one = await disputed();
    await prove(one, '1008.1230');
    await expectForfeit(one, CLAIMED, CLAIMED - COSIGNED);
  });

  it('is lost as soon as the proof pays as much: energy beyond what trust bounds is not needed', async () => {
    const one = await disputed();
    // 4,300 Wh, 45 minutes and the flat fee cost 1.2 tokens.
    const state = stateIn(await prove(one, '1004.2990'), 'Proven');
    await expect(
      attempt(market, anyone, 'prove', proveArgs(one, '1004.3000', state)),
    ).resolves.toBeUndefined();
    await prove(one, '1004.3000', state);
    await expectForfeit(one, CLAIMED, CLAIMED - COSIGNED);
  });

  it('costs at least about what the proof does', async () => {
    const one = await disputed(() => ({ energyWh: 2_100 }));
    await prove(one, '1002.1000');
    await expectForfeit(one, costOf(one.made, { energyWh: 2_100 }), FORFEIT_MIN);
  });

  it('costs at most the bond', async () => {
    const one = await disputed((times) => ({ energyWh: 11_000, ...wholeTime(times) }));
    const raised = 2_500_000n;
    const claimed = { energyWh: 11_000, ...wholeTime(one.times) };
    const args = await aloneArgs(one, claimed, one.state, await raiseTo(one, raised));
    const state = stateIn(await write(market, anyone, 'claimAlone', args), 'ClaimedAlone');
    await prove(one, '1011.0000', state);
    await expectForfeit(one, raised, BOND);
  });

  it('is conceded by co-signing the very reading that was challenged', async () => {
    const one = await disputed();
    const reading = readingOf(one.made);
    await write(market, anyone, 'settleFrom', await reportArgs(one.fixture, one.made, reading, one.state));
    await expectForfeit(one, costOf(one.made), CLAIMED - COSIGNED);
  });

  it('is conceded by allowing what that reading costs', async () => {
    const one = await disputed();
    const args = await aloneArgs(one, {}, one.state, await raiseTo(one, costOf(one.made)));
    const { logs } = await write(market, anyone, 'claimAlone', args);
    const [event] = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BondForfeited' });
    expect(event?.args).toEqual({ bookingId: one.made.bookingId, amount: CLAIMED - COSIGNED });
    await expectForfeit(one, costOf(one.made), CLAIMED - COSIGNED);
  });
});

describe('a challenge is not lost', () => {
  it('by a claim without energy whose overstay is invented, whatever the meter proves', async () => {
    const one = await disputed(() => ({ energyWh: 2_000, overstaySec: 1_800 }));
    const state = stateIn(await prove(one, '1009.0000'), 'Proven');
    await finalise(one, state, one.until);
    await expectForfeit(one, COSIGNED, 0n);
  });

  it('by a proof of time: what the claim has beyond the co-signed falls', async () => {
    const one = await disputed((times) => ({ energyWh: 2_000, ...wholeTime(times) }));
    const state = stateIn(await prove(one, '1002.0000'), 'Proven');
    await finalise(one, state, one.until);
    await expectForfeit(one, COSIGNED, 0n);
  });

  it('by less than the claim: the best proof is paid', async () => {
    const one = await disputed();
    const first = stateIn(await prove(one, '1003.0000'), 'Proven');
    const worse = attempt(market, anyone, 'prove', proveArgs(one, '1002.9990', first));
    await expectRefusal(worse, 'Proof_NotBetter', [one.made.bookingId, 2_999n, 3_000n]);
    const second = stateIn(await prove(one, '1004.0000', first), 'Proven');
    await finalise(one, second, one.until);
    await expectForfeit(one, costOf(one.made, { energyWh: 4_000 }), 0n);
  });

  it('by what was co-signed since, however little the meter proves', async () => {
    const one = await disputed();
    const state = await claim(one, { seq: 9, energyWh: 9_000 }, one.state);
    const proven = stateIn(await prove(one, '1000.0010', state), 'Proven');
    await finalise(one, proven, one.until);
    await expectForfeit(one, costOf(one.made, { energyWh: 9_000 }), 0n);
  });
});
