/** One cent of the token, in token units. */
export const centOf = (decimals: number): bigint => 10n ** BigInt(Math.max(0, decimals - 2));
