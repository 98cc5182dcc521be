import type { Services } from '../services.ts';

/** So often at most is the ledger asked, however often health and metrics are. */
const ASKED_EACH_MS = 15_000;
const TIMEOUT_MS = 2_000;

/** What the relayer has for gas, in wei; undefined where nothing is relayed, or the ledger does not answer. */
export type RelayerBalance = () => Promise<bigint | undefined>;

export function createRelayerBalance({
  client,
  relayer,
}: Pick<Services, 'client' | 'relayer'>): RelayerBalance {
  if (relayer === undefined) return async () => undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let asked: Promise<bigint | undefined> = Promise.resolve(undefined);
  return () => {
    if (performance.now() - askedMs < ASKED_EACH_MS) return asked;
    askedMs = performance.now();
    const answer = client.getBalance({ address: relayer.address }).catch(() => undefined);
    asked = Promise.race([answer, timeout()]);
    return asked;
  };
}

const timeout = (): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS, undefined).unref());
