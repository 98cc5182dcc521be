import { keccak256, toHex } from 'viem';
import { packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { depositNonce, fundAndBookNonce, RECEIVE_WITH_AUTHORIZATION } from '../../protocol/funding.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { listingIdOf, placeHash } from '../../protocol/listing.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { challengeEnd, proofEnd } from '../../protocol/slots.ts';
import { type BookingStateStruct, sinceOf, stateName } from '../../protocol/state.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  booked,
  draftBooking,
  jumpTo,
  newKey,
  nowOf,
  publishArgs,
  readingOf,
  reportArgs,
} from '../contracts/fixture.ts';
import { aloneArgs, type ReservedBooking, signId, stateIn, timesOf, windows } from '../contracts/reserved.ts';
import { meterTime, newMeter, ocmf, type TestMeter } from '../contracts/test-meter.ts';
import { fundDriver, type TestMarket, TOKEN, testListing, testTerms, write } from '../support/market.ts';

const HOST = localAccount('host');
const NOBODY = `0x${'00'.repeat(20)}` as const;
const FAR = 2n ** 39n;

/** A market with a fee of 1 % and a guardian. */
export async function deployFeeMarket(rpcUrl: string): Promise<TestMarket> {
  const deployment = await deployMarket({
    rpcUrl,
    network: 'local',
    account: localAccount('deployer'),
    settings: {
      feeBasisPoints: 100n,
      feeTo: localAccount('deployer').address,
      guardian: anyone.address,
      guardianEndsAt: FAR,
    },
  });
  return { ...deployment, rpcUrl, ref: { chainId: deployment.chainId, market: deployment.market } };
}

/** A booking at a charger with a signing meter, and its last state on the ledger. */
export interface Dispute extends ReservedBooking {
  meter: TestMeter;
  state: BookingStateStruct;
}

export async function reserve(market: TestMarket): Promise<Dispute> {
  const meter = newMeter();
  const agent = newKey();
  const base = testTerms(HOST.address, agent.address);
  const metering = { ...base.metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
  const listing = {
    ...testListing({ ...base, metering, meterKeyHash: keccak256(meter.key) }),
    meterKey: meter.key,
  };
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const place = { market, agent, host: HOST, listing, listingId };
  await write(market, HOST, 'publishListing', await publishArgs(place, listing));
  const fixture = { ...place, driver: await fundDriver(market) };
  const made = await booked(fixture);
  return { fixture, made, times: timesOf(made), meter, state: made.state };
}

const struct = ({ made }: Dispute) => toBookingStruct(made.booking);
const evidence = ({ made }: Dispute, seq: number) => keccak256(toHex(`${made.bookingId} ${seq}`));

type Stated = 'Arrived' | 'Claimed' | 'ClaimedAlone' | 'NoShowClaimed' | 'Challenged' | 'Proven';

async function step(one: Dispute, call: string, args: readonly unknown[], event: Stated): Promise<Dispute> {
  return { ...one, state: stateIn(await write(one.fixture.market, anyone, call, args), event) };
}

export async function claimBoth(one: Dispute, change: Partial<Reading>): Promise<Dispute> {
  const reading = readingOf(one.made, {
    isFinal: false,
    evidenceHash: evidence(one, change.seq ?? 7),
    ...change,
  });
  return step(one, 'claim', await reportArgs(one.fixture, one.made, reading, one.state), 'Claimed');
}

export const claimAlone = async (one: Dispute): Promise<Dispute> =>
  step(
    one,
    'claimAlone',
    await aloneArgs(one, { evidenceHash: evidence(one, 7) }, one.state),
    'ClaimedAlone',
  );

/** The driver's device signs the very reading that it challenged. */
export async function concede(one: Dispute): Promise<Dispute> {
  const reading = readingOf(one.made, { evidenceHash: evidence(one, 7) });
  await write(
    one.fixture.market,
    anyone,
    'settleFrom',
    await reportArgs(one.fixture, one.made, reading, one.state),
  );
  return one;
}

export const challenge = async (one: Dispute): Promise<Dispute> =>
  step(
    one,
    'challenge',
    [struct(one), one.state, await signId(one, 'Challenge', one.made.sessionKey)],
    'Challenged',
  );

/** The meter's record from 1,000 kWh on. */
export async function prove(one: Dispute, endKwh: string): Promise<Dispute> {
  const { made, times, meter, fixture } = one;
  const payload = ocmf(idTagOf(fixture.market.ref, made.bookingId, made.secret), 7, [
    { TM: meterTime(times.start), TX: 'B', RV: '1000.0000' },
    { TM: meterTime(times.end), TX: 'E', RV: endKwh },
  ]);
  const proof = { secret: made.secret, meterKey: meter.key, records: [meter.sign(payload)] };
  return step(one, 'prove', [struct(one), one.state, proof], 'Proven');
}

export const arrive = async (one: Dispute): Promise<Dispute> =>
  step(
    one,
    'arrived',
    [struct(one), one.state, await signId(one, 'Arrived', one.made.sessionKey)],
    'Arrived',
  );

export const claimNoShow = async (one: Dispute): Promise<Dispute> =>
  step(
    one,
    'claimNoShow',
    [struct(one), one.state, toCompact(await signId(one, 'NoShow', one.fixture.agent))],
    'NoShowClaimed',
  );

export const finish = (one: Dispute, call: 'finalise' | 'expire') =>
  write(one.fixture.market, anyone, call, [struct(one), one.state]);

/** When the last of these windows ends. */
export const endOf = (all: readonly Dispute[]): number =>
  Math.max(
    ...all.map(({ state, times }) => {
      const end = stateName(state) === 'CHALLENGED' ? proofEnd : challengeEnd;
      return end(sinceOf(state), times.closes, windows);
    }),
  );

/** Every course of a booking without a final co-signature, by the name of its end. */
export type Disputes = Record<
  | 'unchallenged'
  | 'unproven'
  | 'provenInPart'
  | 'proven'
  | 'conceded'
  | 'arrived'
  | 'noShow'
  | 'contested'
  | 'shown',
  Dispute
>;

const nextSlot = async (market: TestMarket) => (Math.floor((await nowOf(market)) / 900) + 1) * 900 + 5;

/** Runs them until each waits for its deadline (`proven` and `conceded` have ended). */
export async function playDisputes(market: TestMarket): Promise<Disputes> {
  await jumpTo(market, await nextSlot(market));
  const charged: Dispute[] = [];
  for (let index = 0; index < 5; index++) charged.push(await reserve(market));
  const [late, absent, quarrel, shown] = [
    await reserve(market),
    await reserve(market),
    await reserve(market),
    await reserve(market),
  ];
  await jumpTo(market, late.times.start);
  const arrived = await arrive(late);
  const begun: Dispute[] = [];
  for (const one of charged) begun.push(await claimBoth(one, { seq: 3, energyWh: 2_000 }));
  await jumpTo(market, shown.times.noShowFrom);
  const noShow = await claimNoShow(absent);
  const contested = await arrive(await claimNoShow(quarrel));
  const contradicted = await claimNoShow(shown);
  const seen = await claimBoth(contradicted, { seq: 1, energyWh: 500 });
  await jumpTo(market, shown.times.closes);
  const [unchallenged, unproven, part, whole, given] = await inTurn(begun, claimAlone);
  return {
    unchallenged: unchallenged!,
    unproven: await challenge(unproven!),
    provenInPart: await prove(await challenge(part!), '1003.0'),
    proven: await prove(await challenge(whole!), '1008.1230'),
    conceded: await concede(await challenge(given!)),
    ...{ arrived, noShow, contested, shown: seen },
  };
}

async function inTurn<T>(items: readonly T[], step: (item: T) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const item of items) results.push(await step(item));
  return results;
}

