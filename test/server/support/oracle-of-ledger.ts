import { EMPTY_DIGEST } from '../../../protocol/ledger/digest.ts';
import { LedgerNodes } from '../../../protocol/ledger/nodes.ts';
import { RangeSize } from '../../../protocol/ledger/range-size.ts';
import { readRanges } from '../../../protocol/ledger/read-ranges.ts';
import { marketFilter } from '../../../protocol/ledger/read-span.ts';
import { openDatabase } from '../../../server/db/open.ts';
import type { TestMarket } from '../../support/market.ts';
import { indexRows, resetIndex } from './index-rows.ts';
import { applyRowByRow } from './row-by-row/apply.ts';

/** The rows of a real ledger's index, each event written on its own. */
export async function oracleRows({ rpcUrl, market, deployBlock }: TestMarket) {
  const { db, close } = await openDatabase({ databaseFile: ':memory:' });
  const nodes = new LedgerNodes([rpcUrl]);
  try {
    await resetIndex(db, deployBlock - 1);
    const head = await nodes.current.head();
    const options = { node: nodes.current, head, from: deployBlock, digest: EMPTY_DIGEST };
    const ranges = readRanges({ ...options, filter: marketFilter(market), size: new RangeSize() });
    for await (const range of ranges) await applyRowByRow(db, range);
    return await indexRows(db);
  } finally {
    await nodes.close();
    await close();
  }
}
