import type { ChargerSummary, ConfigResponse } from '../../protocol/api.ts';
import { Api } from '../demo/api.ts';
import { listCharger } from '../demo/host.ts';
import { LedgerAccess } from '../demo/ledger.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { waitFor } from '../lib/wait.ts';
import type { Plan, StartContext } from './child-spec.ts';
import { startStack } from './stack.ts';

/** The plan of `npm start`: everything up, one wallbox listed, one waiting for whoever tries the host's page. */
export const storyPlan: Plan = async (context) => {
  const { origin } = await startStack(context, { web: true });
  await listFirstCharger(context, origin);
  return origin;
};

/** Lists the first wallbox for the local mnemonic's host, unless that was done in an earlier run. */
async function listFirstCharger({ say }: StartContext, origin: string): Promise<void> {
  const api = new Api(origin);
  const host = localAccount('host');
  const { chargers } = await api.get<{ chargers: ChargerSummary[] }>(`/chargers?host=${host.address}`);
  if (chargers.length > 0) return;
  const code = await waitFor('a wallbox to show its pairing code', () => firstPairingCode(api));
  const config = await api.get<ConfigResponse>('/config');
  await listCharger(api, new LedgerAccess(api, config), host, code);
  say('Listed the first wallbox; the second one waits for you on the page, under "Lend a charger".');
}

/** Codes of waiting wallboxes; only a local ledger's API tells them. */
export async function firstPairingCode(api: Api): Promise<string | undefined> {
  const { local } = await api.get<ConfigResponse>('/config');
  return local?.pairingCodes.toSorted()[0];
}
