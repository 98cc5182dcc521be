import { type Address, type Hex, keccak256, toHex, zeroAddress } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { type AuthorizationStruct, depositNonce, fundAndBookNonce } from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { anyone, attempt, draftBooking, newFixture, newKey, nowOf, purseOf } from './fixture.ts';
import { deploy, marketIn } from './mocks.ts';
import { delegate, RETURN_BOMB } from './signers.ts';
import { authorise, mint } from './token.ts';

const SALT = keccak256(toHex('salt'));

/** Selector of the token's own error, `ERC3009InvalidSignature()`, which the market passes on. */
const TOKEN_REFUSED = '0x77c207f4';

/** An account, and the key whose signatures it accepts. */
interface Holder {
  address: Address;
  key: PrivateKeyAccount;
}

let anvil: Anvil;
/** Its token accepts `bytes` signatures of contract accounts as well as v, r and s, as USDC does. */
let market: TestMarket;
/** Its token accepts only v, r and s. */
let plain: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await marketIn(anvil.url, await deploy(anvil.url, 'mocks/WalletAuthorizationToken'), TOKEN);
  plain = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

async function wallet(): Promise<Holder> {
  const key = newKey();
  const { address } = await deploy(anvil.url, 'mocks/ContractWallet', [key.address]);
  return { address, key };
}

/** A contract account that accepts any signature of any length. */
async function openWallet(): Promise<Address> {
  return (await deploy(anvil.url, 'mocks/ReturnBombSigner', [RETURN_BOMB.NONE, 0n])).address;
}

async function delegatedTo(contract: Address): Promise<PrivateKeyAccount> {
  const key = newKey();
  await delegate(market, key, contract);
  return key;
}

async function depositArgs(m: TestMarket, { address, key }: Holder, signer = key) {
  await mint(m, address, TOKEN);
  const authorization = await authorise(m, signer, TOKEN, depositNonce(address, 2, SALT), address);
  return [address, 2, SALT, authorization] as const;
}

const withSignature = (
  [account, purse, salt, authorization]: Awaited<ReturnType<typeof depositArgs>>,
  signature: Hex,
) => [account, purse, salt, { ...authorization, signature } satisfies AuthorizationStruct] as const;

/** Deposited by a stranger, once. */
async function expectDeposited(m: TestMarket, args: Awaited<ReturnType<typeof depositArgs>>) {
  await write(m, anyone, 'depositWithAuthorization', args);
  expect(await purseOf(m, args[0], 2)).toEqual([TOKEN, 0n]);
  await expect(attempt(m, anyone, 'depositWithAuthorization', args)).rejects.toThrow('reverted');
}

describe('an ERC-3009 authorisation', () => {
  it('of a contract account counts, though its signature has the length of a key', async () => {
    await expectDeposited(market, await depositArgs(market, await wallet()));
  });

  it('of a contract account counts at any length', async () => {
    for (const signature of ['0x', '0x01', `0x${'22'.repeat(64)}`, `0x${'33'.repeat(700)}`] as Hex[]) {
      const args = await depositArgs(market, { address: await openWallet(), key: newKey() });
      await expectDeposited(market, withSignature(args, signature));
    }
  });

  it('of an EIP-7702 account counts by its own key, and by the wallet that it points to', async () => {
    const { address, key: owner } = await wallet();
    for (const signer of ['own', 'owner']) {
      const key = await delegatedTo(address);
      const holder = { address: key.address, key: signer === 'own' ? key : owner };
      await expectDeposited(market, await depositArgs(market, holder));
    }
  });

  it('of an EIP-7702 account counts by its own key where the token accepts only keys', async () => {
    const { address } = await wallet();
    const key = await delegatedTo(address);
    await expectDeposited(plain, await depositArgs(plain, { address: key.address, key }));
  });

  it('of an EIP-7702 account that points to code which burns all gas counts by its own key', async () => {
    const bomb = await deploy(anvil.url, 'mocks/ReturnBombSigner', [RETURN_BOMB.BURN_ALL_GAS, 0n]);
    const key = await delegatedTo(bomb.address);
    await expectDeposited(market, await depositArgs(market, { address: key.address, key }));
  });

  it("is refused with the token's own error when another key signed", async () => {
    const holders: Holder[] = [await wallet()];
    for (const key of [newKey(), await delegatedTo((await wallet()).address)]) {
      holders.push({ address: key.address, key });
    }
    for (const holder of holders) {
      const forged = await depositArgs(market, holder, newKey());
      for (const args of [forged, withSignature(forged, '0x1234')]) {
        const refused = attempt(market, anyone, 'depositWithAuthorization', args);
        await expect(refused).rejects.toThrow(TOKEN_REFUSED);
      }
      expect(await purseOf(market, holder.address, 2)).toEqual([0n, 0n]);
    }
  });

  it('funds and books for a contract account', async () => {
    const fixture = await newFixture(market);
    const { address, key } = await wallet();
    await mint(market, address, 7n * TOKEN);
    const { booking } = await draftBooking(fixture, { driver: address });
    const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
    const nonce = fundAndBookNonce(market.ref, booking, limits);
    const { weeklyHours, place } = fixture.listing;
    const argsBy = async (signer: PrivateKeyAccount) => [
      toBookingStruct(booking),
      weeklyHours,
      placeHash(place),
      packLimits(limits),
      await authorise(market, signer, 7n * TOKEN, nonce, address),
    ];
    const forged = attempt(market, anyone, 'fundAndBook', await argsBy(newKey()));
    await expect(forged).rejects.toThrow(TOKEN_REFUSED);
    await write(market, anyone, 'fundAndBook', await argsBy(key));
    const [balance, tail] = await purseOf(market, address);
    expect([balance, tail >> 191n]).toEqual([TOKEN, 1n]);
  });
});
