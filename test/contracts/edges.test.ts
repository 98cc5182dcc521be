import {
  type Address,
  concatHex,
  type Hex,
  hashTypedData,
  numberToHex,
  sliceHex,
  zeroAddress,
  zeroHash,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { type CompactSignature, toReadingStruct } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import { deployMarket } from '../../scripts/deploy.ts';
import { type Anvil, rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { book, deployTestMarket, signReading, type TestMarket, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  draftBooking,
  expectRefusal,
  jumpTo,
  newFixture,
  read,
  readingOf,
} from './fixture.ts';
import { aloneArgs, reserved, signId, stateIn } from './reserved.ts';

/** Half of secp256k1's order, rounded down: the largest `s` that a signature may have. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** The precompile. */
const ECRECOVER = '0x0000000000000000000000000000000000000001';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A signature over a digest with this `s`, and its signer: any two numbers have one if `r` is a point's x. */
async function forge(digest: Hex, s: bigint): Promise<{ signature: CompactSignature; signer: Address }> {
  const [parity, vs] = [numberToHex(27, { size: 32 }), numberToHex(s, { size: 32 })];
  for (let x = 1n; ; x++) {
    const r = numberToHex(x, { size: 32 });
    const call = { to: ECRECOVER, data: concatHex([digest, parity, r, vs]) };
    const word = await rpc<Hex>(anvil.url, 'eth_call', [call, 'latest']);
    if (word !== '0x') return { signature: { r, vs }, signer: sliceHex(word, 12) };
  }
}

/** A session whose session key fits a signature with this `s`, which nobody could make for a given key. */
async function signedWith(s: bigint) {
  const fixture = await newFixture(market);
  const made = await draftBooking(fixture);
  const reading = readingOf(made);
  const digest = hashTypedData(typedData(market.ref, 'Reading', { ...reading }) as never);
  const { signature: sessionSignature, signer: sessionKey } = await forge(digest, s);
  const booking = { ...made.booking, sessionKey };
  await book(market, fixture.driver, fixture.listing, booking);
  await jumpTo(market, booking.firstSlot * 900);
  const agentSignature = await signReading(market, fixture.agent, reading);
  const struct = { booking: toBookingStruct(booking), reading: toReadingStruct(reading) };
  const args = [{ ...struct, agentSignature, sessionSignature }];
  return { bookingId: made.bookingId, settling: attempt(market, anyone, 'settle', args) };
}

describe('a key’s signature', () => {
  it('has an s of at most half the order, to the last', async () => {
    await expect((await signedWith(MAX_S)).settling).resolves.toBeUndefined();
    const { settling, bookingId } = await signedWith(MAX_S + 1n);
    await expectRefusal(settling, 'Reading_SessionSignatureInvalid', [bookingId]);
  });

  it('is not needed from a session key that calls itself', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const args = [toBookingStruct(one.made.booking), RESERVED_STATE, '0x'];
    await expect(attempt(market, one.made.sessionKey.address, 'arrived', args)).resolves.toBeUndefined();
  });
});

describe('a no-show claim', () => {
  it('is not raised by the agent alone', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.noShowFrom);
    const agentSignature = toCompact(await signId(one, 'NoShow', one.fixture.agent));
    const args = [toBookingStruct(one.made.booking), RESERVED_STATE, agentSignature];
    const state = stateIn(await write(market, anyone, 'claimNoShow', args), 'NoShowClaimed');
    const raising = attempt(market, anyone, 'claimAlone', await aloneArgs(one, {}, state));
    await expectRefusal(raising, 'Booking_WrongPhase', [one.made.bookingId, 2]);
  });
});

describe('a deposit by signature', () => {
  it('needs an account', async () => {
    const permit = [zeroAddress, 0, 1n, 2n ** 40n, 27, zeroHash, zeroHash];
    await expectRefusal(attempt(market, anyone, 'depositWithPermit', permit), 'Account_ZeroAddress');
    const authorisation = {
      from: anyone.address,
      value: 1n,
      validAfter: 0n,
      validBefore: 1n,
      signature: '0x',
    };
    const args = [zeroAddress, 0, zeroHash, authorisation];
    await expectRefusal(attempt(market, anyone, 'depositWithAuthorization', args), 'Account_ZeroAddress');
  });
});

describe('a market', () => {
  it('returns what it was deployed with', async () => {
    const [guardian, feeTo] = [anyone.address, localAccount('host').address];
    const settings = { guardian, guardianEndsAt: 2n ** 33n, feeTo, feeBasisPoints: 7n };
    const account = localAccount('deployer');
    const deployed = await deployMarket({ rpcUrl: anvil.url, network: 'local', account, settings });
    const deployedMarket = { ...market, market: deployed.market };
    expect(await read(deployedMarket, 'guardian', [])).toEqual([guardian, 2n ** 33n]);
    expect(await read(deployedMarket, 'marketFee', [])).toEqual([7n, feeTo]);
  });
});
