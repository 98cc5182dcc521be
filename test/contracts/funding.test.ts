import { p256 } from '@noble/curves/nist.js';
import {
  type Address,
  bytesToHex,
  concatHex,
  type Hex,
  hashTypedData,
  hexToBytes,
  keccak256,
  parseEventLogs,
  parseSignature,
  toHex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { type IntentLimits, intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import {
  depositNonce,
  fundAndBookNonce,
  RECEIVE_WITH_AUTHORIZATION,
  signatureBySigner,
  signerAccountOf,
} from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import { type Anvil, LOCAL_CHAIN_ID, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  clientOf,
  deployTestMarket,
  fundDriver,
  sendCall,
  type TestMarket,
  TOKEN,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  draftBooking,
  expectRefusal,
  newFixture,
  newKey,
  nowOf,
  purseOf,
  read,
  walletArgs,
} from './fixture.ts';
import { deploy } from './mocks.ts';
import { balanceOf } from './token.ts';

const deployer = localAccount('deployer');
const SALT = keccak256(toHex('salt'));
const NOBODY = `0x${'00'.repeat(20)}` as const;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const tokenDomain = () => ({
  name: 'Demo Dollar',
  version: '1',
  chainId: LOCAL_CHAIN_ID,
  verifyingContract: market.token,
});

/** A driver with demo money in the wallet, none in the market and no ether. */
async function walletWith(amount: bigint): Promise<PrivateKeyAccount> {
  const account = newKey();
  const call = {
    address: market.token,
    abi: demoTokenAbi,
    functionName: 'mint',
    args: [account.address, amount],
  } as const;
  const client = clientOf(anvil.url, deployer);
  await sendCall(client, call);
  return account;
}

async function authorise(from: PrivateKeyAccount, value: bigint, nonce: Hex) {
  const terms = { from: from.address, value, validAfter: 0n, validBefore: 2n ** 40n };
  const signature = await from.signTypedData({
    domain: tokenDomain(),
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...terms, to: market.market, nonce },
  });
  return { ...terms, signature };
}

describe('a deposit by permit', () => {
  const permitArgs = async (owner: PrivateKeyAccount, value: bigint) => {
    const deadline = 2n ** 40n;
    const types = {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    } as const;
    const message = { owner: owner.address, spender: market.market, value, nonce: 0n, deadline };
    const signed = await owner.signTypedData({
      domain: tokenDomain(),
      types,
      primaryType: 'Permit',
      message,
    });
    const { r, s, yParity } = parseSignature(signed);
    return [owner.address, 0, value, deadline, 27 + yParity, r, s] as const;
  };

  it('needs no earlier approval, and leaves none', async () => {
    const owner = await fundDriver(market, TOKEN);
    await write(market, owner, 'withdraw', [0, TOKEN, owner.address]);
    const args = await permitArgs(owner, TOKEN);
    await write(market, owner, 'depositWithPermit', args);
    expect(await purseOf(market, owner.address)).toEqual([TOKEN, 0n]);
  });

  it('works when somebody already sent the permit, and fails without an allowance', async () => {
    const owner = await fundDriver(market, TOKEN);
    await write(market, owner, 'withdraw', [0, TOKEN, owner.address]);
    const args = await permitArgs(owner, TOKEN);
    const [account, , value, deadline, v, r, s] = args;
    const call = { address: market.token, abi: demoTokenAbi, functionName: 'permit' } as const;
    const client = clientOf(anvil.url, deployer);
    await sendCall(client, { ...call, args: [account, market.market, value, deadline, v, r, s] });
    await write(market, owner, 'depositWithPermit', args);
    expect(await purseOf(market, owner.address)).toEqual([TOKEN, 0n]);
    await expect(attempt(market, owner, 'depositWithPermit', args)).rejects.toThrow();
  });
});

describe('a deposit by ERC-3009', () => {
  it('can be sent by anyone, once, and only into the purse of the nonce', async () => {
    const from = await walletWith(TOKEN);
    const authorisation = await authorise(from, TOKEN, depositNonce(from.address, 3, SALT));
    const into = (purse: number) => [from.address, purse, SALT, authorisation] as const;
    await expect(attempt(market, anyone, 'depositWithAuthorization', into(4))).rejects.toThrow();
    await write(market, anyone, 'depositWithAuthorization', into(3));
    expect(await purseOf(market, from.address, 3)).toEqual([TOKEN, 0n]);
    await expect(attempt(market, anyone, 'depositWithAuthorization', into(3))).rejects.toThrow();
  });
});

describe('fund and book', () => {
  it('needs one signature of a driver without ether', async () => {
    const fixture = await newFixture(market);
    const driver = await walletWith(7n * TOKEN);
    const made = await draftBooking({ ...fixture, driver });
    const limits: IntentLimits = { relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) };
    const authorisation = await authorise(
      driver,
      7n * TOKEN,
      fundAndBookNonce(market.ref, made.booking, limits),
    );
    const { weeklyHours, place } = fixture.listing;
    const args = [
      toBookingStruct(made.booking),
      weeklyHours,
      placeHash(place),
      packLimits(limits),
      authorisation,
    ] as const;
    const dearer = { ...made.booking, money: { ...made.booking.money, cap: 6_000_000n } };
    await expect(
      attempt(market, anyone, 'fundAndBook', [toBookingStruct(dearer), ...args.slice(1)]),
    ).rejects.toThrow();
    await expectRefusal(
      attempt(market, anyone, 'fundAndBook', [
        ...args.slice(0, 4),
        { ...authorisation, from: anyone.address },
      ]),
      'Account_NotDriver',
      [anyone.address, driver.address],
    );
    await write(market, anyone, 'fundAndBook', args);
    const [balance, tail] = await purseOf(market, driver.address);
    expect([balance, tail >> 191n]).toEqual([TOKEN, 1n]);
  });
});

