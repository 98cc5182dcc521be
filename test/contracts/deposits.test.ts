import fc from 'fast-check';
import { type Account, type Address, type Hex, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { depositAddressOf, type Takeout, takeoutTypedData } from '../../protocol/depositAddress.ts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { passkeySignerOf } from '../../protocol/passkey.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { clientOf, deployTestMarket, send, sendCall, type TestMarket } from '../support/market.ts';
import { hostileDeposits, refused } from './deposit-addresses.ts';
import { anyone, newKey, purseOf } from './fixture.ts';
import { deploy, type Mock, readFrom, sendTo } from './mocks.ts';
import { balanceOf, mint } from './token.ts';

const deployer = localAccount('deployer');
const TOKEN = 1_000_000n;
const RUNS = { numRuns: process.env.PLUGPACT_DEEP ? 100 : 6, seed: 20_261_129 };

/** Gas of a whole transaction, at most. */
const SWEEP_GAS = { first: 160_000n, later: 90_000n };

let anvil: Anvil;
let market: TestMarket;
let deposits: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  deposits = await deploy(anvil.url, 'DepositAddresses', [market.market]);
});
afterAll(() => anvil.stop());

const addressOf = (account: Address, purse = 0): Address =>
  depositAddressOf(deposits.address, account, purse);

const call = (functionName: string, args: readonly unknown[], sender: Account = anyone, mock = deposits) =>
  sendCall(clientOf(anvil.url, sender), { ...mock, functionName, args });

const sweep = (account: Address, purse = 0, mock = deposits) => call('sweep', [account, purse], anyone, mock);

