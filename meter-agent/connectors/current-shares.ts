import { LEAST_CURRENT_A } from '../session/limit.ts';

/** One session's part in the site's current. All in whole A per phase. */
export interface ShareClaim {
  /** What its connector gives at most. */
  fullA: number;
  /** The least that is any use: 6 A, everything where the box takes no limits, what it draws where it heeds none. */
  leastA: number;
  /** What its box may be drawing now, whatever it was granted since. */
  heldA: number;
  /** What it was granted last. */
  shareA: number;
}

export const leastA = (fullA: number, takesLimits: boolean): number =>
  takesLimits ? Math.min(LEAST_CURRENT_A, fullA) : fullA;

/** What each of the claims, oldest first, should have: even to the ampere, the youngest go without when there is too little. */
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
 * What each of the claims, oldest first, gets now. What one loses, another gets only once the first one's box has let
 * go of it: together they never hold more than the limit.
 */
export function assignedShares(limitA: number, claims: readonly ShareClaim[]): number[] {
  const fair = fairShares(limitA, claims);
  const granted = claims.map(({ shareA }, i) => Math.min(shareA, fair[i] ?? 0));
  claims.forEach((claim, i) => {
    const othersA = claims.reduce(
      (sum, other, j) => (j === i ? sum : sum + Math.max(other.heldA, granted[j] ?? 0)),
      0,
    );
    // What its box holds anyway takes nothing from the others.
    const freeA = Math.min(fair[i] ?? 0, Math.max(limitA - othersA, claim.heldA));
    granted[i] = Math.max(granted[i] ?? 0, freeA);
    if ((granted[i] ?? 0) < claim.leastA) granted[i] = 0;
  });
  return granted;
}
