import { afterAll, beforeAll } from 'vitest';
import { readCodes } from '../../../audit/code/check-code.ts';
import { ledgerClient, readLedger } from '../../../audit/ledger/read-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { deployTestMarket } from '../../support/market.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { codeCases, type ReadCode } from './code-cases.ts';

let anvil: Anvil;
let read: ReadCode;
beforeAll(async () => {
  anvil = await startAnvil();
  const { market } = await deployTestMarket(anvil.url);
  const client = ledgerClient(anvil.url);
  const reading = await readLedger(client, market);
  read = { reading, codes: await readCodes(client, market, reading.pin) };
});
afterAll(() => anvil?.stop());

describeCases(
  'code',
  codeCases(() => read),
);
