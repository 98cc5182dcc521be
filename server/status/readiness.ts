import type { Services } from '../services.ts';
import type { RelayerBalance } from './balance.ts';
import { type Health, healthOf } from './health.ts';

/** `fail`: requests shall go to another process. `warn`: something is to be put right, and requests are answered. */
export interface Check {
  status: 'ok' | 'warn' | 'fail';
  /** What is wrong, and what to do; left out where nothing is. */
  reason?: string;
}

const OK: Check = { status: 'ok' };
const fail = (reason: string): Check => ({ status: 'fail', reason });
const warn = (reason: string): Check => ({ status: 'warn', reason });

export interface Readiness {
  status: 'ready' | 'notReady';
  checks: Record<'process' | 'database' | 'ledger' | 'index' | 'relayer' | 'proxy', Check>;
}

export interface ReadinessParts
  extends Pick<Services, 'db' | 'head' | 'progress' | 'proxy' | 'relayer' | 'isStopping'> {
  config: Pick<Services['config'], 'readyLagBlocks' | 'relay'>;
  balance: RelayerBalance;
}

/** Whether this process shall get requests, and what an operator has to look at. */
export async function readinessOf(parts: ReadinessParts): Promise<Readiness> {
  const health = await healthOf(parts);
  const proxyProblem = parts.proxy.problem();
  const checks: Readiness['checks'] = {
    process: parts.isStopping() ? fail('It stops: another process takes the requests.') : OK,
    database: health.database.reachable
      ? OK
      : fail('It does not answer: look at the database and at the network to it.'),
    ledger: ledgerCheck(health),
    index: indexCheck(health, parts.config.readyLagBlocks),
    relayer: await relayerCheck(parts),
    proxy: proxyProblem === undefined ? OK : warn(proxyProblem),
  };
  const isReady = Object.values(checks).every(({ status }) => status !== 'fail');
  return { status: isReady ? 'ready' : 'notReady', checks };
}

/** What is indexed can be read while the ledger is away; before the first contact there is nothing to read. */
function ledgerCheck({ ledger, index }: Health): Check {
  if (ledger.reachable) return OK;
  const reason = 'No node answers: look at RPC_URL.';
  return index.indexedTo === null
    ? fail(reason)
    : warn(`${reason} Answers are as of block ${index.indexedTo}.`);
}

function indexCheck({ index }: Health, readyLagBlocks: number): Check {
  const { contradiction, lagBlocks } = index;
  if (contradiction !== null) {
    const { fromBlock, toBlock, reason } = contradiction;
    return fail(`Nodes contradict each other about blocks ${fromBlock} to ${toBlock}: ${reason}`);
  }
  if (lagBlocks === null || lagBlocks <= readyLagBlocks) return OK;
  return fail(`It is ${lagBlocks} blocks behind the ledger; ${readyLagBlocks} are allowed.`);
}

async function relayerCheck({ relayer, balance, config }: ReadinessParts): Promise<Check> {
  if (relayer === undefined) return OK;
  const wei = await balance();
  if (wei === undefined) return warn('Its balance is not known: no node answers.');
  const { warnBelow, stopBelow } = config.relay;
  if (wei >= warnBelow) return OK;
  const has = `${relayer.address} has ${wei} wei for gas`;
  if (wei >= stopBelow) return warn(`${has}, less than RELAY_WARN_BELOW (${warnBelow}): send it some.`);
  return warn(
    `${has}, less than RELAY_STOP_BELOW (${stopBelow}): no call is relayed until you send it some.`,
  );
}
