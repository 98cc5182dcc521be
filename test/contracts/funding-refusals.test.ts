import { type Address, type Hex, zeroAddress, zeroHash } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listingIdOf, placeHash } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { termsHash } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  asBooked,
  deployTestMarket,
  fundDriver,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  expectRefusal,
  jumpTo,
  newKey,
  nowOf,
  publishArgs,
  purseOf,
  read,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { costOf } from './reserved.ts';
import { balanceOf } from './token.ts';

const MAX_UINT256 = 2n ** 256n - 1n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** Somebody who has money in the market, and the message that withdraws it. */
interface Owner {
  key: PrivateKeyAccount;
  balance: bigint;
  /** Fields of the message that identify the money. */
  source: object;
  left: () => Promise<bigint>;
}

/** A driver with money in purse 0. */
async function purseOwner(): Promise<Owner> {
  const key = await fundDriver(market, 3n * TOKEN);
  const left = async () => (await purseOf(market, key.address))[0];
  return { key, balance: 3n * TOKEN, source: { account: key.address, purse: 0 }, left };
}

/** A host without ether, with the earnings of one session. */
async function earner(): Promise<Owner> {
  const [key, agent] = [newKey(), newKey()];
  const listing = testListing(testTerms(key.address, agent.address));
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const fixture = { market, agent, host: key, listing, listingId, driver: await fundDriver(market) };
  const signature = await signMessageOf(key, market.ref, 'PublishListing', {
    listingId,
    termsHash: termsHash(listing.terms),
    weeklyHours: listing.weeklyHours,
    placeHash: placeHash(listing.place),
    version: 0,
  });
  await write(market, anyone, 'publishListing', await publishArgs(fixture, listing, signature));
  const made = await booked(fixture);
  await jumpTo(market, made.booking.firstSlot * 900);
  await write(market, anyone, 'settle', asBooked(await reportArgs(fixture, made, readingOf(made))));
  const left = async () =>
    ((await read(market, 'earningsOf', [listingId, key.address])) as readonly bigint[])[0] ?? 0n;
  return { key, balance: costOf(made), source: { host: key.address, listingId }, left };
}

const CALLS = [
  ['withdrawBySignature', 'Withdraw', purseOwner],
  ['withdrawEarningsBySignature', 'WithdrawEarnings', earner],
] as const;

