import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AGENT_FLAGS from '../../meter-agent/node-flags.json' with { type: 'json' };
import { ApiClient } from '../client/api-client.ts';
import { firstPairingCode, listCharger } from '../client/host.ts';
import { LedgerAccess } from '../client/ledger-access.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { ROOT } from '../lib/paths.ts';
import { waitFor } from '../lib/wait.ts';
import type { Plan, StartContext } from './child-spec.ts';
import { type Stack, startStack } from './stack.ts';

/**
 * The plan of `npm start`: starts everything and lists one wallbox; the other is for trying the host's page. The town
 * moves in while the page is opened: nobody waits for it.
 */
export const localPlan =
  ({ hasTown }: { hasTown: boolean }): Plan =>
  async (context) => {
    const stack = await startStack(context, { web: true });
    await listFirstCharger(context, stack.origin);
    if (hasTown) void startTown(context, stack).catch((error: Error) => context.say(error.message));
    // Passkeys belong to a domain, and an IP address is none.
    return stack.origin.replace('127.0.0.1', 'localhost');
  };

/** Lists the first wallbox for the local mnemonic's host, unless that was done in an earlier run. */
async function listFirstCharger({ say }: StartContext, origin: string): Promise<void> {
  const api = new ApiClient(origin);
  const host = localAccount('host');
  const { chargers } = await api.call('listChargers', { query: { host: host.address } });
  if (chargers.length > 0) return;
  const code = await waitFor('a wallbox to show its pairing code', () => firstPairingCode(api));
  const config = await api.call('getConfig');
  await listCharger(api, new LedgerAccess(api, config), host, code);
  say('Listed the first wallbox; the second one waits for you on the page, under "Lend".');
}

/** Nine homes more, in one process. */
async function startTown(context: StartContext, stack: Stack): Promise<void> {
  const folder = join(context.dataDir, 'town');
  mkdirSync(folder, { recursive: true });
  const options = {
    data: folder,
    origin: stack.origin,
    rpc: stack.rpcUrl,
    market: stack.deployment.market,
    'deploy-block': String(stack.deployment.deployBlock),
    wallboxes: stack.wallboxesFile,
    'control-file': join(context.dataDir, 'town.json'),
  };
  await context.start({
    name: 'town',
    args: [
      ...AGENT_FLAGS,
      join(ROOT, 'meter-agent/launch.mjs'),
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    // The agent's way to start: compiled before, it does not load what turns TypeScript into JavaScript.
    env: {
      ...{ MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: '' },
      PLUGPACT_AGENT_PROGRAM: join(ROOT, 'scripts/start/town/main.ts'),
      PLUGPACT_AGENT_COMPILED: join(ROOT, '.runtime/compiled-town'),
    },
    ready: { line: /"msg":"listening","port":(\d+)/ },
  });
}
