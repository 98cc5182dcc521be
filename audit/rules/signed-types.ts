import { type Address, type Hex, keccak256, stringToHex } from 'viem';
import { wordsHex } from '../lib/hex.ts';

/** The chain and the market for which a signature is valid. */
export interface MarketRef {
  chainId: number;
  market: Address;
}

/** EIP-712's type strings, as contracts/types/SignedTypes.sol hashes them. */
const TYPES = {
  Terms:
    'Terms(address host,address agentKey,uint256 tariff,uint256 bookingTerms,uint256 metering,bytes32 meterKeyHash)',
  PublishListing:
    'PublishListing(bytes32 listingId,bytes32 termsHash,uint256 weeklyHours,bytes32 placeHash,uint32 version)',
  SetListingStatus: 'SetListingStatus(bytes32 listingId,uint8 status,uint32 version)',
  AgentConsent: 'AgentConsent(bytes32 listingId,address host,uint64 validUntil)',
  Intent:
    'Intent(address driver,bytes32 listingId,bytes32 termsHash,uint32 firstSlot,uint16 slotCount,uint64 cap,uint32 purse,uint64 generation,address sessionKey,bytes32 startHash,uint64 unsignedCost,uint64 allowedCost,address relayer,uint64 relayFee,uint64 validUntil)',
  Reading:
    'Reading(bytes32 bookingId,uint32 seq,uint48 energyWh,uint40 beganAt,uint40 endedAt,uint32 overstaySec,bool isFinal,bytes32 evidenceHash,bytes32 registersCommitment)',
  Allowance: 'Allowance(bytes32 bookingId,uint64 cost)',
  GiveBack: 'GiveBack(bytes32 bookingId,uint32 fromSlot)',
  Offer:
    'Offer(bytes32 listingId,uint32 version,uint256 tariff,uint32 firstSlot,uint16 slotCount,address driver,uint64 validUntil)',
  CancelByDriver: 'CancelByDriver(bytes32 bookingId,bool paysLateFee)',
  CancelByHost: 'CancelByHost(bytes32 bookingId,bytes32 overstayedBy)',
  Arrived: 'Arrived(bytes32 bookingId)',
  NoShow: 'NoShow(bytes32 bookingId)',
  Challenge: 'Challenge(bytes32 bookingId)',
  Withdraw:
    'Withdraw(address account,uint32 purse,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,uint64 validUntil)',
  WithdrawEarnings:
    'WithdrawEarnings(address host,bytes32 listingId,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,uint64 validUntil)',
  // These two never reach the ledger: evidence holds them.
  Start: 'Start(bytes32 bookingId,bytes32 secret)',
  Stop: 'Stop(bytes32 bookingId)',
} as const;

export type SignedType = keyof typeof TYPES;

/** A field's value: an address, 32 bytes, a whole number or a truth value. */
export type FieldValue = Hex | bigint | number | boolean;

interface Field {
  name: string;
  /** The most bits that the field's type holds. */
  bits: number;
}

interface Struct {
  hash: bigint;
  fields: readonly Field[];
}

const BITS: Readonly<Record<string, number>> = { address: 160, bytes32: 256, bool: 1 };

const hashOf = (text: string): bigint => BigInt(keccak256(stringToHex(text)));

function structOf(text: string): Struct {
  const list = text.slice(text.indexOf('(') + 1, -1).split(',');
  const fields = list.map((field) => {
    const [type = '', name = ''] = field.split(' ');
    return { name, bits: BITS[type] ?? Number(type.replace('uint', '')) };
  });
  return { hash: hashOf(text), fields };
}

const STRUCTS = Object.fromEntries(
  Object.entries(TYPES).map(([name, text]) => [name, structOf(text)]),
) as Record<SignedType, Struct>;

/**
 * EIP-712's hash of a message; all its fields are static, so each is one word.
 *
 * @throws RangeError when a field is missing or its value does not fit: it would be hashed as another one.
 */
export function structHash(type: SignedType, message: Readonly<Record<string, FieldValue>>): Hex {
  const { hash, fields } = STRUCTS[type];
  const words = fields.map(({ name, bits }) => {
    const value = message[name];
    if (value === undefined) throw new RangeError(`${type} has the field ${name}.`);
    const word = BigInt(value);
    if (word < 0n || word >> BigInt(bits) !== 0n) throw new RangeError(`${name} has ${bits} bits at most.`);
    return word;
  });
  return keccak256(wordsHex([hash, ...words]));
}

const DOMAIN_TYPE = hashOf(
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)',
);
const NAME = hashOf('Plugpact');
const VERSION = hashOf('1');

const separators = new WeakMap<MarketRef, Hex>();

/** EIP-712's separator: what is signed for one market says nothing to another one. Each market's is hashed once. */
export function domainSeparator(of: MarketRef): Hex {
  const known = separators.get(of);
  if (known !== undefined) return known;
  const { chainId, market } = of;
  const separator = keccak256(wordsHex([DOMAIN_TYPE, NAME, VERSION, BigInt(chainId), BigInt(market)]));
  separators.set(of, separator);
  return separator;
}

/** The 32 bytes that a key signs. */
export const digestOf = (
  market: MarketRef,
  type: SignedType,
  message: Readonly<Record<string, FieldValue>>,
): Hex => signedDigest(domainSeparator(market), structHash(type, message));

/** EIP-712’s digest of a message’s hash. */
export const signedDigest = (separator: Hex, struct: Hex): Hex =>
  keccak256(`0x1901${separator.slice(2)}${struct.slice(2)}`);
