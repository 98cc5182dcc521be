import { ApiClient } from '../client/api-client.ts';
import { firstPairingCode, listCharger } from '../client/host.ts';
import { LedgerAccess } from '../client/ledger-access.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { waitFor } from '../lib/wait.ts';
import type { Plan, StartContext } from './child-spec.ts';
import { startStack } from './stack.ts';

/** The plan of `npm start`: starts everything and lists one wallbox; the other is for trying the host's page. */
export const localPlan: Plan = async (context) => {
  const { origin } = await startStack(context, { web: true });
  await listFirstCharger(context, origin);
  // Passkeys belong to a domain, and an IP address is none.
  return origin.replace('127.0.0.1', 'localhost');
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
  say('Listed the first wallbox; the second one waits for you on the page, under "Lend a charger".');
}
