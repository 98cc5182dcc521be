/** Said of every audit of this ledger beyond its first part: somebody sent tokens. */
export const UNCREDITED = 'market.uncredited';

/** Of a ledger whose transactions are not shown. */
export const NOT_SHOWN = [
  UNCREDITED,
  ...['ListingPublished', 'Deposited', 'Booked', 'Withdrawn', 'Canceled', 'ListingStatusChanged'].map(
    (name) => `authority.${name}`,
  ),
];
