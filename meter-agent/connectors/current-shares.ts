import { LEAST_CURRENT_A } from '../session/limit.ts';

/** One session's share of the site's current. All in whole A per phase. */
export interface ShareClaim {
  /** The most that its connector can deliver. */
  fullA: number;
  /** The smallest useful share: 6 A; without support for limits everything; if it ignores them, what it draws. */
  leastA: number;
  /** What its charge point may be drawing now, whatever it was granted since. */
  heldA: number;
  /** Its last share. */
  shareA: number;
}

export const leastA = (fullA: number, takesLimits: boolean): number =>
  takesLimits ? Math.min(LEAST_CURRENT_A, fullA) : fullA;

/**
 * The fair share of each claim, oldest first: even to the ampere; the youngest get nothing when there is too little.
 */
function fairShares(limitA: number, claims: readonly ShareClaim[]): number[] {
  let leftA = limitA;
  const shares = claims.map((claim) => {
    const isServed = claim.leastA <= leftA;
    if (isServed) leftA -= claim.leastA;
    return isServed ? claim.leastA : 0;
  });
  const mayGrow = (i: number) => (shares[i] ?? 0) > 0 && (shares[i] ?? 0) < (claims[i]?.fullA ?? 0);
  while (leftA > 0) {
    const smallest = Math.min(...shares.filter((_, i) => mayGrow(i)));
    const next = shares.findIndex((share, i) => mayGrow(i) && share === smallest);
    if (next < 0) break;
    shares[next] = smallest + 1;
    leftA -= 1;
  }
  return shares;
}

/**
 * The share that each claim, oldest first, gets now. Current taken from one is given to another only after the first
 * charge point reduced its draw: together they never exceed the limit.
 */
export function assignedShares(limitA: number, claims: readonly ShareClaim[]): number[] {
  const fair = fairShares(limitA, claims);
  const granted = claims.map(({ shareA }, i) => Math.min(shareA, fair[i] ?? 0));
  claims.forEach((claim, i) => {
    const othersA = claims.reduce(
      (sum, other, j) => (j === i ? sum : sum + Math.max(other.heldA, granted[j] ?? 0)),
      0,
    );
    // What its charge point draws anyway is not taken from the others.
    const freeA = Math.min(fair[i] ?? 0, Math.max(limitA - othersA, claim.heldA));
    granted[i] = Math.max(granted[i] ?? 0, freeA);
    if ((granted[i] ?? 0) < claim.leastA) granted[i] = 0;
  });
  return granted;
}
