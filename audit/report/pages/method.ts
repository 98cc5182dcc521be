/** What the audit does, for who reads its report alone. */
export const METHOD: readonly string[] = [
  'All events of the market up to the block above were read from the nodes, and all transfers of the token from and to it. Logs were held against the headers of their blocks, and a part of them, or all where that was asked for, against receipts. Several nodes were held against each other.',
  'From the events alone every state, cost, refund, bond, purse, host’s earnings, calendar and listing was computed by the audit’s own code, which shares none with the product. Each event was held against the rules: what may happen when, the signatures in it, the terms in force, prices and rounding, the charger’s power, the windows for claims, challenges and proofs.',
  'Who was allowed to act was read from the calldata of every transaction: the signatures of drivers, hosts and agents, limits and nonces, start secrets, and the meter records of proofs, by the audit’s own reader.',
  'Each transfer was matched with the one event that explains it, and each event with its transfer; what the market owed was held against its tokens. The sums were compared with the market’s storage at the same block, and its code with the build of the release.',
  'Evidence bundles and the answers of a server were compared with the ledger where they were given.',
];

/** What the method rests on. */
export const METHOD_LIMITS: readonly string[] = [
  'What cars really took is known by the meter’s records and by both parties’ signatures, not by the ledger. Money that code other than the release’s credits in storage without an event shows only when it is spent. What could not be verified with what the audit was given is listed above.',
];