describe('the extension at its own address', () => {
  it('accepts no money', async () => {
    const extension = (await read(market, 'EXTENSION', [])) as Address;
    const from = await walletWith(TOKEN);
    const authorisation = await authorise(from, TOKEN, depositNonce(from.address, 0, SALT));
    const args = [from.address, 0, SALT, authorisation];
    const there = { ...market, market: extension };
    await expectRefusal(
      attempt(there, anyone, 'depositWithAuthorization', args),
      'Market_ExtensionCalledDirectly',
    );
  });
});

describe('a withdrawal by signature', () => {
  const withdrawalOf = async (account: PrivateKeyAccount, change: object = {}) => ({
    account: account.address,
    purse: 0,
    amount: TOKEN,
    to: account.address,
    relayer: NOBODY,
    relayFee: 1_000n,
    nonce: 0n,
    validUntil: BigInt((await nowOf(market)) + 300),
    ...change,
  });
  const signed = async (account: PrivateKeyAccount, change: object = {}) => {
    const message = await withdrawalOf(account, change);
    return [message, await signMessageOf(account, market.ref, 'Withdraw', message)] as const;
  };

  it('pays the relayer and works once', async () => {
    const driver = await fundDriver(market, 3n * TOKEN);
    const [before] = await purseOf(market, anyone.address);
    const args = await signed(driver);
    const held = await balanceOf(market, driver.address);
    const { logs } = await write(market, anyone, 'withdrawBySignature', args);
    expect((await balanceOf(market, driver.address)) - held).toBe(TOKEN - 1_000n);
    const [withdrawn] = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'Withdrawn' });
    expect(withdrawn?.args).toMatchObject({
      account: driver.address,
      purse: 0,
      amount: TOKEN,
      to: driver.address,
    });
    expect(await purseOf(market, driver.address)).toEqual([2n * TOKEN, 0n]);
    expect((await purseOf(market, anyone.address))[0]).toBe(before + 1_000n);
    await expectRefusal(attempt(market, anyone, 'withdrawBySignature', args), 'InvalidAccountNonce', [
      driver.address,
      1n,
    ]);
  });

  it('is bound to signer, time, relayer, and a fee below the amount', async () => {
    const driver = await fundDriver(market, 3n * TOKEN);
    const send = async (change: object) =>
      attempt(market, anyone, 'withdrawBySignature', await signed(driver, change));
    await expectRefusal(send({ relayer: deployer.address }), 'Account_WrongRelayer', [
      deployer.address,
      anyone.address,
    ]);
    await expectRefusal(send({ relayFee: TOKEN }), 'Account_RelayFeeTooHigh', [TOKEN, TOKEN]);
    await expect(send({ validUntil: 1n })).rejects.toThrow('Account_SignatureExpired');
    const [message] = await signed(driver);
    const forged = await signMessageOf(newKey(), market.ref, 'Withdraw', message);
    await expectRefusal(
      attempt(market, anyone, 'withdrawBySignature', [message, forged]),
      'Account_InvalidSignature',
      [driver.address],
    );
  });
});

describe('an ERC-7913 signer of a P-256 key', () => {
  it('books as a driver', async () => {
    const verifier = await deploy(anvil.url, 'mocks/P256Verifier');
    const secret = p256.utils.randomSecretKey();
    const signer = concatHex([verifier.address, bytesToHex(p256.getPublicKey(secret, false).slice(1))]);
    const account = signerAccountOf(signer);
    const fixture = await newFixture(market);
    await write(market, fixture.driver, 'withdraw', [0, 8n * TOKEN, deployer.address]);
    const payer = clientOf(anvil.url, deployer);
    const approval = {
      address: market.token,
      abi: demoTokenAbi,
      functionName: 'approve',
      args: [market.market, 8n * TOKEN],
    } as const;
    await sendCall(payer, approval);
    await write(market, deployer, 'deposit', [account, 0, 8n * TOKEN]);
    const made = await draftBooking(fixture, { driver: account });
    const limits: IntentLimits = { relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) };
    const digest = hashTypedData(
      typedData(market.ref, 'Intent', intentMessage(made.booking, limits)) as never,
    );
    const raw = bytesToHex(p256.sign(hexToBytes(digest), secret, { prehash: false, lowS: true }));
    const signature = signatureBySigner(signer, raw);
    const args = (by: Hex) => walletArgs(fixture, made.booking, limits, by);
    for (const bad of [signatureBySigner(signer, `0x${'11'.repeat(64)}`), '0x0041'] as const) {
      const wrong = attempt(market, anyone, 'bookByWallet', args(bad));
      await expectRefusal(wrong, 'Account_InvalidSignature', [account]);
    }
    await write(market, anyone, 'bookByWallet', args(signature));
    expect((await purseOf(market, account))[1] >> 191n).toBe(1n);
  });
});
