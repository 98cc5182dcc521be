import type { Address, Hex } from 'viem';
import { type BookingStruct, unpackBooking } from '../../protocol/booking.ts';
import type { AllowanceName } from '../relay-config.ts';

/** Calls by what the operator may give away. */
const GROUPS: Record<Exclude<AllowanceName, 'raises'>, readonly string[]> = {
  bookings: ['book', 'bookAll', 'bookByWallet', 'bookOffer', 'fundAndBook'],
  money: ['depositWithAuthorization', 'withdrawBySignature', 'withdrawEarningsBySignature', 'sweep'],
  listings: ['publishListing', 'updateListing', 'setListingStatus'],
  sessions: [],
};

/** Settlements, claims, cancellations: whatever is not in another group. */
export function groupOf(functionName: string): AllowanceName {
  const found = Object.entries(GROUPS).find(([, names]) => names.includes(functionName));
  return (found?.[0] ?? 'sessions') as AllowanceName;
}

/** Whether a call of this name can bring the relayer a fee. */
export const canPay = (functionName: string): boolean =>
  groupOf(functionName) === 'bookings' || /^withdraw.*BySignature$/.test(functionName);

/** For whom a call is made, and the fee that it brings in token units. */
export interface Party {
  account: Address;
  /** Purse of a booking. */
  purse: number;
  fee: bigint;
}

interface Withdrawal {
  account?: Address;
  host?: Address;
  relayFee: bigint;
}

/** The accounts that a call is made for: one, or in a batch one for each item. */
export function partiesOf(functionName: string, args: readonly unknown[]): Party[] {
  const [first] = args;
  if (functionName === 'sweep' || functionName === 'depositWithAuthorization') {
    return [{ account: first as Address, purse: Number(args[1]), fee: 0n }];
  }
  if (canPay(functionName) && functionName.startsWith('withdraw')) return [ofWithdrawal(first as Withdrawal)];
  if (groupOf(functionName) === 'listings') {
    const { terms } = first as { terms: { host: Address } };
    return [{ account: terms.host, purse: 0, fee: 0n }];
  }
  const isBooking = groupOf(functionName) === 'bookings';
  const bookings = Array.isArray(first) ? first.map(bookingIn) : [bookingIn(first)];
  return bookings.map((booking) => {
    const { driver, purse, money } = unpackBooking(booking);
    return { account: driver, purse, fee: isBooking ? money.relayFee : 0n };
  });
}

const ofWithdrawal = ({ account, host, relayFee }: Withdrawal): Party => ({
  account: (account ?? host) as Address,
  purse: 0,
  fee: relayFee,
});

/** The booking in the first argument of a call, or in an item of a batch. */
function bookingIn(value: unknown): BookingStruct {
  const { booking, settlement } = value as { booking?: BookingStruct; settlement?: unknown };
  if (settlement !== undefined) return bookingIn(settlement);
  return booking ?? (value as BookingStruct & { startHash: Hex });
}
