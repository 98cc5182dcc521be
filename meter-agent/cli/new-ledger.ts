import { type Address, createPublicClient, http, isAddressEqual } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { deploymentOf, networkOf } from '../../protocol/networks.ts';
import { configSchema } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import { askApi } from './check-ledger.ts';
import { checkedBy } from './checked-by.ts';
import type { LaunchContext } from './options.ts';
import type { Asker } from './questions.ts';
import { say } from './speech.ts';

const LOCAL_CHAIN_ID = 31_337;
const TIMEOUT_MS = 8_000;

/** The ledger that a network's file names. */
interface NamedLedger {
  network: string;
  title: string;
  chainId: number;
  rpcUrls: readonly string[];
  market: Address;
  token: Address;
  /** Its address, with its symbol where the file has it. */
  tokenName: string;
  deployBlock: number;
  confirmations: number;
}

/** What the configuration says of ledger and API. */
export interface LedgerAnswers {
  /** Its keys with their values. */
  values: Record<string, unknown>;
  /** Keys that the named network stands for, with what it says: they are not in the configuration. */
  standing: Record<string, unknown>;
  head: bigint;
  isLocal: boolean;
}

/** Asks where API, ledger and market are. With a network's name its file fills in ledger and market. */
export async function gatherLedger(asker: Asker, surroundings: LaunchContext): Promise<LedgerAnswers> {
  const named = await gatherNetwork(asker, surroundings);
  const api = await gatherApi(asker, named, surroundings);
  const { rpcUrls, head } = await asker.answer({
    flag: 'rpc',
    text: say('cli.ask.rpc'),
    fallback: named?.rpcUrls.join(',') ?? api.rpcUrl,
    check: (answer) => askLedger(answer, api.chainId),
  });
  const market = await asker.answer({
    flag: 'market',
    text: say('cli.ask.market'),
    fallback: named?.market ?? api.market,
    check: async (answer) => {
      const given = checkedBy(configSchema.shape.market, answer, 'cli.ask.rule.account');
      if (named !== undefined && isAddressEqual(given as Address, named.market)) {
        await demandToken(rpcUrls[0]!, named);
      }
      return given;
    },
  });
  const own = { rpcUrl: rpcUrls.length === 1 ? rpcUrls[0] : rpcUrls, market };
  const isLocal = api.chainId === LOCAL_CHAIN_ID;
  const rest = { head, isLocal };
  if (named === undefined) return { ...rest, values: { ...own, apiUrl: api.url }, standing: {} };
  const { title, tokenName } = named;
  console.log(say('cli.init.network', { title, market, token: tokenName, nodes: rpcUrls.join(', ') }));
  return { ...rest, ...besideNetwork(named, own, api.url) };
}

/** What the network's file says already is left to it. */
function besideNetwork(named: NamedLedger, own: { rpcUrl: unknown; market: string }, apiUrl: string) {
  const { network, rpcUrls, market, deployBlock, confirmations } = named;
  const hasItsNodes = [own.rpcUrl].flat().join() === rpcUrls.join();
  const hasItsMarket = isAddressEqual(own.market as Address, market);
  return {
    values: {
      network,
      ...(hasItsNodes ? {} : { rpcUrl: own.rpcUrl }),
      ...(hasItsMarket ? {} : { market: own.market }),
      apiUrl,
    },
    standing: {
      confirmations,
      ...(hasItsNodes ? { rpcUrl: rpcUrls } : {}),
      ...(hasItsMarket ? { market, deployBlock } : {}),
    },
  };
}

/** The network files are in the source tree alone, which is where a launcher names the configuration of "npm start". */
const unknownRemedy = ({ localConfigFile }: LaunchContext): string =>
  say(localConfigFile === undefined ? 'cli.ask.network.leaveOut' : 'cli.ask.network.orAdd');

/** The ledger that a network's file names; undefined where the API is asked for it. */
const gatherNetwork = (asker: Asker, surroundings: LaunchContext): Promise<NamedLedger | undefined> =>
  asker.answer({
    flag: 'network',
    text: say('cli.ask.network'),
    fallback: '',
    check: (name) => {
      if (name === '') return undefined;
      const network = networkOf(name, unknownRemedy(surroundings));
      const { title, chainId, rpcUrls, confirmations } = network;
      const { market, token, deployBlock } = deploymentOf(network, say('cli.ask.network.another'));
      const symbol = network.tokens.find(({ address }) => address === token)?.symbol;
      const tokenName = symbol === undefined ? token : `${symbol} (${token})`;
      return { network: name, title, chainId, rpcUrls, market, token, tokenName, deployBlock, confirmations };
    },
  });

/** An API of another market than the named network's would be of no use. */
async function gatherApi(asker: Asker, named: NamedLedger | undefined, surroundings: LaunchContext) {
  return asker.answer({
    flag: 'api',
    text: say('cli.ask.api'),
    fallback: await localApi(surroundings),
    check: async (answer) => {
      const url = checkedBy(configSchema.shape.apiUrl, answer, 'cli.ask.rule.url');
      const { config } = await askApi(url);
      const isServed =
        named?.chainId === config.chainId && isAddressEqual(named.market, config.market as Address);
      if (named === undefined || isServed) return { url, ...config };
      const { network, market, chainId } = named;
      throw new Error(
        say('cli.ask.api.otherMarket', {
          ...{ market: config.market, chainId: config.chainId },
          ...{ network, named: market, namedChainId: chainId },
        }),
      );
    },
  });
}

/** The API of a "npm start" on this machine, if it answers. */
async function localApi({ localConfigFile }: LaunchContext): Promise<string | undefined> {
  try {
    const { apiUrl } = readConfig(localConfigFile ?? '');
    await askApi(apiUrl);
    return apiUrl;
  } catch {
    return undefined;
  }
}

const clientOf = (rpcUrl: string) =>
  createPublicClient({ transport: http(rpcUrl, { retryCount: 0, timeout: TIMEOUT_MS }) });

/** The nodes of an answer, of which each is one of the wanted chain. */
async function askLedger(answer: string, wantedChainId: number) {
  const rpcUrls = answer.split(',').map((url) => url.trim());
  checkedBy(configSchema.shape.rpcUrl, rpcUrls, 'cli.ask.rule.urls');
  const heads = await Promise.all(rpcUrls.map((rpcUrl) => askNode(rpcUrl, wantedChainId)));
  return { rpcUrls, head: heads[0]! };
}

async function askNode(rpcUrl: string, wantedChainId: number): Promise<bigint> {
  const client = clientOf(rpcUrl);
  const [chainId, head] = await Promise.all([client.getChainId(), client.getBlockNumber()]).catch(() => {
    throw new Error(say('cli.ask.rpc.silent', { url: rpcUrl }));
  });
  if (chainId === wantedChainId) return head;
  throw new Error(say('cli.ask.rpc.otherChain', { url: rpcUrl, chainId, wanted: wantedChainId }));
}

/** The market pays in the token that its network's file names. */
async function demandToken(rpcUrl: string, { network, market, token }: NamedLedger): Promise<void> {
  const call = { address: market, abi: plugpactMarketAbi, functionName: 'TOKEN' } as const;
  const theirs = await clientOf(rpcUrl)
    .readContract(call)
    .catch(() => {
      throw new Error(say('cli.ask.market.none', { url: rpcUrl }));
    });
  if (isAddressEqual(theirs, token)) return;
  throw new Error(say('cli.ask.market.otherToken', { theirs, network, token }));
}
