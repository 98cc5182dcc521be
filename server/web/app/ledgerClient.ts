import {
  type Address,
  BaseError,
  type ContractFunctionRevertedError,
  defineChain,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
} from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';

/** Top bit of a purse's tail: set while a booking is open; the other bits are the hash of its state. */
const OPEN_BIT = 1n << 191n;
const RECEIPT_TIMEOUT_MS = 120_000;

/** The page's own connection to the ledger. Balances and states are read here, never taken from the API. */
export interface Ledger {
  client: PublicClient;
  ref: MarketRef;
  token: Address;
  chain: ReturnType<typeof chainOf>;
  /** How wallet apps are reached, which sign for this ledger; null where that is not offered. */
  walletConnect: ConfigResponse['walletConnect'];
}

export interface Purse {
  index: number;
  /** Token units free for a booking. */
  balance: bigint;
  busy: boolean;
  /** Meaningful while not busy. */
  generation: bigint;
}

function chainOf({ chainId, rpcUrl }: ConfigResponse) {
  return defineChain({
    id: chainId,
    name: chainId === 31_337 ? 'Local ledger' : `Chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
}

/** A client whose code comes when the ledger is first read: what it does is asynchronous anyway. */
function lazyClient(chain: ReturnType<typeof chainOf>): PublicClient {
  let loading: Promise<PublicClient> | undefined;
  const client = () => {
    loading ??= import('./ledgerReads.ts').then(({ openClient }) => openClient(chain));
    // Lost on its way, it is asked for again.
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  };
  type Method = (...args: unknown[]) => unknown;
  const methodOf = (_: object, name: string): Method | undefined =>
    // A promise that it is not.
    name === 'then'
      ? undefined
      : async (...args) => ((await client()) as unknown as Record<string, Method>)[name]!(...args);
  return new Proxy({}, { get: methodOf as ProxyHandler<object>['get'] }) as PublicClient;
}

export function openLedger(config: ConfigResponse): Ledger {
  const chain = chainOf(config);
  return {
    client: lazyClient(chain),
    chain,
    ref: { chainId: config.chainId, market: config.market },
    token: config.token.address,
    walletConnect: config.walletConnect,
  };
}

/** @throws PlugpactError `ledger.unreachable`, `ledger.otherChain` or `ledger.noMarket`. */
export async function checkLedger(ledger: Ledger): Promise<void> {
  const { chainId, market } = ledger.ref;
  const remedy =
    'Check that you are online. Who runs this page checks RPC_URL and MARKET_ADDRESS of the server.';
  let found: number;
  try {
    found = await ledger.client.getChainId();
  } catch (cause) {
    const rule = 'The ledger does not answer, so nothing can be checked or paid.';
    throw new PlugpactError({ code: 'ledger.unreachable', rule, remedy, retry: 'later' }, { cause });
  }
  if (found !== chainId) {
    const rule = `The ledger must be chain ${chainId}.`;
    throw new PlugpactError({ code: 'ledger.otherChain', value: String(found), rule, remedy });
  }
  if ((await ledger.client.getCode({ address: market })) === undefined) {
    const rule = 'The market contract must be at the address that the server names.';
    throw new PlugpactError({ code: 'ledger.noMarket', value: market, rule, remedy });
  }
}

export async function purseOf({ client, ref }: Ledger, account: Address, index: number): Promise<Purse> {
  const { plugpactMarketAbi } = await import('../../../protocol/abi.ts');
  const [balance, tail] = await client.readContract({
    address: ref.market,
    abi: plugpactMarketAbi,
    functionName: 'purseOf',
    args: [account, index],
  });
  const busy = (tail & OPEN_BIT) !== 0n;
  return { index, balance, busy, generation: busy ? 0n : tail };
}

export async function tokenBalance({ client, token }: Ledger, account: Address): Promise<bigint> {
  const { demoTokenAbi } = await import('../../../protocol/abi.ts');
  return client.readContract({
    address: token,
    abi: demoTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  });
}

/** Waits until a transaction is mined. @throws PlugpactError `ledger.reverted`. */
export async function confirmed(ledger: Ledger, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await ledger.client.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS });
  if (receipt.status === 'success') return receipt;
  throw new PlugpactError({
    code: 'ledger.reverted',
    value: hash,
    rule: 'The ledger reverted the transaction: nothing of it happened.',
    remedy: 'Someone else may have been faster. Check the present state and try again.',
  });
}

/** Errors of viem by what they mean for a reader, the most precise first. What a call reads fails without harm. */
const MEANINGS: Readonly<Record<string, string>> = {
  UserRejectedRequestError: 'wallet.refused',
  ResourceUnavailableRpcError: 'wallet.pending',
  ChainMismatchError: 'wallet.otherChain',
  SwitchChainError: 'wallet.unknownChain',
  UnauthorizedProviderError: 'wallet.locked',
  ProviderDisconnectedError: 'wallet.disconnected',
  InsufficientFundsError: 'wallet.noGas',
  WaitForTransactionReceiptTimeoutError: 'ledger.slow',
  TimeoutError: 'ledger.unreachable',
  HttpRequestError: 'ledger.unreachable',
  WebSocketRequestError: 'ledger.unreachable',
};

const SENTENCES: Readonly<Record<string, readonly [rule: string, remedy: string]>> = {
  'wallet.refused': [
    'The wallet was asked, and the answer was no.',
    'Try again when you are ready to confirm.',
  ],
  'wallet.pending': [
    'The wallet still waits for an answer.',
    'Open the wallet, and answer what it asks there.',
  ],
  'wallet.otherChain': [
    'The wallet is on another network.',
    'Switch the network in the wallet, and try again.',
  ],
  'wallet.unknownChain': [
    'The wallet does not know this network.',
    'Add the network to the wallet, and try again.',
  ],
  'wallet.locked': [
    'The wallet does not let this page use the account.',
    'Unlock the wallet, and connect it again.',
  ],
  'wallet.disconnected': [
    'The wallet has lost its connection.',
    'Reload the page, and connect the wallet again.',
  ],
  'wallet.noGas': [
    'The account has not enough of the network’s own coin for gas.',
    'Send some to it, and try again.',
  ],
  'ledger.slow': [
    'The ledger has not taken the transaction yet.',
    'Look again in some minutes before you try again.',
  ],
  'ledger.unreachable': ['The ledger does not answer.', 'Check that you are online, and try again.'],
};

function meaningOf(error: BaseError): string | undefined {
  for (const [name, code] of Object.entries(MEANINGS)) {
    if (error.walk((inner) => (inner as Error).name === name) !== null) return code;
  }
  return undefined;
}

function ofLedger(error: BaseError): PlugpactError {
  // By its name: the class would bring all that decodes errors into the first load.
  const reverted = error.walk((inner) => (inner as Error).name === 'ContractFunctionRevertedError');
  const name = (reverted as ContractFunctionRevertedError | null)?.data?.errorName;
  const code = name ?? meaningOf(error) ?? 'ledger.failed';
  const [rule, remedy] = SENTENCES[code] ?? [
    name === undefined ? error.shortMessage : `The ledger refused the call: ${name.replaceAll('_', ': ')}.`,
    'Check the present state and try again.',
  ];
  return new PlugpactError({ code, rule, remedy }, { cause: error });
}

/** Converts any error into one that a person can act on. What has moved is not known here (see `whatMoved`). */
export function humanError(error: unknown): PlugpactError {
  if (error instanceof PlugpactError) return error;
  if (error instanceof BaseError) return ofLedger(error);
  const rule = error instanceof Error ? error.message : String(error);
  return new PlugpactError(
    { code: 'page.unexpected', rule, remedy: 'Reload the page and try again.' },
    { cause: error },
  );
}
