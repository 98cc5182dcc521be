import {
  type Address,
  concatHex,
  type Hex,
  keccak256,
  numberToHex,
  sliceHex,
  zeroAddress,
  zeroHash,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import type { CompactSignature } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { STATE } from '../../protocol/state.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { type Anvil, rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, read } from './fixture.ts';
import { deploy, readFrom } from './mocks.ts';
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

describe('a key’s signature', () => {
  it('has an s of at most half the order, to the last', async () => {
    // On a harness: every message for the market names its signer, so nobody could make one for a given `s`.
    const harness = await deploy(anvil.url, 'mocks/LibraryHarness');
    const digest = keccak256('0x01');
    for (const [s, isTaken] of [
      [MAX_S, true],
      [MAX_S + 1n, false],
    ] as const) {
      const { signature, signer } = await forge(digest, s);
      expect(await readFrom(anvil.url, harness, 'isSignedBy', [signature, signer, digest])).toBe(isTaken);
    }
  });

  it('is not needed from a session key that calls itself', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const args = [toBookingStruct(one.made.booking), one.made.state, '0x'];
    await expect(attempt(market, one.made.sessionKey.address, 'arrived', args)).resolves.toBeUndefined();
  });
});

describe('a no-show claim', () => {
  it('is not raised by the agent alone', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.noShowFrom);
    const agentSignature = toCompact(await signId(one, 'NoShow', one.fixture.agent));
    const args = [toBookingStruct(one.made.booking), one.made.state, agentSignature];
    const state = stateIn(await write(market, anyone, 'claimNoShow', args), 'NoShowClaimed');
    const raising = attempt(market, anyone, 'claimAlone', await aloneArgs(one, {}, state));
    await expectRefusal(raising, 'Booking_WrongState', [one.made.bookingId, STATE.NO_SHOW_CLAIMED]);
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
    expect(await read(deployedMarket, 'BOND_MAX', [])).toBe(10n * TOKEN);
    expect(await read(deployedMarket, 'FIRST_TRUST_MAX', [])).toBe(TOKEN / 2n);
    expect(await read(deployedMarket, 'FORFEIT_MIN', [])).toBe(TOKEN / 20n);
  });
});
