import { keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESERVED_STATE, toBookingStruct, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import type { Reading } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { challengeEnd, proofEnd } from '../../protocol/slots.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, newKey, purseOf, readingOf, reportArgs } from './fixture.ts';
import {
  aloneArgs,
  claim,
  costOf,
  early,
  end,
  expectPaid,
  late,
  type ReservedBooking,
  reserved,
  signId,
  stateIn,
  tryReport,
  windows,
} from './reserved.ts';

/** The unsigned limits that drivers sign: before the first co-signature, and above it. */
const FIRST_UNSIGNED = 100_000n;
const UNSIGNED = 1_000_000n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const atOf = (state: { head: bigint }, field: 'claimedAt' | 'challengedAt') =>
  Number(unpackHead(state.head)[field]);

/** After the slot: a unilateral claim of a whole session, or on top of `state`. */
async function claimedAlone(one: ReservedBooking, change: Partial<Reading> = {}, state = RESERVED_STATE) {
  const receipt = await write(market, anyone, 'claimAlone', await aloneArgs(one, change, state));
  const next = stateIn(receipt, 'Claimed');
  return { ...one, state: next, until: challengeEnd(atOf(next, 'claimedAt'), one.times.closes, windows) };
}

async function ended(): Promise<ReservedBooking> {
  const one = await reserved(market);
  await jumpTo(market, one.times.closes);
  return one;
}

async function challenged(from?: Awaited<ReturnType<typeof claimedAlone>>) {
  const one = from ?? (await claimedAlone(await ended()));
  const args = [toBookingStruct(one.made.booking), one.state, '0x'] as const;
  const state = stateIn(await write(market, one.fixture.driver, 'challenge', args), 'Challenged');
  return { ...one, state, until: proofEnd(atOf(state, 'challengedAt'), one.times.closes, windows) };
}

const finalise = async (one: ReservedBooking, state: { head: bigint; claim: bigint }, timeSec: number) => {
  await jumpTo(market, timeSec);
  await write(market, anyone, 'finalise', [toBookingStruct(one.made.booking), state]);
};

describe('a claim by the agent alone', () => {
  it('pays at most the initial unsigned limit when nothing was co-signed', async () => {
    const one = await claimedAlone(await ended());
    await expectRefusal(
      end(one, 'finalise', one.state, one.until - 1),
      'Booking_TooEarly',
      early(one.made, one.until),
    );
    await finalise(one, one.state, one.until);
    await expectPaid(one, FIRST_UNSIGNED, 8_123n);
  });

  it('raises a co-signed claim once, and pays at most the unsigned limit above it', async () => {
    const one = await ended();
    const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
    const raised = await claimedAlone(one, {}, cosigned);
    expect(unpackHead(raised.state.head).flags).toBe(2n | 8n);
    await expectRefusal(
      attempt(market, anyone, 'claimAlone', await aloneArgs(one, {}, raised.state)),
      'Claim_AlreadyRaised',
      [one.made.bookingId],
    );
    await finalise(one, raised.state, raised.until);
    await expectPaid(one, costOf(one.made, { energyWh: 2_000 }) + UNSIGNED, 8_123n);
  });

  it('needs secret, final flag, plausible energy and time, and a newer seq', async () => {
    const one = await ended();
    const { made, times } = one;
    const alone = async (change: Partial<Reading>, secret?: string) => {
      const args = await aloneArgs(one, change);
      return attempt(
        market,
        anyone,
        'claimAlone',
        secret === undefined ? args : [...args.slice(0, 4), secret],
      );
    };
    await expectRefusal(alone({}, keccak256(toHex('guess'))), 'Claim_SecretMismatch', [made.bookingId]);
    await expectRefusal(alone({ isFinal: false }), 'Reading_NotFinal', [made.bookingId]);
    await expectRefusal(alone({ energyWh: 8_251 }), 'Reading_PowerExceeded', [8_251n, 8_250n]);
    const window = [BigInt(times.opens), BigInt(times.closes)];
    const beganAt = times.opens - 1;
    await expectRefusal(alone({ beganAt }), 'Reading_OutsideWindow', [BigInt(beganAt), ...window]);
    const endedAt = times.closes + 1;
    await expectRefusal(alone({ endedAt }), 'Reading_OutsideWindow', [BigInt(endedAt), ...window]);
    await expect(alone({ overstaySec: 3_600 })).rejects.toThrow('Reading_OutsideWindow');
    const cosigned = await claim(one, { seq: 7 });
    const same = attempt(market, anyone, 'claimAlone', await aloneArgs(one, { seq: 7 }, cosigned));
    await expectRefusal(same, 'Reading_NotNewer', [7n, 7n]);
  });

  it('counts until reportBy, and not from a revoked key', async () => {
    const one = await ended();
    const args = await aloneArgs(one);
    const { reportBy } = one.times;
    await expect(attempt(market, anyone, 'claimAlone', args, reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(
      attempt(market, anyone, 'claimAlone', args, reportBy),
      'Booking_TooLate',
      late(one.made, reportBy),
    );
    await write(market, one.fixture.host, 'setListingStatus', [one.fixture.listing, 3, '0x']);
    await expectRefusal(attempt(market, anyone, 'claimAlone', args), 'Claim_AgentKeyRevoked', [
      one.made.bookingId,
    ]);
  });

  it('is replaced by a co-signed reading that is not older', async () => {
    const one = await claimedAlone(await ended());
    const state = await claim(one, { seq: 9, energyWh: 100 }, one.state);
    expect(state.claim).toBe(0n);
    expect(unpackHead(state.head)).toMatchObject({
      flags: 0n,
      cosignedSeq: 9n,
      claimedAt: BigInt(atOf(one.state, 'claimedAt')),
    });
  });
});

describe('a no-show', () => {
  const noShow = async (one: ReservedBooking, state = RESERVED_STATE, signer = one.fixture.agent) =>
    [toBookingStruct(one.made.booking), state, toCompact(await signId(one, 'NoShow', signer))] as const;

  it('costs the fee, at most a fifth of the cap, from the timeout on', async () => {
    const one = await reserved(market);
    const { noShowFrom, reportBy } = one.times;
    const args = await noShow(one);
    const at = (timeSec: number) => attempt(market, anyone, 'claimNoShow', args, timeSec);
    await expectRefusal(at(noShowFrom - 1), 'Booking_TooEarly', early(one.made, noShowFrom));
    await expectRefusal(at(reportBy), 'Booking_TooLate', late(one.made, reportBy));
    await jumpTo(market, noShowFrom);
    await expectRefusal(
      attempt(market, anyone, 'claimNoShow', await noShow(one, RESERVED_STATE, newKey())),
      'Reading_AgentSignatureInvalid',
      [one.made.bookingId],
    );
    const state = stateIn(await write(market, anyone, 'claimNoShow', args), 'NoShowClaimed');
    const until = challengeEnd(atOf(state, 'claimedAt'), one.times.closes, windows);
    await finalise(one, state, until);
    await expectPaid(one, TOKEN, 0n);
  });

  it('is refused for a driver who arrived', async () => {
    const one = await reserved(market);
    const signature = await signId(one, 'Arrived', one.made.sessionKey);
    const args = [toBookingStruct(one.made.booking), RESERVED_STATE, signature] as const;
    const at = (timeSec: number) => attempt(market, anyone, 'arrived', args, timeSec);
    await expectRefusal(at(one.times.opens - 1), 'Booking_TooEarly', early(one.made, one.times.opens));
    await expectRefusal(at(one.times.noShowFrom), 'Booking_TooLate', late(one.made, one.times.noShowFrom));
    await jumpTo(market, one.times.start);
    const state = stateIn(await write(market, anyone, 'arrived', args), 'Arrived');
    const refused = attempt(market, anyone, 'claimNoShow', await noShow(one, state), one.times.noShowFrom);
    await expectRefusal(refused, 'Claim_DriverArrived', [one.made.bookingId]);
  });

  it('is refuted by a co-signed reading, whose window then starts', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.noShowFrom);
    const state = stateIn(await write(market, anyone, 'claimNoShow', await noShow(one)), 'NoShowClaimed');
    await expectRefusal(
      attempt(market, one.fixture.driver, 'challenge', [toBookingStruct(one.made.booking), state, '0x']),
      'Challenge_NothingUnsigned',
      [one.made.bookingId],
    );
    const shown = await claim(one, { seq: 1, energyWh: 500 }, state);
    expect(unpackHead(shown.head)).toMatchObject({ flags: 0n, cosignedEnergyWh: 500n });
    await finalise(one, shown, challengeEnd(atOf(shown, 'claimedAt'), one.times.closes, windows));
    await expectPaid(one, costOf(one.made, { energyWh: 500 }), 500n);
  });
});

describe('a challenge', () => {
  it('falls back to what was co-signed when nothing is proven, and refunds the bond', async () => {
    const one = await ended();
    const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
    const disputed = await challenged(await claimedAlone(one, {}, cosigned));
    await expectRefusal(
      end(one, 'finalise', disputed.state, disputed.until - 1),
      'Booking_TooEarly',
      early(one.made, disputed.until),
    );
    await finalise(one, disputed.state, disputed.until);
    await expectPaid(one, costOf(one.made, { energyWh: 2_000 }), 2_000n);
  });

  it('is made by driver or session key, before the window ends', async () => {
    const one = await claimedAlone(await ended());
    const challenge = async (signer = one.made.sessionKey, timeSec?: number) => {
      const signature = await signId(one, 'Challenge', signer);
      const args = [toBookingStruct(one.made.booking), one.state, signature] as const;
      return attempt(market, anyone, 'challenge', args, timeSec);
    };
    await expect(challenge()).resolves.toBeUndefined();
    await expect(challenge(one.fixture.driver, one.until - 1)).resolves.toBeUndefined();
    await expectRefusal(
      challenge(one.made.sessionKey, one.until),
      'Booking_TooLate',
      late(one.made, one.until),
    );
    await expectRefusal(challenge(newKey()), 'Account_InvalidSignature', [one.fixture.driver.address]);
  });

  it('is settled by a final reading that both sign', async () => {
    const one = await challenged();
    await expectRefusal(
      tryReport('settleFrom', one, {}, one.until, one.state),
      'Booking_TooLate',
      late(one.made, one.until),
    );
    const reading = readingOf(one.made, { energyWh: 1_000 });
    await write(market, anyone, 'settleFrom', await reportArgs(one.fixture, one.made, reading, one.state));
    await expectPaid(one, costOf(one.made, { energyWh: 1_000 }), 1_000n);
  });

  it('accepts newer co-signed readings, at the same deadline', async () => {
    const one = await challenged();
    const state = await claim(one, { seq: 2, energyWh: 400 }, one.state);
    expect(unpackHead(state.head)).toMatchObject({
      phase: 3n,
      cosignedEnergyWh: 400n,
      challengedAt: BigInt(atOf(one.state, 'challengedAt')),
    });
    expect(unpackClaim(state.claim).energyWh).toBe(8_123n);
    await finalise(one, state, one.until);
    await expectPaid(one, costOf(one.made, { energyWh: 400 }), 400n);
  });

  it('does not change any other purse', async () => {
    const one = await challenged();
    const [balance, tail] = await purseOf(market, one.fixture.driver.address);
    expect([balance, tail >> 191n]).toEqual([20n * TOKEN - 5_000_000n - 1_000_000n, 1n]);
  });
});
