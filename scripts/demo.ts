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
 * `npm run demo [-- --json]`: a whole session on real parts, in a temporary folder. With `--dispute` it shows
 * disputes instead, on a ledger whose clock it moves. Exit code 0 only if the audit reconciles.
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
      // So that it can run beside "npm start" without a message about busy ports.
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
