import { p256 } from '@noble/curves/nist.js';
import { type Address, bytesToHex, concatHex, type Hex, hexToBytes, size, sliceHex, zeroAddress } from 'viem';
import { toAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { intentMessage, toBookingStruct } from '../../protocol/booking.ts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { listingIdOf, placeHash } from '../../protocol/listing.ts';
import { reservedState } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  book,
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
  draftBooking,
  expectRefusal,
  type Fixture,
  newFixture,
  newKey,
  nowOf,
  publishArgs,
  purseOf,
  walletArgs,
} from './fixture.ts';
import { deploy, sendTo } from './mocks.ts';
import {
  assertion,
  byKey,
  bySigner,
  delegate,
  digestOf,
  publicKeyOf,
  RETURN_BOMB,
  type Signer,
  signP256,
  walletSigner,
} from './signers.ts';
import { allowDeposits } from './token.ts';

const deployer = localAccount('deployer');

/** Order of P-256 (FIPS 186-4, D.1.2.3). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

let anvil: Anvil;
let market: TestMarket;
let fixture: Fixture;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  await allowDeposits(market, 1_000n * TOKEN);
  fixture = await newFixture(market);
});
afterAll(() => anvil.stop());

/** This account's intent, and a try of the market with a signature of it. */
async function intentOf(driver: Address) {
  await write(market, deployer, 'deposit', [driver, 0, 10n * TOKEN]);
  const { booking } = await draftBooking(fixture, { driver });
  const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
  const message = intentMessage(booking, limits);
  const tried = (signature: Hex) =>
    attempt(market, anyone, 'bookByWallet', walletArgs(fixture, booking, limits, signature));
  return {
    message,
    digest: digestOf(market, 'Intent', message),
    taken: (signature: Hex) => expect(tried(signature)).resolves.toBeDefined(),
    refused: (signature: Hex) => expectRefusal(tried(signature), 'Account_InvalidSignature', [driver]),
  };
}

const signedBy = (signer: Signer, message: object) => signer.sign('Intent', message);

describe('a contract account', () => {
  it('can revoke its signature', async () => {
    const owner = newKey();
    const wallet = await deploy(anvil.url, 'mocks/ContractWallet', [owner.address]);
    const intent = await intentOf(wallet.address);
    const signature = await signedBy(byKey(market, owner, wallet.address), intent.message);
    await intent.taken(signature);
    await sendTo(anvil.url, wallet, 'setLocked', [true]);
    await intent.refused(signature);
    await sendTo(anvil.url, wallet, 'setLocked', [false]);
    await intent.taken(signature);
  });

  it('is accepted when it answers yes in at least 32 bytes', async () => {
    for (const [sizeBytes, heard] of [
      [0n, false],
      [4n, false],
      [31n, false],
      [32n, true],
      [33n, true],
    ] as const) {
      const { address } = await deploy(anvil.url, 'mocks/ReturnBombSigner', [RETURN_BOMB.RETURN, sizeBytes]);
      const intent = await intentOf(address);
      await (heard ? intent.taken('0x1234') : intent.refused('0x1234'));
    }
  });

  it('without a call for signatures has none', async () => {
    const { address } = await deploy(anvil.url, 'mocks/DecimalsToken', [6]);
    const intent = await intentOf(address);
    for (const signature of ['0x', '0x1234', `0x${'11'.repeat(65)}`] as const)
      await intent.refused(signature);
  });
});

describe('an EIP-7702 account', () => {
  it('can sign with its own key whatever it points to, and by its delegate only while it points there', async () => {
    const key = newKey();
    const intent = await intentOf(key.address);
    const own = await signedBy(byKey(market, key), intent.message);
    const [first, second] = [await walletSigner(market), await walletSigner(market)];
    const [byFirst, bySecond] = [
      await signedBy(first, intent.message),
      await signedBy(second, intent.message),
    ];
    for (const refused of [byFirst, bySecond]) await intent.refused(refused);
    await delegate(market, key, first.address);
    for (const taken of [own, byFirst]) await intent.taken(taken);
    await intent.refused(bySecond);
    await delegate(market, key, second.address);
    for (const taken of [own, bySecond]) await intent.taken(taken);
    await intent.refused(byFirst);
    await delegate(market, key, zeroAddress);
    await intent.taken(own);
    for (const refused of [byFirst, bySecond]) await intent.refused(refused);
  });

  it('sends everything by itself, as driver and as host', async () => {
    const driver = await fundDriver(market);
    const host = await fundDriver(market);
    for (const key of [driver, host]) await delegate(market, key, (await walletSigner(market)).address);
    const agent = newKey();
    const listing = testListing(testTerms(host.address, agent.address));
    const listingId = listingIdOf(agent.address, listing.place.connector);
    const own: Fixture = { market, agent, host, listing, listingId, driver };
    await write(market, host, 'publishListing', await publishArgs(own, listing));
    const { booking } = await draftBooking(own);
    const state = reservedState(await book(market, driver, listing, booking));
    await write(market, driver, 'cancelByDriver', [toBookingStruct(booking), state, '0x']);
    expect(await purseOf(market, driver.address)).toEqual([20n * TOKEN, 1n]);
    await write(market, driver, 'withdraw', [0, 20n * TOKEN, driver.address]);
    await write(market, host, 'setListingStatus', [listing, 2, '0x']);
  });
});