describe.each(CALLS)('%s', (call, type, newOwner) => {
  let owner: Owner;
  let to: Address;
  beforeAll(async () => {
    owner = await newOwner();
    to = newKey().address;
  });

  const messageOf = async (change: object = {}) => ({
    ...owner.source,
    amount: 2_000n,
    to,
    relayer: zeroAddress,
    relayFee: 500n,
    nonce: (await read(market, 'nonces', [owner.key.address])) as bigint,
    validUntil: BigInt((await nowOf(market)) + 3_000),
    ...change,
  });
  const signed = async (change: object = {}, ref: MarketRef = market.ref, key = owner.key) => {
    const message = await messageOf(change);
    return [message, await signMessageOf(key, ref, type, message)] as const;
  };
  const tried = async (change: object = {}, timeSec?: number) =>
    attempt(market, anyone, call, await signed(change), timeSec);
  const expectInvalid = (attempted: Promise<unknown>) =>
    expectRefusal(attempted, 'Account_InvalidSignature', [owner.key.address]);

  it('ends with validUntil', async () => {
    const until = (await nowOf(market)) + 1_000;
    const change = { validUntil: BigInt(until) };
    await expect(tried(change, until - 1)).resolves.toBeUndefined();
    for (const nowSec of [until, until + 1]) {
      const args = [BigInt(until), BigInt(nowSec)];
      await expectRefusal(tried(change, nowSec), 'Account_SignatureExpired', args);
    }
    await expect(tried({ validUntil: 0n })).rejects.toThrow('Account_SignatureExpired');
  });

  it('requires the next nonce', async () => {
    const next = (await messageOf()).nonce;
    for (const nonce of [next + 1n, next + 2n, MAX_UINT256]) {
      await expectRefusal(tried({ nonce }), 'InvalidAccountNonce', [owner.key.address, next]);
    }
  });

  it('can be sent by the relayer that it names, or by anyone if it names none', async () => {
    const relayer = newKey().address;
    const args = await signed({ relayer });
    await expectRefusal(attempt(market, anyone, call, args), 'Account_WrongRelayer', [
      relayer,
      anyone.address,
    ]);
    await expectRefusal(attempt(market, owner.key, call, args), 'Account_WrongRelayer', [
      relayer,
      owner.key.address,
    ]);
    await expect(attempt(market, relayer, call, args)).resolves.toBeUndefined();
    await expect(attempt(market, relayer, call, await signed())).resolves.toBeUndefined();
  });

  it('requires an amount above the fee', async () => {
    for (const relayFee of [2_000n, 2_001n, 2n ** 64n, MAX_UINT256]) {
      await expectRefusal(tried({ relayFee }), 'Account_RelayFeeTooHigh', [relayFee, 2_000n]);
    }
    await expect(tried({ relayFee: 1_999n })).resolves.toBeUndefined();
    await expect(tried({ relayFee: 0n })).resolves.toBeUndefined();
    await expectRefusal(tried({ amount: 0n, relayFee: 0n }), 'Account_ZeroAmount');
  });

  it('withdraws at most the balance', async () => {
    const { balance } = owner;
    for (const amount of [balance + 1n, 2n ** 64n, 2n ** 64n + 1n, 2n ** 255n, MAX_UINT256]) {
      await expectRefusal(tried({ amount }), 'Account_InsufficientBalance', [balance, amount]);
    }
    await expect(tried({ amount: balance })).resolves.toBeUndefined();
  });

  it('pays nobody at the zero address', async () => {
    await expectRefusal(tried({ to: zeroAddress }), 'Account_ZeroAddress');
  });

  it('is never a signature of the zero account', async () => {
    const message = await messageOf({ account: zeroAddress, host: zeroAddress, nonce: 0n });
    const [, another] = await signed();
    for (const signature of ['0x', another, `0x${'00'.repeat(65)}`] as Hex[]) {
      const asZero = attempt(market, anyone, call, [message, signature]);
      await expectRefusal(asZero, 'Account_InvalidSignature', [zeroAddress]);
    }
  });

  it('is valid on one chain and at one market', async () => {
    const extension = (await read(market, 'EXTENSION', [])) as Address;
    const elsewhere = [
      { chainId: 1 },
      { market: market.token },
      { market: extension },
      { market: zeroAddress },
    ];
    for (const change of elsewhere) {
      const args = await signed({}, { ...market.ref, ...change });
      await expectInvalid(attempt(market, anyone, call, args));
    }
    const other = await deployTestMarket(anvil.url);
    await expectInvalid(attempt(other, anyone, call, await signed()));
  });

  it('is signed with all fields, by the owner', async () => {
    const [message, signature] = await signed();
    const changes = {
      amount: 2_001n,
      to: anyone.address,
      relayer: anyone.address,
      relayFee: 501n,
      validUntil: message.validUntil + 1n,
      ...(call === 'withdrawBySignature' ? { purse: 1 } : { listingId: zeroHash }),
    };
    for (const [field, value] of Object.entries(changes)) {
      await expectInvalid(attempt(market, anyone, call, [{ ...message, [field]: value }, signature]));
    }
    const forged = await signed({}, market.ref, newKey());
    await expectInvalid(attempt(market, anyone, call, forged));
    await expectInvalid(attempt(market, anyone, call, [message, '0x']));
  });

  it('changed nothing by all refusals, then works once, and its nonce is used up', async () => {
    expect(await owner.left()).toBe(owner.balance);
    const [message, signature] = await signed();
    await write(market, anyone, call, [message, signature]);
    expect([await balanceOf(market, to), await owner.left()]).toEqual([1_500n, owner.balance - 2_000n]);
    const spent = [owner.key.address, message.nonce + 1n];
    await expectRefusal(attempt(market, anyone, call, [message, signature]), 'InvalidAccountNonce', spent);
    await expectRefusal(tried({ nonce: message.nonce }), 'InvalidAccountNonce', spent);
  });
});

describe('withdrawals from a purse and of earnings', () => {
  it('share the nonces of an account, so that they happen in the signed order', async () => {
    const host = await earner();
    const rest = { amount: 1n, to: anyone.address, relayer: zeroAddress, relayFee: 0n };
    const validUntil = BigInt((await nowOf(market)) + 300);
    const ofEarnings = { ...host.source, ...rest, nonce: 0n, validUntil };
    const ofPurse = { account: host.key.address, purse: 0, ...rest, nonce: 1n, validUntil };
    const second = [ofPurse, await signMessageOf(host.key, market.ref, 'Withdraw', ofPurse)] as const;
    const early = attempt(market, anyone, 'withdrawBySignature', second);
    await expectRefusal(early, 'InvalidAccountNonce', [host.key.address, 0n]);
    const first = [ofEarnings, await signMessageOf(host.key, market.ref, 'WithdrawEarnings', ofEarnings)];
    await write(market, anyone, 'withdrawEarningsBySignature', first);
    const empty = attempt(market, anyone, 'withdrawBySignature', second);
    await expectRefusal(empty, 'Account_InsufficientBalance', [0n, 1n]);
  });
});