/** Ends all bookings that wait. */
export async function finishDisputes(market: TestMarket, all: Disputes): Promise<void> {
  const { proven: _, conceded: __, arrived, ...waiting } = all;
  await jumpTo(market, endOf(Object.values(waiting)));
  for (const one of Object.values(waiting)) await finish(one, 'finalise');
  await finish(arrived, 'expire');
}

/** Deposits and withdrawals by signature, with relay fees; the wallet's booking stays open. */
export async function playSignedMoney(market: TestMarket, { fixture }: Dispute): Promise<void> {
  const { driver, listing, listingId } = fixture;
  const validUntil = BigInt((await nowOf(market)) + 300);
  const fee = { relayer: NOBODY, relayFee: 1_000n, nonce: 0n, validUntil };
  const out = { account: driver.address, purse: 0, amount: 9n * TOKEN, to: driver.address, ...fee };
  const signed = await signMessageOf(driver, market.ref, 'Withdraw', out);
  await write(market, anyone, 'withdrawBySignature', [out, signed]);
  const earned = { host: HOST.address, listingId, amount: 50_000n, to: HOST.address, ...fee };
  const hostSigned = await signMessageOf(HOST, market.ref, 'WithdrawEarnings', earned);
  await write(market, anyone, 'withdrawEarningsBySignature', [earned, hostSigned]);
  const authorise = async (value: bigint, nonce: `0x${string}`) => {
    const terms = { from: driver.address, value, validAfter: 0n, validBefore: FAR };
    const signature = await driver.signTypedData({
      domain: {
        name: 'Demo Dollar',
        version: '1',
        chainId: market.chainId,
        verifyingContract: market.token,
      },
      types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
      primaryType: 'ReceiveWithAuthorization',
      message: { ...terms, to: market.market, nonce },
    });
    return { ...terms, signature };
  };
  const salt = keccak256(toHex('salt'));
  const deposit = await authorise(TOKEN, depositNonce(driver.address, 1, salt));
  await write(market, anyone, 'depositWithAuthorization', [driver.address, 1, salt, deposit]);
  const money = { cap: 2_500_000n, unsignedCost: TOKEN, allowedCost: 100_000n, relayFee: 2_000n };
  const { booking } = await draftBooking(fixture, { purse: 1, money });
  const limits = { relayer: NOBODY, validUntil };
  const funds = await authorise(3n * TOKEN, fundAndBookNonce(market.ref, booking, limits));
  const place = placeHash(listing.place);
  const args = [toBookingStruct(booking), listing.weeklyHours, place, packLimits(limits), funds];
  await write(market, anyone, 'fundAndBook', args);
}
