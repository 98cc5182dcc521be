import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import {
  type Address,
  bytesToHex,
  concatHex,
  encodeAbiParameters,
  type Hex,
  hashTypedData,
  hexToBytes,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { passkeySignerOf } from '../../protocol/passkey.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { type SignedTypeName, typedData } from '../../protocol/signedTypes.ts';
import { clientOf, send, type TestMarket } from '../support/market.ts';
import { anyone, newKey } from './fixture.ts';
import { deploy } from './mocks.ts';

/** Somebody who signs messages for the market, by any kind of account. */
export interface Signer {
  address: Address;
  sign(type: SignedTypeName, message: object): Promise<Hex>;
  signDigest(digest: Hex): Promise<Hex>;
}

/** Answers of the contract `ReturnBombSigner`. */
export const RETURN_BOMB = { NONE: 0, BURN_ALL_GAS: 1, RETURN: 2, REVERT: 3 } as const;

/** A plain key signs for an account: its own, or a contract's that accepts the key's signatures. */
export const byKey = (market: TestMarket, key: PrivateKeyAccount, address = key.address): Signer => ({
  address,
  sign: (type, message) => signMessageOf(key, market.ref, type, message),
  signDigest: (hash) => key.sign({ hash }),
});

const keySigner = async (market: TestMarket): Promise<Signer> => byKey(market, newKey());

/** A contract account (ERC-1271) of one owner. */
export async function walletSigner(market: TestMarket): Promise<Signer> {
  const owner = newKey();
  const { address } = await deploy(market.rpcUrl, 'mocks/ContractWallet', [owner.address]);
  return byKey(market, owner, address);
}

/** Points the account to code (EIP-7702); somebody else pays for it. */
export async function delegate(market: TestMarket, key: PrivateKeyAccount, contractAddress: Address) {
  const client = clientOf(market.rpcUrl, anyone);
  const authorization = await client.signAuthorization({ account: key, contractAddress });
  await send(client, { type: 'eip7702', to: anyone.address, authorizationList: [authorization] });
}

/** An account that points to a contract wallet of another owner, and signs with its own key. */
async function delegatedKeySigner(market: TestMarket): Promise<Signer> {
  const key = newKey();
  await delegate(market, key, (await walletSigner(market)).address);
  return byKey(market, key);
}

/** An account that points to a contract wallet, whose owner signs. */
async function delegateSigner(market: TestMarket): Promise<Signer> {
  const key = newKey();
  const owner = await walletSigner(market);
  await delegate(market, key, owner.address);
  return { ...owner, address: key.address };
}

/** An account that points to code which burns all gas, and signs with its own key. */
async function bombedKeySigner(market: TestMarket): Promise<Signer> {
  const key = newKey();
  const bomb = await deploy(market.rpcUrl, 'mocks/ReturnBombSigner', [RETURN_BOMB.BURN_ALL_GAS, 0n]);
  await delegate(market, key, bomb.address);
  return byKey(market, key);
}

export const digestOf = (market: TestMarket, type: SignedTypeName, message: object): Hex =>
  hashTypedData(typedData(market.ref, type, message as Record<string, unknown>) as never);

/** An ERC-7913 signer, with the signature that its verifier accepts for a digest. */
export function bySigner(
  market: TestMarket,
  signer: Hex,
  signatureOver: (digest: Hex) => Hex | Promise<Hex>,
): Signer {
  const signDigest = async (digest: Hex) => signatureBySigner(signer, await signatureOver(digest));
  return {
    address: signerAccountOf(signer),
    sign: (type, message) => signDigest(digestOf(market, type, message)),
    signDigest,
  };
}

export const signP256 = (secret: Uint8Array, digest: Uint8Array): Uint8Array =>
  p256.sign(digest, secret, { prehash: false, lowS: true });

export const publicKeyOf = (secret: Uint8Array): Hex => bytesToHex(p256.getPublicKey(secret, false).slice(1));

/** A P-256 key, as phones and smart cards hold them. */
async function p256Signer(market: TestMarket): Promise<Signer> {
  const { address } = await deploy(market.rpcUrl, 'mocks/P256Verifier');
  const secret = p256.utils.randomSecretKey();
  return bySigner(market, concatHex([address, publicKeyOf(secret)]), (digest) =>
    bytesToHex(signP256(secret, hexToBytes(digest))),
  );
}

/** A passkey account, which signs by its passkey. */
async function passkeySigner(market: TestMarket): Promise<Signer> {
  const { address } = await deploy(market.rpcUrl, 'PasskeyVerifier');
  const secret = p256.utils.randomSecretKey();
  const signer = passkeySignerOf(address, publicKeyOf(secret), newKey().address);
  return bySigner(market, signer, (digest) => assertion(secret, digest));
}

/** A passkey account whose web page is gone: it signs by its recovery key. */
async function recoverySigner(market: TestMarket): Promise<Signer> {
  const { address } = await deploy(market.rpcUrl, 'PasskeyVerifier');
  const recovery = newKey();
  const publicKey = publicKeyOf(p256.utils.randomSecretKey());
  const signer = passkeySignerOf(address, publicKey, recovery.address);
  return bySigner(market, signer, (hash) => recovery.sign({ hash }));
}

const AUTHENTICATION = [
  { type: 'bytes32' },
  { type: 'bytes32' },
  { type: 'uint256' },
  { type: 'uint256' },
  { type: 'bytes' },
  { type: 'string' },
] as const;

/** User present and verified (WebAuthn level 2, section 6.1). */
const PRESENT_AND_VERIFIED = 0x05;

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The client data of a browser with a digest as its challenge. */
const clientDataOf = (digest: Hex) =>
  JSON.stringify({
    type: 'webauthn.get',
    challenge: Buffer.from(hexToBytes(digest)).toString('base64url'),
    origin: 'https://charge.example',
    crossOrigin: false,
  });

/** The result of `navigator.credentials.get` with the digest as challenge, in the verifier's encoding. */
export function assertion(
  secret: Uint8Array,
  digest: Hex,
  { flags = PRESENT_AND_VERIFIED, clientData = clientDataOf(digest) } = {},
): Hex {
  const signCount = Buffer.alloc(4);
  const authenticatorData = Buffer.concat([sha256('charge.example'), Buffer.from([flags]), signCount]);
  const signature = signP256(secret, sha256(authenticatorData, sha256(clientData)));
  return encodeAbiParameters(AUTHENTICATION, [
    bytesToHex(signature.slice(0, 32)),
    bytesToHex(signature.slice(32, 64)),
    BigInt(Math.max(0, clientData.indexOf('"challenge"'))),
    BigInt(Math.max(0, clientData.indexOf('"type"'))),
    bytesToHex(authenticatorData),
    clientData,
  ]);
}

/** Every kind of account that can be a host or a driver. */
export const KINDS: [name: string, make: (market: TestMarket) => Promise<Signer>][] = [
  ['a plain key', keySigner],
  ['an ERC-1271 wallet', walletSigner],
  ['an EIP-7702 account by its own key', delegatedKeySigner],
  ['an EIP-7702 account by the wallet that it points to', delegateSigner],
  ['an EIP-7702 account by its own key, pointing to code that burns all gas', bombedKeySigner],
  ['an ERC-7913 signer of a P-256 key', p256Signer],
  ['a passkey account', passkeySigner],
  ['a passkey account by its recovery key', recoverySigner],
];