describe('a contract account that calls by itself', () => {
  it('needs no signature', async () => {
    const { address } = await walletSigner(market);
    await intentOf(address);
    const { booking } = await draftBooking(fixture, { driver: address });
    const args = [toBookingStruct(booking), fixture.listing.weeklyHours, placeHash(fixture.listing.place)];
    await expect(attempt(market, toAccount(address), 'bookAsDriver', args)).resolves.toBeDefined();
    await expect(
      attempt(market, toAccount(address), 'withdraw', [0, TOKEN, anyone.address]),
    ).resolves.toBeUndefined();
  });
});

describe('an ERC-7913 account', () => {
  const accountOf = async (source: 'mocks/P256Verifier' | 'PasskeyVerifier', recovery: Hex = '0x') => {
    const { address: verifier } = await deploy(anvil.url, source);
    const secret = p256.utils.randomSecretKey();
    const signer = concatHex([verifier, publicKeyOf(secret), recovery]);
    return { verifier, secret, signer, intent: await intentOf(signerAccountOf(signer)) };
  };

  it('of a P-256 key accepts one s of the two, and no other curve', async () => {
    const { secret, signer, intent } = await accountOf('mocks/P256Verifier');
    const raw = bytesToHex(signP256(secret, hexToBytes(intent.digest)));
    const other = P256_ORDER - BigInt(sliceHex(raw, 32, 64));
    await intent.taken(signatureBySigner(signer, raw));
    const high = concatHex([sliceHex(raw, 0, 32), `0x${other.toString(16).padStart(64, '0')}`]);
    await intent.refused(signatureBySigner(signer, high));
    for (const broken of ['0x', sliceHex(raw, 0, 63), `0x${'00'.repeat(64)}`] as const) {
      await intent.refused(signatureBySigner(signer, broken));
    }
    await intent.refused(signatureBySigner(signer, await signedBy(byKey(market, newKey()), intent.message)));
  });

  it('requires its own signer in full: verifier and key', async () => {
    const { verifier, secret, signer, intent } = await accountOf('mocks/P256Verifier');
    const raw = bytesToHex(signP256(secret, hexToBytes(intent.digest)));
    const good = signatureBySigner(signer, raw);
    const yes = await deploy(anvil.url, 'mocks/ReturnBombSigner', [RETURN_BOMB.NONE, 0n]);
    await intent.refused(signatureBySigner(concatHex([yes.address, publicKeyOf(secret)]), raw));
    await intent.refused(
      signatureBySigner(concatHex([verifier, publicKeyOf(p256.utils.randomSecretKey())]), raw),
    );
    await intent.refused(signatureBySigner(concatHex([signer, '0x00']), raw));
    for (const length of ['0000', '0014', '0053', '0055', 'ffff']) {
      await intent.refused(concatHex([`0x${length}`, sliceHex(good, 2)]));
    }
    for (const bytes of [0, 1, 2, 22, 86, size(good) - 1]) {
      await intent.refused(bytes === 0 ? '0x' : sliceHex(good, 0, bytes));
    }
  });

  it('of a passkey requires a user who is present and verified, and the digest as its challenge', async () => {
    const { secret, signer, intent } = await accountOf('PasskeyVerifier', newKey().address);
    const by = (change: Parameters<typeof assertion>[2], digest = intent.digest) =>
      signatureBySigner(signer, assertion(secret, digest, change));
    await intent.taken(by({}));
    await intent.taken(by({ flags: 0x1d }));
    for (const flags of [0x00, 0x01, 0x04, 0x15]) await intent.refused(by({ flags }));
    await intent.refused(by({}, `0x${'11'.repeat(32)}`));
    for (const clientData of ['', '{}', '"type":"webauthn.get"', '"type":"webauthn.create","challenge":""']) {
      await intent.refused(by({ clientData }));
    }
    const good = assertion(secret, intent.digest);
    for (const bytes of [1, 64, 65, 191, 192, 256, size(good) - 64]) {
      await intent.refused(signatureBySigner(signer, sliceHex(good, 0, bytes)));
    }
  });

  it('whose verifier is nobody, or a plain contract, cannot sign', async () => {
    const plain = await deploy(anvil.url, 'mocks/DecimalsToken', [6]);
    for (const verifier of [newKey().address, plain.address, zeroAddress]) {
      const signer = concatHex([verifier, newKey().address]);
      const intent = await intentOf(signerAccountOf(signer));
      await intent.refused(signatureBySigner(signer, '0x1234'));
    }
  });

  it('is another account than that of the same bytes behind another verifier', async () => {
    const [one, other] = [await accountOf('mocks/P256Verifier'), await accountOf('mocks/P256Verifier')];
    const signer = bySigner(market, one.signer, (digest) =>
      bytesToHex(signP256(one.secret, hexToBytes(digest))),
    );
    await one.intent.taken(await signedBy(signer, one.intent.message));
    await other.intent.refused(await signedBy(signer, other.intent.message));
  });
});
