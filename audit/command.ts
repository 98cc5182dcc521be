import { compareWithApi } from './api/compare-api.ts';
import { auditLedger } from './audit-ledger.ts';
import { toJson, toText } from './report/print.ts';
import { parseSettings } from './settings.ts';

export { auditLedger };

/**
 * `npm run audit -- --rpc URL --market ADDRESS | --network NAME [--api URL] [--json]`: recomputes every Wh and every token unit
 * from the ledger alone. Exit code 0: it reconciles; 1: there are discrepancies, all listed; 2: the audit could not run.
 */
async function report(args: string[]): Promise<number> {
  const { rpc, market, api, json } = parseSettings(args);
  const ledger = await auditLedger({ rpcUrl: rpc, market });
  const found =
    api === undefined ? ledger : await compareWithApi(ledger, { apiUrl: api, rpcUrl: rpc, market });
  if (json) {
    console.error(toText(found));
    console.log(toJson(found));
  } else {
    console.log(toText(found));
  }
  return found.reconciles ? 0 : 1;
}

/** The command with these arguments; gives its exit code. */
export const audit = (args: string[]): Promise<number> =>
  report(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });
