import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import type { ReadingJson } from '../../protocol/api.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { checkReading, type ReadingContext } from '../../server/web/charging/checkReading.ts';

const OPENS = 1_800_000_000;
const CLOSES = OPENS + 7_200;
const REF: MarketRef = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' };
const BOOKING: Hex = `0x${'ab'.repeat(32)}`;
const agent = privateKeyToAccount(generatePrivateKey());

/** Ten minutes at 11 kW: 1,833 Wh. */
const reading = (change: Partial<ReadingJson> = {}): ReadingJson => ({
  bookingId: BOOKING,
  seq: 3,
  energyWh: 1_800,
  beganAt: OPENS + 600,
  endedAt: OPENS + 1_200,
  overstaySec: 0,
  isFinal: false,
  evidenceHash: zeroHash,
  registersCommitment: zeroHash,
  ...change,
});

const context = (change: Partial<ReadingContext> = {}): ReadingContext => ({
  ref: REF,
  bookingId: BOOKING,
  agentKey: agent.address,
  maxPowerW: 11_000,
  opens: OPENS,
  closes: CLOSES,
  startedAt: OPENS + 590,
  last: undefined,
  nowSec: OPENS + 1_205,
  ...change,
});

/** Checks a reading signed by the agent; resolves with the code of the refusal, or with `signed`. */
async function outcome(
  what: ReadingJson,
  where: ReadingContext = context(),
  signer = agent,
): Promise<string> {
  const signature = await signMessageOf(signer, REF, 'Reading', what);
  return checkReading(where, what, signature).then(
    () => 'signed',
    (error: { code: string }) => error.code,
  );
}

const before = reading({ seq: 2, energyWh: 900, endedAt: OPENS + 900 });

describe('a reading is co-signed', () => {
  it('when it is plausible, as the first one and after another', async () => {
    expect(await outcome(reading())).toBe('signed');
    expect(await outcome(reading(), context({ last: before }))).toBe('signed');
  });

  it('at 0 Wh, as the first of a session', async () => {
    expect(await outcome(reading({ seq: 0, energyWh: 0, endedAt: OPENS + 600 }))).toBe('signed');
  });

  it('when the charge was started elsewhere by the start code', async () => {
    expect(await outcome(reading(), context({ startedAt: undefined }))).toBe('signed');
  });

  it('when the wallbox gives a few percent more than its rating', async () => {
    expect(await outcome(reading({ energyWh: 1_950 }))).toBe('signed');
  });

  it('with overstay, once the time to unplug is over', async () => {
    const late = reading({ isFinal: true, overstaySec: 600 });
    expect(await outcome(late, context({ nowSec: CLOSES + 600 }))).toBe('signed');
  });
});

describe('a reading is refused', () => {
  it('when it is of another booking', async () => {
    expect(await outcome(reading({ bookingId: zeroHash }))).toBe('reading.otherBooking');
  });

  it('when another key signed it', async () => {
    const thief = privateKeyToAccount(generatePrivateKey());
    expect(await outcome(reading(), context(), thief)).toBe('reading.agentSignature');
  });

  it('when it was changed after it was signed', async () => {
    const signature = await signMessageOf(agent, REF, 'Reading', reading());
    await expect(checkReading(context(), reading({ energyWh: 1_801 }), signature)).rejects.toMatchObject({
      code: 'reading.agentSignature',
    });
  });

  it('when its signature is malformed', async () => {
    await expect(checkReading(context(), reading(), '0x00')).rejects.toMatchObject({
      code: 'reading.agentSignature',
    });
  });

  it('when its number does not increase', async () => {
    expect(await outcome(reading({ seq: 2 }), context({ last: before }))).toBe('reading.notNewer');
  });

  it('when its energy decreases', async () => {
    expect(await outcome(reading({ energyWh: 899 }), context({ last: before }))).toBe('reading.energyFell');
  });

  it('when its time is before the last one', async () => {
    const earlier = reading({ endedAt: OPENS + 890, energyWh: 880 });
    expect(await outcome({ ...earlier, energyWh: 900 }, context({ last: before }))).toBe('reading.timeFell');
    const begunEarlier = reading({ beganAt: OPENS + 550 });
    expect(await outcome(begunEarlier, context({ last: before }))).toBe('reading.timeFell');
  });

  it('when overstay shrinks or was never possible', async () => {
    const last = { ...before, overstaySec: 60 };
    expect(await outcome(reading(), context({ last }))).toBe('reading.timeFell');
    expect(await outcome(reading({ overstaySec: 300 }))).toBe('reading.overstayTooLong');
  });

  it('when it has more energy than the power can deliver in its time', async () => {
    expect(await outcome(reading({ energyWh: 2_100 }))).toBe('reading.powerExceeded');
  });

  it('when it adds more energy than the power can deliver since the last one', async () => {
    const last = reading({ seq: 2, energyWh: 100, endedAt: OPENS + 1_190 });
    expect(await outcome(reading({ energyWh: 1_000 }), context({ last }))).toBe('reading.powerExceeded');
  });

  it('when it ends before it began', async () => {
    expect(await outcome(reading({ endedAt: OPENS + 599 }))).toBe('reading.timeReversed');
  });

  it('when it comes from the future', async () => {
    expect(await outcome(reading(), context({ nowSec: OPENS + 1_000 }))).toBe('reading.fromTheFuture');
  });

  it('when it is outside the booked time', async () => {
    const far = context({ startedAt: undefined, nowSec: CLOSES + 4_000 });
    expect(await outcome(reading({ beganAt: OPENS - 300 }), far)).toBe('reading.outsideWindow');
    expect(await outcome(reading({ endedAt: CLOSES + 300 }), far)).toBe('reading.outsideWindow');
  });

  it('when it begins before the driver pressed start', async () => {
    const where = context({ startedAt: OPENS + 900 });
    expect(await outcome(reading(), where)).toBe('reading.beforeStart');
  });

  it('after the final one', async () => {
    expect(await outcome(reading(), context({ last: { ...before, isFinal: true } }))).toBe(
      'reading.afterFinal',
    );
  });
});
