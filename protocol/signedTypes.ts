import { type Address, type Hex, keccak256, stringToHex, type TypedDataDomain } from 'viem';

/** The chain and market for which signatures are valid. */
export interface MarketRef {
  chainId: number;
  market: Address;
}

export function marketDomain({ chainId, market }: MarketRef) {
  return {
    name: 'Plugpact',
    version: '1',
    chainId,
    verifyingContract: market,
  } as const satisfies TypedDataDomain;
}

/**
 * Every EIP-712 type that is signed (domain `Plugpact`, version `1`). Must equal contracts/types/SignedTypes.sol;
 * `Start`, `Stop`, `Watch`, `HandoverRequest`, `HandoverApproval`, `AgentHello`, `Heartbeat`, `Subscription` and those of
 * people (the last four) never reach the ledger.
 */
export const SIGNED_TYPES = {
  Terms: fields(
    'address host,address agentKey,uint256 tariff,uint256 bookingTerms,uint256 metering,bytes32 meterKeyHash',
  ),
  PublishListing: fields(
    'bytes32 listingId,bytes32 termsHash,uint256 weeklyHours,bytes32 placeHash,uint32 version',
  ),
  SetListingStatus: fields('bytes32 listingId,uint8 status,uint32 version'),
  AgentConsent: fields('bytes32 listingId,address host,uint64 validUntil'),
  Intent: fields(
    'address driver,bytes32 listingId,bytes32 termsHash,uint32 firstSlot,uint16 slotCount,uint64 cap,' +
      'uint32 purse,uint64 generation,address sessionKey,bytes32 startHash,uint64 unsignedCost,' +
      'uint64 allowedCost,address relayer,uint64 relayFee,uint64 validUntil',
  ),
  Reading: fields(
    'bytes32 bookingId,uint32 seq,uint48 energyWh,uint40 beganAt,uint40 endedAt,uint32 overstaySec,' +
      'bool isFinal,bytes32 evidenceHash,bytes32 registersCommitment',
  ),
  Allowance: fields('bytes32 bookingId,uint64 cost'),
  GiveBack: fields('bytes32 bookingId,uint32 fromSlot'),
  Offer: fields(
    'bytes32 listingId,uint32 version,uint256 tariff,uint32 firstSlot,uint16 slotCount,address driver,uint64 validUntil',
  ),
  CancelByDriver: fields('bytes32 bookingId,bool paysLateFee'),
  CancelByHost: fields('bytes32 bookingId,bytes32 overstayedBy'),
  Arrived: fields('bytes32 bookingId'),
  NoShow: fields('bytes32 bookingId'),
  Challenge: fields('bytes32 bookingId'),
  Withdraw: fields(
    'address account,uint32 purse,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,' +
      'uint64 validUntil',
  ),
  WithdrawEarnings: fields(
    'address host,bytes32 listingId,uint256 amount,address to,address relayer,uint256 relayFee,uint256 nonce,' +
      'uint64 validUntil',
  ),
  Start: fields('bytes32 bookingId,bytes32 secret'),
  Stop: fields('bytes32 bookingId'),
  Watch: fields('bytes32 bookingId,uint64 validUntil'),
  HandoverRequest: fields('bytes32 bookingId'),
  HandoverApproval: fields('bytes32 bookingId'),
  AgentHello: fields('address agentKey,bytes32 nonce,string audience'),
  Heartbeat: fields('address agentKey,uint64 sentAt,bytes32 connectorsHash'),
  Subscription: fields('address account,bytes32 bookingId,bytes32 endpointHash,uint64 validUntil'),
  Rating: fields('bytes32 bookingId,uint8 stars,string comment,uint64 ratedAt'),
  MessageKey: fields('address account,bytes32 publicKeyHash'),
  EvidenceUpload: fields('bytes32 bookingId,bytes32 evidenceHash,uint64 validUntil'),
  VaultWrite: fields('bytes32 bookingId,uint64 version,bytes32 contentHash'),
} as const;

export type SignedTypeName = keyof typeof SIGNED_TYPES;

interface TypedField {
  name: string;
  type: string;
}

function fields(text: string): TypedField[] {
  return text.split(',').map((pair) => {
    const [type = '', name = ''] = pair.split(' ');
    return { name, type };
  });
}

/** The EIP-712 type string, for instance `Start(bytes32 bookingId,bytes32 secret)`. */
export function typeString(name: SignedTypeName): string {
  return `${name}(${SIGNED_TYPES[name].map((f) => `${f.type} ${f.name}`).join(',')})`;
}

export const TYPE_HASHES = Object.fromEntries(
  (Object.keys(SIGNED_TYPES) as SignedTypeName[]).map((name) => [
    name,
    keccak256(stringToHex(typeString(name))),
  ]),
) as Record<SignedTypeName, Hex>;

/** Typed data of one message, ready for viem's `signTypedData`, `hashTypedData`, `recoverTypedDataAddress`. */
export function typedData(ref: MarketRef, primaryType: SignedTypeName, message: Record<string, unknown>) {
  return {
    domain: marketDomain(ref),
    types: { [primaryType]: SIGNED_TYPES[primaryType] },
    primaryType,
    message,
  };
}
