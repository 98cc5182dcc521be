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

/** Top bit of a purse's tail: a booking is open, and the rest is the hash of its state. */
const OPEN_BIT = 1n << 191n;
const RECEIPT_TIMEOUT_MS = 120_000;

/** The page's own eyes on the ledger: balances and states are read here, never believed from the API. */
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
    'Check that the ledger runs (npm start) and that RPC_URL and MARKET_ADDRESS of the server fit.';
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
    const rule = 'There is no market contract at the address that the server names.';
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

/** Waits until the ledger took a transaction; a failed one throws. */
export async function confirmed(ledger: Ledger, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await ledger.client.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS });
  if (receipt.status === 'success') return receipt;
  throw new PlugpactError({
    code: 'ledger.reverted',
    value: hash,
    rule: 'The ledger refused the transaction when it came to it; nothing was moved.',
    remedy: 'Somebody may have been quicker. Look at the present state and try again.',
  });
}

/** What went wrong, in a sentence that a person can act on. */
export function humanError(error: unknown): PlugpactError {
  if (error instanceof PlugpactError) return error;
  if (error instanceof BaseError) {
    const reverted = error.walk((e) => e instanceof ContractFunctionRevertedError);
    const name = reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined;
    return new PlugpactError(
      {
        code: name ?? 'ledger.failed',
        rule: name === undefined ? error.shortMessage : `The ledger refused: ${name.replaceAll('_', ': ')}.`,
        remedy: 'Nothing was moved. Look at the present state and try again.',
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
