import type { Hex } from 'viem';
import { type PreparedJson, prepareJson } from '../http/prepared.ts';
import type { Services } from '../services.ts';
import { chargerDetail } from './charger-detail.ts';

/** Details of so many chargers are remembered; the oldest ones are forgotten first. */
const MOST = 5_000;

export interface ChargerDetails {
  /** A `ChargerDetail`, as the index and the agents have it now; undefined where it is not indexed. */
  get(listingId: Hex): Promise<PreparedJson | undefined>;
}

interface Remembered {
  /** Unix seconds: what time alone changes is as it was in this second. */
  at: number;
  detail: Promise<PreparedJson | undefined>;
}

/**
 * Details of chargers, each read once a second at most, however many ask: six statements, of which a charger that many look
 * at would need hundreds. What changes on the ledger or by an agent's word is read again at once.
 */
export function createChargerDetails({
  db,
  topics,
  now,
}: Pick<Services, 'db' | 'topics' | 'now'>): ChargerDetails {
  const remembered = new Map<Hex, Remembered>();
  for (const topic of ['listing', 'connector'] as const)
    topics.subscribe(topic, (listingId) => void remembered.delete(listingId as Hex));
  topics.onMissed(() => remembered.clear());
  return {
    get(listingId) {
      const at = now();
      const known = remembered.get(listingId);
      if (known?.at === at) return known.detail;
      const detail = chargerDetail(db, listingId, at).then((one) => one && prepareJson(one));
      remembered.delete(listingId);
      remembered.set(listingId, { at, detail });
      if (remembered.size > MOST) remembered.delete(remembered.keys().next().value!);
      detail.catch(() => remembered.delete(listingId));
      return detail;
    },
  };
}
