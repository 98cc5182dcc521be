import { compareWithApi } from './api/compare-api.ts';
import { auditLedger } from './audit-ledger.ts';
import { type AuditReport, withVerdict } from './audit-report.ts';
import { prepareExports, writeExports } from './export/write-exports.ts';
import { toJson, toText } from './report/print.ts';
import { progressOn } from './report/progress.ts';
import { exitCodeOf } from './report/verdict.ts';
import { requireFolders, writeFiles } from './report/write-files.ts';
import { helpText } from './settings/command-options.ts';
import { type AuditSettings, asksForHelp, parseSettings } from './settings/settings.ts';

export { auditLedger };

/**
 * `npm run audit`: recomputes every Wh and every token unit from the ledger alone, as its `--help` says. Exit code 0: it
 * reconciles; 1: it does not, or is not all verified and `--strict` is given; 2: the audit could not run.
 */
async function report(args: string[]): Promise<number> {
  if (asksForHelp(args)) {
    console.log(helpText());
    return 0;
  }
  const settings = parseSettings(args);
  requireFolders(settings);
  await prepareExports(settings.exports);
  const found = await auditWithProgress(settings);
  await writeFiles(found, settings);
  for (const line of await writeExports(found, settings.exports)) console.error(line);
  if (settings.isJson) {
    console.error(toText(found));
    console.log(toJson(found));
  } else {
    console.log(toText(found));
  }
  return exitCodeOf(found, settings.isStrict);
}

async function auditWithProgress(settings: AuditSettings): Promise<AuditReport> {
  const progress = progressOn(process.stderr);
  try {
    const ledger = await auditLedger({ ...settings, progress: progress.show });
    if (settings.api === undefined) return ledger;
    const { market, api: apiUrl, rpcUrl } = settings;
    const source = { apiUrl, rpcUrl: rpcUrl[0]!, market, progress: progress.show };
    return withVerdict(ledger, await compareWithApi(ledger, source));
  } finally {
    progress.end();
  }
}

/** The command with these arguments; gives its exit code. */
export const audit = (args: string[]): Promise<number> =>
  report(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });
