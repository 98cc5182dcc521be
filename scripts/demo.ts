import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from './demo/report.ts';
import { runDisputes } from './demo/run-disputes.ts';
import { runSession } from './demo/run-session.ts';
import { isMain } from './lib/main.ts';
import { startStack } from './start/stack.ts';
import { supervise } from './start/supervise.ts';

/**
 * `npm run demo [-- --json]`: the whole story on real parts, in a folder of its own that goes with it. With
 * `--dispute` it is three disputes instead, on a ledger whose clock is moved. Exit 0 only if the audit reconciles.
 */
async function main(args: string[]): Promise<number> {
  const json = args.includes('--json');
  const report = new Report(json);
  if (!args.includes('--dispute')) return runWholeSession(json, report);
  const result = await runDisputes(report);
  if (json) console.log(JSON.stringify(result));
  return result.audit.reconciles ? 0 : 1;
}

async function runWholeSession(json: boolean, report: Report): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plugpact-demo-'));
  try {
    return await supervise({
      dataDir,
      fresh: false,
      say: (text) => report.say(text),
      // So that it goes beside a running "npm start" without a word about busy ports.
      anyPort: true,
      plan: async (context) => {
        report.say('Starting a ledger, a server, a meter agent and two simulated wallboxes …');
        const stack = await startStack(context, { web: false });
        const result = await runSession(stack, report);
        if (json) console.log(JSON.stringify(result));
        context.finish(result.audit.reconciles ? 0 : 1);
        return stack.origin;
      },
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (isMain(import.meta)) process.exitCode = await main(process.argv.slice(2));
