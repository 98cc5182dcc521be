import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';

/** Each error that a call can throw, and the file whose tests assert its name and arguments. */
const TESTED: Record<string, string> = {
  Account_BalanceOverflow: 'accounts',
  Account_InsufficientBalance: 'accounts',
  Account_InvalidSignature: 'intents',
  Account_SignatureExpired: 'intents',
  Account_ZeroAddress: 'accounts',
  Account_ZeroAmount: 'accounts',
  Booking_CapTooLow: 'bookings',
  Booking_DurationOutOfRange: 'bookings',
  Booking_IntentTooLong: 'intents',
  Booking_KeysNotDistinct: 'bookings',
  Booking_OutsideHours: 'calendar',
  Booking_PurseBusy: 'bookings',
  Booking_SlotTaken: 'calendar',
  Booking_StartHashMissing: 'bookings',
  Booking_StateMismatch: 'settlements',
  Booking_TooEarly: 'settlements',
  Booking_TooFar: 'bookings',
  Booking_TooLate: 'settlements',
  Booking_TooSoon: 'bookings',
  Booking_TrustTooLow: 'bookings',
  Booking_WrongGeneration: 'intents',
  Booking_WrongState: 'claims',
  Booking_WrongRelayer: 'intents',
  Listing_AgentConsentInvalid: 'listings',
  Listing_AlreadyPublished: 'listings',
  Listing_IdentityChanged: 'listings',
  Listing_InvalidKeys: 'listings',
  Listing_InvalidStatus: 'listings',
  Listing_MeterKeyInvalid: 'terms',
  Listing_NotOpen: 'bookings',
  Listing_Revoked: 'listings',
  Listing_TermOutOfRange: 'terms',
  Listing_TermsMismatch: 'listings',
  Market_ConstantOutOfRange: 'accounts',
  Market_TooManyDecimals: 'accounts',
  Reading_AgentSignatureInvalid: 'readings',
  Reading_Malformed: 'readings',
  Reading_NotFinal: 'settlements',
  Reading_NotNewer: 'claims',
  Reading_SessionSignatureInvalid: 'readings',
  Reading_TimeReversed: 'settlements',
  Market_ExtensionMismatch: 'accounts',
  Account_NotDriver: 'funding',
  Account_RelayFeeTooHigh: 'funding',
  Account_WrongRelayer: 'funding',
  InvalidAccountNonce: 'funding',
  Batch_GasTooLow: 'batches',
  Booking_Paused: 'batches',
  Guardian_CoolingDown: 'batches',
  Guardian_NotAllowed: 'batches',
  Guardian_PauseOutOfRange: 'batches',
  Challenge_NothingUnsigned: 'disputes',
  Allowance_SignatureInvalid: 'settleAlone',
  Batch_ItemGasTooLow: 'batches',
  Claim_AgentKeyRevoked: 'claimAlone',
  Claim_AlreadyRaised: 'claimAlone',
  Claim_BelowCosigned: 'claimAlone',
  Claim_Final: 'claims',
  Claim_SecretMismatch: 'settleAlone',
  GiveBack_SignatureInvalid: 'giveBack',
  Offer_ForAnotherDriver: 'offers',
  Offer_OverstayDiffers: 'offers',
  Offer_PriceOutOfRange: 'offers',
  Offer_SignatureInvalid: 'offers',
  Offer_TooLong: 'offers',
  Reading_OutsideWindow: 'settleAlone',
  Reading_PowerExceeded: 'settleAlone',
  Settlement_NotAllowed: 'settleAlone',
  Json_Malformed: 'proofs',
  Market_ExtensionCalledDirectly: 'funding',
  Ocmf_Refused: 'proofs',
  Proof_NotBetter: 'proofs',
  Proof_WrongMeterKey: 'proofs',
};

/** Errors of OpenZeppelin's parts. The guard's is asserted in accounts; the others cannot be reached by a call. */
const LIBRARY = [
  'InvalidShortString',
  'ReentrancyGuardReentrantCall',
  'SafeERC20FailedOperation',
  'StringTooLong',
];

const errors = plugpactMarketAbi.filter((item) => item.type === 'error').map(({ name }) => name as string);

describe('every error of the market', () => {
  it('is tested, and the lists have no error that does not exist', () => {
    expect([...Object.keys(TESTED), ...LIBRARY].sort()).toEqual([...errors].sort());
  });

  it.each(Object.entries(TESTED))('%s is asserted in %s', (name, file) => {
    const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8');
    expect(text).toMatch(new RegExp(`'${name}'`));
  });
});
