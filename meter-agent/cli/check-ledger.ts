import { type Address, createPublicClient, http, isAddressEqual } from 'viem';
import { z } from 'zod';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { requestOf } from '../../protocol/api/client.ts';
import { type AgentConfig, rpcUrlsOf } from '../config/config.ts';
import { checkApiClock, checkLedgerClock } from './check-clock.ts';
import { type Finding, fail, firstLine, ok, warn } from './findings.ts';
import { say } from './speech.ts';

const TIMEOUT_MS = 8_000;
const LOCAL_CHAIN_ID = 31_337;

/** Whether it is reachable, the chain, the market's code there, and its time against ours. */
export async function checkLedger(config: AgentConfig): Promise<Finding[]> {
  const [first, ...others] = rpcUrlsOf(config);
  const [found, ...more] = await Promise.all([checkNode(first, config.market), ...others.map(checkOther)]);
  return [...found, ...more];
}

const clientOf = (rpcUrl: string) =>
  createPublicClient({ transport: http(rpcUrl, { retryCount: 0, timeout: TIMEOUT_MS }) });

async function checkNode(rpcUrl: string, market: Address): Promise<Finding[]> {
  const client = clientOf(rpcUrl);
  try {
    const [chainId, head] = await Promise.all([client.getChainId(), client.getBlock()]);
    const aheadSec = Math.floor(Date.now() / 1000) - Number(head.timestamp);
    return [
      ok('ledger', say('cli.check.ledger.ok', { url: rpcUrl, chainId, block: String(head.number) })),
      checkLedgerClock(aheadSec, chainId === LOCAL_CHAIN_ID),
      await checkMarket(client, market),
    ];
  } catch (error) {
    const text = say('cli.check.ledger.away', { url: rpcUrl, reason: firstLine(error) });
    return [fail('ledger', text, say('cli.check.ledger.away.remedy'))];
  }
}

/** A node that is listed and not asked so far. */
async function checkOther(rpcUrl: string): Promise<Finding> {
  try {
    const block = String(await clientOf(rpcUrl).getBlockNumber());
    return ok('ledger', say('cli.check.ledger.too', { url: rpcUrl, block }));
  } catch (error) {
    const text = say('cli.check.ledger.away', { url: rpcUrl, reason: firstLine(error) });
    return warn('ledger', text, say('cli.check.ledger.too.remedy'));
  }
}

async function checkMarket(client: ReturnType<typeof createPublicClient>, market: Address): Promise<Finding> {
  try {
    await client.readContract({ address: market, abi: plugpactMarketAbi, functionName: 'REPORT_SEC' });
    return ok('market', say('cli.check.market.ok', { market }));
  } catch {
    return fail('market', say('cli.check.market.none', { market }), say('cli.check.market.none.remedy'));
  }
}

const apiConfig = z.object({ chainId: z.int(), market: z.string(), rpcUrl: z.string() });
export type ApiConfig = z.infer<typeof apiConfig>;

const codeOf = ({ cause }: Error): string | undefined => (cause as { code?: string } | undefined)?.code;

/** The API's ledger, and how far our clock is ahead of the API's. */
export async function askApi(apiUrl: string): Promise<{ config: ApiConfig; aheadSec: number | undefined }> {
  const began = Date.now();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const ask = () => fetch(new URL(requestOf('getConfig', {}).path, apiUrl), { signal });
  // A kept connection may be closed while it is used again; a GET is then sent again (RFC 9110, section 9.2.2).
  const response = await ask()
    .catch((error: Error) => (codeOf(error) === 'ECONNRESET' ? ask() : Promise.reject(error)))
    .catch((error: Error) => {
      throw new Error(say('cli.check.api.unreachable', { reason: codeOf(error) ?? error.message }));
    });
  const middleMs = (began + Date.now()) / 2;
  if (!response.ok) throw new Error(say('cli.check.api.status', { status: response.status }));
  const theirs = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds, rounded down: half a second is added.
  const aheadSec = Number.isNaN(theirs) ? undefined : Math.round((middleMs - theirs - 500) / 1000);
  return { config: apiConfig.parse(await response.json()), aheadSec };
}

/** Whether it is reachable, its market, its clock, and our connection to it while the agent runs. */
export async function checkApi(
  { apiUrl, market, ...ledger }: AgentConfig,
  isLinked: boolean | undefined,
): Promise<Finding[]> {
  try {
    const { config, aheadSec } = await askApi(apiUrl);
    const isSame = isAddressEqual(config.market as Address, market);
    const other = say('cli.check.api.otherMarket', { market: config.market });
    return [
      isSame
        ? ok('api', say('cli.check.api.ok', { url: apiUrl }))
        : fail('api', other, say('cli.check.api.otherMarket.remedy')),
      checkApiClock(aheadSec),
      ...(await checkChains(rpcUrlsOf(ledger), config.chainId)),
      ...linkFinding(apiUrl, isLinked),
    ];
  } catch (error) {
    const text = say('cli.check.api.broken', { url: apiUrl, reason: firstLine(error) });
    return [fail('api', text, say('cli.check.api.broken.remedy'))];
  }
}

/** A ledger that does not answer is not mentioned here: it has its own line. */
async function checkChains(rpcUrls: readonly string[], wantedChainId: number): Promise<Finding[]> {
  const found = await Promise.all(rpcUrls.map((rpcUrl) => checkChain(rpcUrl, wantedChainId)));
  return found.flat();
}

async function checkChain(rpcUrl: string, wantedChainId: number): Promise<Finding[]> {
  const chainId = await clientOf(rpcUrl)
    .getChainId()
    .catch(() => wantedChainId);
  if (chainId === wantedChainId) return [];
  const text = say('cli.check.chain', { wanted: wantedChainId, url: rpcUrl, chainId });
  return [fail('chain', text, say('cli.check.chain.remedy'))];
}

function linkFinding(apiUrl: string, isLinked: boolean | undefined): Finding[] {
  if (isLinked === undefined) return [];
  if (isLinked) return [ok('link', say('cli.check.link.ok'))];
  return [fail('link', say('cli.check.link.away'), say('cli.check.link.away.remedy', { url: apiUrl }))];
}
