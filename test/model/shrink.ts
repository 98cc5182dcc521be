/**
 * A short list that still fails, found by leaving out smaller and smaller parts, the last ones first. Steps include
 * their time and signers, so leaving one out does not change the others.
 */
export async function shortestFailing<T>(
  list: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let shortest = list;
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = shortest.length; end > 0; end -= size) {
      const shorter = shortest.filter((_, index) => index < end - size || index >= end);
      if (await fails(shorter)) shortest = shorter;
    }
  }
  return shortest;
}