describe('a deposit address', () => {
  it('is known before anything is there, one for each purse', async () => {
    const [one, other] = [newKey().address, newKey().address];
    const found = new Set<Address>();
    for (const account of [one, other]) {
      for (const purse of [0, 1, 2 ** 32 - 1]) {
        const address = await readFrom(anvil.url, deposits, 'addressOf', [account, purse]);
        expect(address).toBe(addressOf(account, purse));
        found.add(address as Address);
      }
    }
    expect(found.size).toBe(6);
  });

  it('is nobody’s for the zero account', async () => {
    for (const name of ['addressOf', 'sweep']) {
      await refused(readFrom(anvil.url, deposits, name, [zeroAddress, 0]), 'Deposit_ZeroAddress');
    }
    expect(() => addressOf(zeroAddress)).toThrow('belongs to an account');
  });

  it('brings what was sent into its purse, the first time and later, for little gas', async () => {
    const account = newKey().address;
    await mint(market, addressOf(account, 3), 5n * TOKEN);
    const first = await sweep(account, 3);
    expect(await purseOf(market, account, 3)).toEqual([5n * TOKEN, 0n]);
    await mint(market, addressOf(account, 3), 1n);
    const later = await sweep(account, 3);
    expect(await purseOf(market, account, 3)).toEqual([5n * TOKEN + 1n, 0n]);
    expect(await balanceOf(market, addressOf(account, 3))).toBe(0n);
    expect(first.gasUsed).toBeLessThanOrEqual(SWEEP_GAS.first);
    expect(later.gasUsed).toBeLessThanOrEqual(SWEEP_GAS.later);
  });

  it('is swept by anyone at itself too, and only of what it has', async () => {
    const account = newKey().address;
    await refused(sweep(account), 'Deposit_Nothing');
    await mint(market, addressOf(account), TOKEN);
    await sweep(account);
    await mint(market, addressOf(account), TOKEN);
    const { abi } = await deploy(anvil.url, 'DepositAddress', [market.market]);
    const itself = { address: addressOf(account), abi };
    await call('sweep', [], anyone, itself);
    expect(await purseOf(market, account)).toEqual([2n * TOKEN, 0n]);
    await refused(call('send', [market.token, anyone.address, 0n], anyone, itself), 'Deposit_NotFactory');
  });

  it('brings each unit into the purse it was sent for, in any order of sends and sweeps', async () => {
    const step = fc.record({
      place: fc.nat(3),
      amount: fc.option(fc.bigInt({ min: 1n, max: 10n ** 12n }), { nil: 0n }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const [one, other] = [newKey().address, newKey().address];
      const places = [new Place(one, 0), new Place(one, 1), new Place(other, 0), new Place(other, 1)];
      for (const { place, amount } of steps) await places[place]?.step(amount);
      for (const place of places) await place.check();
    });
    await fc.assert(property, RUNS);
  });
});

/** One purse's address, with what must be there. */
class Place {
  readonly #account: Address;
  readonly #purse: number;
  #waiting = 0n;
  #swept = 0n;

  constructor(account: Address, purse: number) {
    this.#account = account;
    this.#purse = purse;
  }

  /** Sends this much, or sweeps. */
  async step(amount: bigint): Promise<void> {
    if (amount > 0n) {
      await mint(market, addressOf(this.#account, this.#purse), amount);
      this.#waiting += amount;
      return;
    }
    const swept = sweep(this.#account, this.#purse);
    if (this.#waiting === 0n) return refused(swept, 'Deposit_Nothing');
    await swept;
    this.#swept += this.#waiting;
    this.#waiting = 0n;
  }

  async check(): Promise<void> {
    expect((await purseOf(market, this.#account, this.#purse))[0]).toBe(this.#swept);
    expect(await balanceOf(market, addressOf(this.#account, this.#purse))).toBe(this.#waiting);
  }
}

describe('what is taken out', () => {
  const takeoutOf = (account: Address, change: Partial<Takeout> = {}): Takeout => ({
    ...{ account, purse: 0, token: market.token, to: newKey().address, amount: TOKEN },
    ...{ nonce: 0n, validUntil: 2n ** 40n },
    ...change,
  });
  const typed = (takeout: Takeout) => takeoutTypedData(market.chainId, deposits.address, takeout);
  const takeOut = (takeout: Takeout, signature: Hex, sender: Account = anyone) =>
    call('takeOut', [takeout, signature], sender);
  const etherOf = (address: Address) => clientOf(anvil.url, deployer).getBalance({ address });

  it('goes where its account says, by its signature, once and in time', async () => {
    const owner = newKey();
    await mint(market, addressOf(owner.address), 3n * TOKEN);
    const takeout = takeoutOf(owner.address);
    const signature = await owner.signTypedData(typed(takeout));
    await refused(takeOut(takeout, '0x'), 'Deposit_InvalidSignature');
    await refused(takeOut(takeout, await newKey().signTypedData(typed(takeout))), 'Deposit_InvalidSignature');
    for (const change of [
      { amount: 2n * TOKEN },
      { to: anyone.address },
      { purse: 1 },
      { validUntil: 2n ** 39n },
    ]) {
      await refused(takeOut({ ...takeout, ...change }, signature), 'Deposit_InvalidSignature');
    }
    await takeOut(takeout, signature);
    expect(await balanceOf(market, takeout.to)).toBe(TOKEN);
    await refused(takeOut(takeout, signature), 'InvalidAccountNonce');
    const late = takeoutOf(owner.address, { nonce: 1n, validUntil: 1n });
    await refused(takeOut(late, await owner.signTypedData(typed(late))), 'Deposit_SignatureExpired');
    const nowhere = takeoutOf(owner.address, { nonce: 1n, to: zeroAddress });
    await refused(takeOut(nowhere, await owner.signTypedData(typed(nowhere))), 'Deposit_ZeroAddress');
    await sweep(owner.address);
    expect(await purseOf(market, owner.address)).toEqual([2n * TOKEN, 0n]);
  });

  it('needs no signature where the account itself calls', async () => {
    const { address } = localAccount('host');
    await mint(market, addressOf(address), TOKEN);
    const takeout = takeoutOf(address);
    await takeOut(takeout, '0x', localAccount('host'));
    expect(await balanceOf(market, takeout.to)).toBe(TOKEN);
  });

  it('may be another token, and ether sent before there was code and after', async () => {
    const owner = newKey();
    const other = await deploy(anvil.url, 'mocks/NoReturnToken');
    const at = addressOf(owner.address);
    await sendTo(anvil.url, other, 'mint', [at, 7n]);
    await send(clientOf(anvil.url, deployer), { to: at, value: 5n });
    const to = newKey().address;
    const takeouts = [
      takeoutOf(owner.address, { token: other.address, amount: 7n, to }),
      takeoutOf(owner.address, { token: zeroAddress, amount: 5n, to, nonce: 1n }),
      takeoutOf(owner.address, { token: zeroAddress, amount: 2n, to, nonce: 2n }),
    ];
    for (const [i, takeout] of takeouts.entries()) {
      if (i === 2) await send(clientOf(anvil.url, deployer), { to: at, value: 2n });
      await takeOut(takeout, await owner.signTypedData(typed(takeout)));
    }
    expect(await readFrom(anvil.url, other, 'balanceOf', [to])).toBe(7n);
    expect(await etherOf(to)).toBe(7n);
    const more = takeoutOf(owner.address, { token: zeroAddress, amount: 1n, nonce: 3n });
    await refused(takeOut(more, await owner.signTypedData(typed(more))), 'InsufficientBalance');
  });

  it('is signed by contract wallets and passkey accounts too', async () => {
    const owner = newKey();
    const wallet = await deploy(anvil.url, 'mocks/ContractWallet', [owner.address]);
    const { address: verifier } = await deploy(anvil.url, 'PasskeyVerifier');
    const signer = passkeySignerOf(verifier, `0x${'11'.repeat(64)}`, owner.address);
    const bySigner = (signature: Hex) => signatureBySigner(signer, signature);
    for (const [account, wrap] of [
      [wallet.address, (signature: Hex) => signature],
      [signerAccountOf(signer), bySigner],
    ] as const) {
      await mint(market, addressOf(account), TOKEN);
      const takeout = takeoutOf(account);
      const forged = await newKey().signTypedData(typed(takeout));
      await refused(takeOut(takeout, wrap(forged)), 'Deposit_InvalidSignature');
      await takeOut(takeout, wrap(await owner.signTypedData(typed(takeout))));
      expect(await balanceOf(market, takeout.to)).toBe(TOKEN);
    }
  });

  it('is never anything for the zero account', async () => {
    const takeout = takeoutOf(zeroAddress, { amount: 0n });
    for (const signature of ['0x', `0x${'00'.repeat(65)}`] as const) {
      await refused(takeOut(takeout, signature), 'Deposit_InvalidSignature');
    }
  });
});

describe('hostile tokens', () => {
  it('that pause, or deny the address, stop a sweep, and nothing is lost', async () => {
    const one = await hostileDeposits(anvil.url, 'DenylistToken', TOKEN);
    const stops = [
      [['setPaused', true], ['setPaused', false], 'Denylist_Paused'],
      [['setDenied', one.address, true], ['setDenied', one.address, false], 'Denylist_Denied'],
      [['setDenied', one.market.market, true], ['setDenied', one.market.market, false], 'Denylist_Denied'],
    ] as const;
    for (const [[stop, ...stopArgs], [go, ...goArgs]] of stops) {
      await one.set(stop, ...stopArgs);
      await expect(sweep(one.account.address, 0, one.deposits)).rejects.toThrow();
      expect([await one.held(), await one.inPurse()]).toEqual([TOKEN, 0n]);
      await one.set(go, ...goArgs);
    }
    await sweep(one.account.address, 0, one.deposits);
    expect([await one.held(), await one.inPurse()]).toEqual([0n, TOKEN]);
  });

  it('that the market cannot take still come out by the account’s signature', async () => {
    const one = await hostileDeposits(anvil.url, 'DenylistToken', TOKEN);
    await one.set('setDenied', one.market.market, true);
    const takeout = {
      ...{ account: one.account.address, purse: 0, token: one.token.address, to: newKey().address },
      ...{ amount: TOKEN, nonce: 0n, validUntil: 2n ** 40n },
    };
    const typed = takeoutTypedData(one.market.chainId, one.deposits.address, takeout);
    await call('takeOut', [takeout, await one.account.signTypedData(typed)], anyone, one.deposits);
    expect(await readFrom(anvil.url, one.token, 'balanceOf', [takeout.to])).toBe(TOKEN);
  });

  it('that answer with false, or move nothing, credit nothing', async () => {
    const one = await hostileDeposits(anvil.url, 'ConfigurableToken', TOKEN);
    for (const behaviour of [1, 2, 3]) {
      await one.set('setBehaviour', behaviour);
      await expect(sweep(one.account.address, 0, one.deposits)).rejects.toThrow();
      expect([await one.held(), await one.inPurse()]).toEqual([TOKEN, 0n]);
    }
    await one.set('setBehaviour', 0);
    await sweep(one.account.address, 0, one.deposits);
    expect(await one.inPurse()).toBe(TOKEN);
  });

  it('that take a fee credit what arrives', async () => {
    const one = await hostileDeposits(anvil.url, 'FeeToken', TOKEN);
    await sweep(one.account.address, 0, one.deposits);
    expect([await one.held(), await one.inPurse()]).toEqual([0n, (TOKEN * 99n) / 100n]);
  });
});
