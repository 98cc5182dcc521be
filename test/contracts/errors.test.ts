import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';

/** Each error that a call of today can throw, and the file whose tests assert its name and arguments. */
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
  Booking_WrongPhase: 'claims',
  Booking_WrongRelayer: 'intents',
  Listing_AgentConsentInvalid: 'listings',
  Listing_AlreadyLive: 'listings',
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
};

/** The words of calls that join the market later: nothing throws them yet. */
const LATER = [
  'Booking_Paused',
  'Challenge_NothingUnsigned',
  'Claim_AgentKeyRevoked',
  'Claim_AlreadyRaised',
  'Claim_DriverArrived',
  'Claim_SecretMismatch',
  'Guardian_NotAllowed',
  'Guardian_PauseOutOfRange',
  'Proof_Refused',
  'Reading_OutsideWindow',
  'Reading_PowerExceeded',
];

/** Errors of OpenZeppelin's parts. The guard's is asserted in accounts; the others cannot be reached by a call. */
const LIBRARY = [
  'InvalidShortString',
  'ReentrancyGuardReentrantCall',
  'SafeERC20FailedOperation',
  'StringTooLong',
];

const errors = plugpactMarketAbi.filter((item) => item.type === 'error').map(({ name }) => name as string);

const sources = (pattern: string): string => {
  const folder = new URL('../../contracts/stages/', import.meta.url);
  return readFileSync(new URL(pattern, folder), 'utf8');
};

describe('every error of the market', () => {
  it('is tested or belongs to a later call, and no list names one that is gone', () => {
    expect([...Object.keys(TESTED), ...LATER, ...LIBRARY].sort()).toEqual([...errors].sort());
  });

  it.each(Object.entries(TESTED))('%s is asserted in %s', (name, file) => {
    const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8');
    expect(text).toMatch(new RegExp(`'${name}'`));
  });

  it('that belongs to a later call is thrown by none of today', () => {
    const stages = ['Accounts', 'Listings', 'Bookings', 'OpenBookings', 'Settlements', 'MarketState'];
    const text = stages.map((stage) => sources(`${stage}.sol`)).join('\n');
    for (const name of LATER) expect(text).not.toContain(name);
  });
});
