/** What the audit does, for who reads its report alone. */
export const METHOD: readonly string[] = [
  'All events of the market up to the block above were read from a node, and all transfers of the token from and to it. From these alone every state, cost, refund, bond, purse, host’s earnings, calendar and listing was computed by the audit’s own code, which shares none with the product.',
  'Each event was held against the rules: who may do what and when, the signatures in it, the terms in force, prices and rounding, the charger’s power, the windows for claims, challenges and proofs.',
  'The sums were compared with the market’s storage at the same block, and the money that it owes with the tokens that it holds.',
];

/** What the method rests on. */
export const METHOD_LIMITS: readonly string[] = [
  'What cars really took is known by the meter’s records and by both parties’ signatures, not by the ledger. What could not be verified with what the audit was given is listed above.',
];
