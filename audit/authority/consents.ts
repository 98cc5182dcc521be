import {
  type Address,
  concatHex,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  keccak256,
  pad,
  parseAbi,
  size,
  sliceHex,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
} from 'viem';
import { signerOfBytes } from '../lib/signatures.ts';
import { ALLOWED, type Judgement, refusedBy, undecided } from './judgement.ts';
import type { LedgerAnswers } from './ledger-answers.ts';
import { isPasskeyVerifier } from './passkey-code.ts';
import { isSignedByPasskey } from './passkey-signature.ts';

/** An account's consent: it calls itself, or it signed. */
export interface Consent {
  account: Address;
  /** Who called the market. */
  sender: Address;
  digest: Hex;
  /** Empty where the account calls itself. */
  signature: Hex;
  blockNumber: number;
}

const WALLET = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)']);
const VERIFIER = parseAbi([
  'function verify(bytes key, bytes32 hash, bytes signature) view returns (bytes4)',
]);

/** Both say yes by their own selector, padded to a word (ERC-1271, ERC-7913). */
const yesOf = (signature: string): Hex => pad(toFunctionSelector(signature), { dir: 'right' });
const VALID_1271 = yesOf('isValidSignature(bytes32,bytes)');
const VALID_7913 = yesOf('verify(bytes,bytes32,bytes)');

/** Prefix of the hash that gives an ERC-7913 signer its account. */
const SIGNER_ACCOUNT = keccak256(stringToHex('Plugpact account of an ERC-7913 signer'));

const VERIFIER_BYTES = 20;

/**
 * Whether an account consented, as contracts/libraries/Signatures.sol decides it: by its key first, then by its code
 * (ERC-1271), then as the hash of a signer (ERC-7913). Code is asked as it was in that block.
 */
export async function consentOf(answers: LedgerAnswers, code: string, consent: Consent): Promise<Judgement> {
  const { account, sender, digest, signature } = consent;
  if (isAddressEqual(account, zeroAddress)) return denied(code, account, 'the zero account');
  if (signature === '0x' && isAddressEqual(sender, account)) return ALLOWED;
  const signer = signerOfBytes(digest, signature);
  if (signer !== undefined && isAddressEqual(signer, account)) return ALLOWED;
  const found = signature === '0x' ? `a call by ${sender}` : `a signature by ${signer ?? 'nobody'}`;
  const parts = signerOf(account, signature);
  const isValid =
    parts === undefined
      ? await isSignedByCode(answers, consent)
      : await isSignedBySigner(answers, parts, consent);
  if (isValid === undefined) return undecided('archive needed', `${found}, where ${account} must agree`);
  return isValid ? ALLOWED : denied(code, account, found);
}

const denied = (code: string, account: Address, found: string): Judgement =>
  refusedBy(code, 'Only the account itself, or its signature, allows this.', account, found);

interface SignerParts {
  verifier: Address;
  key: Hex;
  signature: Hex;
}

/** The signer's length in two bytes, the signer, its own signature; undefined where this is no such account. */
function signerOf(account: Address, signature: Hex): SignerParts | undefined {
  const bytes = size(signature);
  if (bytes < 2) return undefined;
  const end = 2 + Number(sliceHex(signature, 0, 2));
  if (end <= 2 + VERIFIER_BYTES || bytes < end) return undefined;
  const signer = sliceHex(signature, 2, end);
  const hash = keccak256(concatHex([SIGNER_ACCOUNT, signer]));
  if (!isAddressEqual(`0x${hash.slice(-40)}`, account)) return undefined;
  const own: Hex = bytes === end ? '0x' : sliceHex(signature, end);
  return {
    verifier: sliceHex(signer, 0, VERIFIER_BYTES),
    key: sliceHex(signer, VERIFIER_BYTES),
    signature: own,
  };
}

async function isSignedBySigner(
  answers: LedgerAnswers,
  { verifier, key, signature }: SignerParts,
  { digest, blockNumber }: Consent,
): Promise<boolean | undefined> {
  const code = await answers.codeAt(verifier, blockNumber);
  if (code === undefined) return undefined;
  if (isPasskeyVerifier(code)) return isSignedByPasskey(key, digest, signature);
  const data = encodeFunctionData({ abi: VERIFIER, functionName: 'verify', args: [key, digest, signature] });
  return saysYes(answers, verifier, data, VALID_7913, blockNumber);
}

/** Asked after the block and before it: in one block a wallet may be made, or change whom it obeys. */
async function isSignedByCode(
  answers: LedgerAnswers,
  { account, digest, signature, blockNumber }: Consent,
): Promise<boolean | undefined> {
  const data = encodeFunctionData({
    abi: WALLET,
    functionName: 'isValidSignature',
    args: [digest, signature],
  });
  const after = await saysYes(answers, account, data, VALID_1271, blockNumber);
  return after === false ? saysYes(answers, account, data, VALID_1271, blockNumber - 1) : after;
}

async function saysYes(
  answers: LedgerAnswers,
  to: Address,
  data: Hex,
  yes: Hex,
  blockNumber: number,
): Promise<boolean | undefined> {
  const answer = await answers.callAt(to, data, blockNumber);
  return answer === undefined ? undefined : answer.startsWith(yes);
}
