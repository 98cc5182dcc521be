import { type Address, createPublicClient, http, isAddressEqual } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { deploymentOf, networkOf } from '../../protocol/networks.ts';
import { configSchema } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import { askApi } from './check-ledger.ts';
import { checkedBy } from './checked-by.ts';
import type { LaunchContext } from './options.ts';
import type { Asker } from './questions.ts';

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
    text: "Address of the ledger's JSON-RPC (several: separated by commas)",
    fallback: named?.rpcUrls.join(',') ?? api.rpcUrl,
    check: (answer) => askLedger(answer, api.chainId),
  });
  const market = await asker.answer({
    flag: 'market',
    text: 'Address of the market contract',
    fallback: named?.market ?? api.market,
    check: async (answer) => {
      const given = checkedBy(configSchema.shape.market, answer);
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
  console.log(
    `${named.title}: market ${own.market}, paid in ${named.tokenName}; node ${rpcUrls.join(', ')}.`,
  );
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

const NO_NETWORK =
  'leave the network out: then the API names its ledger and market, or --rpc and --market do';
const NO_MARKET_REMEDY = `Name a network that has one, or ${NO_NETWORK}.`;

/** The network files are in the source tree alone, which is where a launcher names the configuration of "npm start". */
const unknownRemedy = ({ localConfigFile }: LaunchContext): string =>
  localConfigFile === undefined
    ? `Write one of these names, or ${NO_NETWORK}.`
    : `Write one of these names, add a file to protocol/networks/, or ${NO_NETWORK}.`;

/** The ledger that a network's file names; undefined where the API is asked for it. */
const gatherNetwork = (asker: Asker, surroundings: LaunchContext): Promise<NamedLedger | undefined> =>
  asker.answer({
    flag: 'network',
    text: 'Network of the ledger, by its name (empty: the ledger that the API names)',
    fallback: '',
    check: (name) => {
      if (name === '') return undefined;
      const network = networkOf(name, unknownRemedy(surroundings));
      const { title, chainId, rpcUrls, confirmations } = network;
      const { market, token, deployBlock } = deploymentOf(network, NO_MARKET_REMEDY);
      const symbol = network.tokens.find(({ address }) => address === token)?.symbol;
      const tokenName = symbol === undefined ? token : `${symbol} (${token})`;
      return { network: name, title, chainId, rpcUrls, market, token, tokenName, deployBlock, confirmations };
    },
  });

/** An API of another market than the named network's would be of no use. */
async function gatherApi(asker: Asker, named: NamedLedger | undefined, surroundings: LaunchContext) {
  return asker.answer({
    flag: 'api',
    text: 'Address of the API, where drivers book (https://…)',
    fallback: await localApi(surroundings),
    check: async (answer) => {
      const url = checkedBy(configSchema.shape.apiUrl, answer);
      const { config } = await askApi(url);
      const isServed =
        named?.chainId === config.chainId && isAddressEqual(named.market, config.market as Address);
      if (named === undefined || isServed) return { url, ...config };
      const theirs = `market ${config.market} on chain ${config.chainId}`;
      throw new Error(
        `It serves the ${theirs}; that of ${named.network} is ${named.market} on chain ${named.chainId}.`,
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
  checkedBy(configSchema.shape.rpcUrl, rpcUrls);
  const heads = await Promise.all(rpcUrls.map((rpcUrl) => askNode(rpcUrl, wantedChainId)));
  return { rpcUrls, head: heads[0]! };
}

async function askNode(rpcUrl: string, wantedChainId: number): Promise<bigint> {
  const client = clientOf(rpcUrl);
  const [chainId, head] = await Promise.all([client.getChainId(), client.getBlockNumber()]).catch(() => {
    throw new Error(`${rpcUrl} does not answer as a ledger does.`);
  });
  if (chainId === wantedChainId) return head;
  throw new Error(`${rpcUrl} is chain ${chainId}, and the API serves chain ${wantedChainId}.`);
}

/** The market pays in the token that its network's file names. */
async function demandToken(rpcUrl: string, { network, market, token }: NamedLedger): Promise<void> {
  const call = { address: market, abi: plugpactMarketAbi, functionName: 'TOKEN' } as const;
  const theirs = await clientOf(rpcUrl)
    .readContract(call)
    .catch(() => {
      throw new Error(`${rpcUrl} knows no market at this address.`);
    });
  if (isAddressEqual(theirs, token)) return;
  throw new Error(`It pays in the token ${theirs}; that of ${network} is ${token}.`);
}
