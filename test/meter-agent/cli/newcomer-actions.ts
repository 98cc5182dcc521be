import { type ChildProcess, spawn } from 'node:child_process';
import type { Hex } from 'viem';
import { vi } from 'vitest';
import { cli } from '../../../meter-agent/cli/cli.ts';
import type { ApiClient } from '../../../scripts/client/api-client.ts';
import { HeadlessDriver } from '../../../scripts/client/headless-driver.ts';
import type { LedgerAccess } from '../../../scripts/client/ledger-access.ts';
import { ended, stopChild } from '../../../scripts/lib/child.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { withOwnNode } from '../../support/installed.ts';
import type { Scope, startWallbox } from '../support/start-agent.ts';

/** The installed agent's command line, each time as a process of its own. */
export function installedAgent(scope: Scope, program: () => string) {
  function command(args: string[]): { child: ChildProcess; said: () => string } {
    const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'pipe'], env: withOwnNode() });
    scope.onEnd(() => stopChild(child));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
    }
    return { child, said: () => text };
  }

  async function done(args: string[]): Promise<{ code: number; text: string }> {
    const { child, said } = command(args);
    const code = await ended(child);
    return { code, text: said() };
  }

  return { command, done };
}

/** The same in this process, for what is said at once. */
export async function runHere(args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const print = (line: unknown) => {
    text += `${line}\n`;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(print),
    vi.spyOn(console, 'error').mockImplementation(print),
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    }),
  ];
  try {
    const code = await cli(args);
    return { code, text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Charges a little as any driver does, takes the cable out, and waits for the ledger to pay. */
export async function chargeOnce(
  { api, ledger }: { api: ApiClient; ledger: LedgerAccess },
  listingId: Hex,
  chargePoint: Awaited<ReturnType<typeof startWallbox>>,
): Promise<number> {
  const driver = new HeadlessDriver(api, ledger);
  await driver.fund(20_000_000n);
  const charger = await waitFor('the charger to be there', async () => {
    const found = await api.call('getCharger', { params: { listingId } });
    return found.agentPublicKey !== null && found.freshness === 'LIVE' && found;
  });
  await driver.book(charger, 4, 10_000_000n);
  await waitFor('the booking to be known', () =>
    api.call('getBooking', { params: { bookingId: driver.bookingId } }),
  );
  let isStopping = false;
  const paid = driver.follow({
    session: () => {},
    reading: ({ energyWh }) => {
      if (isStopping || energyWh === 0) return;
      isStopping = true;
      void driver.stop().then(() => chargePoint.unplug());
    },
  });
  chargePoint.plug();
  await waitFor('the agent to take the start', async () => {
    await driver.start(charger.agentPublicKey as Hex);
    return true;
  });
  return (await paid).energyWh ?? 0;
}
