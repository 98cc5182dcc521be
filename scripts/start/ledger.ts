import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ANVIL_LISTENS, anvilArgs, anvilBinary, silence } from '../lib/anvil.ts';
import type { StartContext } from './child-spec.ts';
import { keepPreviousState, recoverLedgerState } from './ledger-state.ts';

/** The usual port of a development ledger. */
const LEDGER_PORT = 8545;

/** A block each second: the local ledger's clock runs like a real one. */
const BLOCK_TIME_S = 1;

/** Starts the local ledger from its last state, reports what a kill may have lost, and returns its URL. */
export async function startLedger(context: StartContext): Promise<string> {
  const statePath = join(context.dataDir, 'ledger-state.json');
  const { lostSeconds } = recoverLedgerState(statePath, context.killed);
  if (lostSeconds > 0) {
    context.say(
      `The last run was killed: what the ledger did in its last ${lostSeconds} s may be lost. ` +
        'The index and the agents put right what follows from it.',
    );
  }
  const cachePath = join(context.dataDir, 'ledger-cache');
  // A killed node leaves states here that no later one reads.
  rmSync(cachePath, { recursive: true, force: true });
  const { port, isRunning } = await context.startOnPort(LEDGER_PORT, 'the ledger', (port) => ({
    name: 'ledger',
    command: anvilBinary(),
    args: anvilArgs({ port, cachePath, statePath, blockTimeSec: BLOCK_TIME_S }),
    ready: { line: ANVIL_LISTENS },
  }));
  const url = `http://127.0.0.1:${port}`;
  await silence(url);
  context.atEnd(keepPreviousState(statePath, isRunning));
  return url;
}
