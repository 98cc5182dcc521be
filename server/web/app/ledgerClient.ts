import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  defineChain,
  type Hex,
  http,
  type PublicClient,
  type TransactionReceipt,
} from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
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

export function openLedger(config: ConfigResponse): Ledger {
  const chain = chainOf(config);
  const transport = http(config.rpcUrl, { timeout: 10_000, retryCount: 2 });
  const client = createPublicClient({ chain, transport, pollingInterval: 400 });
  return {
    client,
    chain,
    ref: { chainId: config.chainId, market: config.market },
    token: config.token.address,
  };
}

/** @throws PlugpactError `ledger.unreachable`, `ledger.otherChain` or `ledger.noMarket`. */
export async function checkLedger(ledger: Ledger): Promise<void> {
  const { chainId, market } = ledger.ref;
  const remedy =
    'Check that the ledger is running (npm start), and RPC_URL and MARKET_ADDRESS of the server.';
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
  const [balance, tail] = await client.readContract({
    address: ref.market,
    abi: plugpactMarketAbi,
    functionName: 'purseOf',
    args: [account, index],
  });
  const busy = (tail & OPEN_BIT) !== 0n;
  return { index, balance, busy, generation: busy ? 0n : tail };
}

export const tokenBalance = ({ client, token }: Ledger, account: Address): Promise<bigint> =>
  client.readContract({ address: token, abi: demoTokenAbi, functionName: 'balanceOf', args: [account] });

/** Waits until a transaction is mined. @throws PlugpactError `ledger.reverted`. */
export async function confirmed(ledger: Ledger, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await ledger.client.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS });
  if (receipt.status === 'success') return receipt;
  throw new PlugpactError({
    code: 'ledger.reverted',
    value: hash,
    rule: 'The ledger reverted the transaction. No money was moved.',
    remedy: 'Someone else may have been faster. Check the present state and try again.',
  });
}

/** Converts any error into one that a person can act on. */
export function humanError(error: unknown): PlugpactError {
  if (error instanceof PlugpactError) return error;
  if (error instanceof BaseError) {
    const reverted = error.walk((e) => e instanceof ContractFunctionRevertedError);
    const name = reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined;
    return new PlugpactError(
      {
        code: name ?? 'ledger.failed',
        rule:
          name === undefined
            ? error.shortMessage
            : `The ledger refused the call: ${name.replaceAll('_', ': ')}.`,
        remedy: 'No money was moved. Check the present state and try again.',
      },
      { cause: error },
    );
  }
  const rule = error instanceof Error ? error.message : String(error);
  return new PlugpactError(
    { code: 'page.unexpected', rule, remedy: 'Reload the page and try again.' },
    { cause: error },
  );
}
