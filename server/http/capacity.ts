/** Counts what is open at once, in all and by key. */
export interface Capacity {
  /** Takes one of a key; undefined where all are taken. The function that it returns gives it back, once. */
  take(key: string): (() => void) | undefined;
  /** How many are taken. */
  taken(): number;
}

export function createCapacity({ total, perKey }: { total: number; perKey: number }): Capacity {
  const byKey = new Map<string, number>();
  let taken = 0;
  const add = (key: string, change: 1 | -1) => {
    const count = (byKey.get(key) ?? 0) + change;
    taken += change;
    if (count === 0) byKey.delete(key);
    else byKey.set(key, count);
  };
  return {
    taken: () => taken,
    take(key) {
      if (taken >= total || (byKey.get(key) ?? 0) >= perKey) return undefined;
      add(key, 1);
      let isTaken = true;
      return () => {
        if (isTaken) add(key, -1);
        isTaken = false;
      };
    },
  };
}
