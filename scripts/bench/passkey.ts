import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import {
  type Address,
  bytesToHex,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  hexToBytes,
  keccak256,
  sliceHex,
  toHex,
  zeroAddress,
} from 'viem';
import { intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { passkeySignatureOf, passkeySignerOf } from '../../protocol/passkey.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import { type TestMarket, TOKEN } from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { createContract, gasOf, transact } from './evm.ts';
import {
  addParticipant,
  DEPLOYER,
  draftBooking,
  keyOf,
  nowOf,
  type Participant,
  RELAYER,
  send,
  settleArgs,
  toNext,
} from './participants.ts';

const SECRET = hexToBytes(keccak256(toHex('bench passkey')));

const PUBLIC_KEY = bytesToHex(p256.getPublicKey(SECRET, false).slice(1));

/** User present and verified (WebAuthn level 2, section 6.1). */
const PRESENT_AND_VERIFIED = 0x05;

/** Of ERC-7913. */
const VERIFY = {
  type: 'function',
  name: 'verify',
  stateMutability: 'view',
  inputs: [{ type: 'bytes' }, { type: 'bytes32' }, { type: 'bytes' }],
  outputs: [{ type: 'bytes4' }],
} as const;

/** A driver whose account is a passkey. */
interface PasskeyDriver {
  member: Participant;
  signer: Hex;
}

/**
 * Gas of `bookByWallet` by a passkey account that has booked at this charger before, and of OpenZeppelin's bare check of
 * the same assertion in a transaction of its own.
 */
export async function measurePasskey(market: TestMarket) {
  const driver = await passkeyDriver(market);
  const { member } = driver;
  await toNext(market, 3_600);
  const before = await bookByPasskey(driver);
  await send(market, 'settle', await settleArgs(member, before.made, await nowOf(market)));
  await toNext(market, 3_600);
  const { gas, digest, assertion } = await bookByPasskey(driver);
  return { bookByPasskey: gas, webAuthnCheck: await measureCheck(market, digest, assertion) };
}

async function passkeyDriver(market: TestMarket): Promise<PasskeyDriver> {
  const signer = passkeySignerOf(market.passkeyVerifier, PUBLIC_KEY, keyOf('recovery').address);
  const { member } = await addParticipant(market, 'passkey');
  const address = signerAccountOf(signer);
  await send(market, 'deposit', [address, 0, 20n * TOKEN], DEPLOYER);
  return { member: { ...member, driver: { ...member.driver, address } }, signer };
}

async function bookByPasskey({ member, signer }: PasskeyDriver) {
  const { market, listing } = member;
  const made = await draftBooking(member);
  const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
  const digest = hashTypedData(typedData(market.ref, 'Intent', intentMessage(made.booking, limits)) as never);
  const assertion = assertionOf(digest);
  const receipt = await send(market, 'bookByWallet', [
    toBookingStruct(made.booking),
    listing.weeklyHours,
    placeHash(listing.place),
    packLimits(limits),
    signatureBySigner(signer, assertion),
  ]);
  return { made, gas: gasOf(receipt), digest, assertion };
}

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What a browser answers to this challenge, as the verifiers take it. */
function assertionOf(digest: Hex): Hex {
  const clientDataJSON = JSON.stringify({
    type: 'webauthn.get',
    challenge: Buffer.from(hexToBytes(digest)).toString('base64url'),
    origin: 'https://charge.example',
    crossOrigin: false,
  });
  const flags = Buffer.from([PRESENT_AND_VERIFIED, 0, 0, 0, 0]);
  const authenticatorData = Buffer.concat([sha256('charge.example'), flags]);
  const signed = sha256(authenticatorData, sha256(clientDataJSON));
  const signature = p256.sign(signed, SECRET, { prehash: false, lowS: true, format: 'der' });
  return passkeySignatureOf({
    authenticatorData: bytesToHex(authenticatorData),
    clientDataJSON,
    signature: bytesToHex(signature),
  });
}

async function measureCheck({ rpcUrl }: TestMarket, digest: Hex, assertion: Hex): Promise<number> {
  const verifier: Address = await createContract(rpcUrl, DEPLOYER, 'mocks/WebAuthnVerifier');
  const data = encodeFunctionData({ abi: [VERIFY], args: [PUBLIC_KEY, digest, assertion] });
  const call = { from: RELAYER, to: verifier, data };
  const answer = await rpc<Hex>(rpcUrl, 'eth_call', [call, 'latest']);
  // Of ERC-7913: an accepted signature is answered by the selector.
  if (sliceHex(answer, 0, 4) !== sliceHex(data, 0, 4)) throw new Error('The check refused the passkey.');
  return gasOf(await transact(rpcUrl, call));
}
