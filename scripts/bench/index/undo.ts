// Undoes blocks one by one in a filled index, as a reorganisation of one block does. Takes the SQLite file and the number
// of blocks; prints the milliseconds of each as JSON.
import { readLedger, rollBack } from '../../../server/chain/versions.ts';
import { openDatabase } from '../../../server/db/open.ts';
import { INDEX_RULES } from '../../../server/index-rules.ts';

const [databaseFile, blocks] = process.argv.slice(2);
const { db, close } = await openDatabase({ databaseFile });
const { indexedTo } = (await readLedger(db))!;
const timesMs: number[] = [];
for (let block = 1; block <= Number(blocks); block++) {
  const began = performance.now();
  await rollBack(db, indexedTo - block, INDEX_RULES);
  timesMs.push(performance.now() - began);
}
await close();
console.log(JSON.stringify(timesMs));
