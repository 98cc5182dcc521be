import { type Hex, zeroAddress, zeroHash } from 'viem';
import { toReadingStruct } from '../../protocol/reading.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { type Mock, readFrom } from '../contracts/mocks.ts';
import { testTerms } from '../support/market.ts';
import type { Priced } from './oracle.ts';

/** Cases of one `eth_call`: a thousand of them stay far below the gas that a node allows one. */
const BATCH = 1_000;

const TERMS = testTerms(zeroAddress, zeroAddress);

/** The cost of each case by contracts/types/Terms.sol (`costOf`), in token units; `harness` is a deployed LibraryHarness. */
export async function costsOnLedger(
  rpcUrl: string,
  harness: Mock,
  cases: readonly Priced[],
): Promise<bigint[]> {
  const costs: bigint[] = [];
  for (let from = 0; from < cases.length; from += BATCH) {
    const batch = cases.slice(from, from + BATCH);
    const tariffs = batch.map(({ tariff }) => toTermsStruct({ ...TERMS, tariff }).tariff);
    const args = [tariffs, batch.map(measureOf), batch.map(({ cap }) => cap)];
    costs.push(...((await readFrom(rpcUrl, harness, 'costs', args)) as bigint[]));
  }
  return costs;
}

/** The packed word of a reading, with other fields set, which the contract must ignore. */
function measureOf({ usage }: Priced): bigint {
  const hashes = { evidenceHash: zeroHash, registersCommitment: zeroHash };
  const reading = { bookingId: zeroHash as Hex, seq: 2 ** 32 - 1, ...usage, isFinal: true, ...hashes };
  return toReadingStruct(reading).measure;
}
