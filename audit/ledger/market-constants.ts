import { type Address, erc20Abi, type PublicClient } from 'viem';
import { AuditError } from '../lib/errors.ts';
import { MARKET_ABI } from '../rules/abi.ts';
import type { MarketWindows } from '../rules/booking-times.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { nodeError } from './client.ts';
import type { Pin } from './pin.ts';

export interface Token {
  address: Address;
  symbol: string;
  decimals: number;
}

/** Reads the market's constants. @throws AuditError `audit.noMarket` when the address is none, `node.noState` when it cannot be known. */
export async function readConstants(
  client: PublicClient,
  market: Address,
  pin: Pin,
): Promise<{ constants: MarketConstants; token: Token }> {
  const what = `the market's constants at block ${pin.blockNumber}`;
  const code = await client
    .getCode({ address: market, blockNumber: pin.blockNumber })
    .catch((error: unknown) => {
      throw nodeError(what, error) ?? error;
    });
  if (code === undefined) throw noMarket(market);
  return await constantsOf(client, market, pin).catch((error: unknown) => {
    // A call that reverts, or gives nothing that fits, is the contract's answer; every other refusal is the node's.
    const failed = nodeError(what, error);
    throw failed === undefined || isOfContract(failed) ? noMarket(market, error) : failed;
  });
}

const isOfContract = ({ code, value }: AuditError): boolean =>
  code === 'audit.unreadable' && /revert|invalid opcode|out of gas/i.test(value ?? '');

type Read = <T>(functionName: string) => Promise<T>;

async function constantsOf(client: PublicClient, market: Address, { blockNumber }: Pin) {
  const at = { address: market, abi: MARKET_ABI, blockNumber } as const;
  const read: Read = <T>(functionName: string) => client.readContract({ ...at, functionName }) as Promise<T>;
  const [chainId, address, bondMax, firstTrustMax, forfeitMin, fee, guardian] = await Promise.all([
    client.getChainId(),
    read<Address>('TOKEN'),
    read<bigint>('BOND_MAX'),
    read<bigint>('FIRST_TRUST_MAX'),
    read<bigint>('FORFEIT_MIN'),
    read<readonly [bigint, Address]>('marketFee'),
    read<readonly [Address, bigint]>('guardian'),
  ]);
  const windows = await windowsOf(read);
  const constants = {
    ...{ chainId, market, windows, bondMax, firstTrustMax, forfeitMin },
    fee: { basisPoints: fee[0], to: fee[1] },
    guardian: { account: guardian[0], endsAt: Number(guardian[1]) },
  };
  return { constants, token: await tokenAt(client, address) };
}

async function windowsOf(read: Read): Promise<MarketWindows> {
  const [reportSec, challengeSec, proofSec] = await Promise.all([
    read<bigint>('REPORT_SEC'),
    read<bigint>('CHALLENGE_SEC'),
    read<bigint>('PROOF_SEC'),
  ]);
  return {
    reportSec: Number(reportSec),
    challengeSec: Number(challengeSec),
    proofSec: Number(proofSec),
  };
}

async function tokenAt(client: PublicClient, address: Address): Promise<Token> {
  const token = { address, abi: erc20Abi } as const;
  const [symbol, decimals] = await Promise.all([
    client.readContract({ ...token, functionName: 'symbol' }),
    client.readContract({ ...token, functionName: 'decimals' }),
  ]);
  return { address, symbol, decimals };
}

function noMarket(market: Address, cause?: unknown): AuditError {
  const detail = {
    code: 'audit.noMarket',
    value: market,
    rule: 'The address after --market must be a Plugpact market on the ledger behind --rpc.',
    remedy: 'Take the address that the deployment printed, and the RPC address of the same network.',
  };
  return new AuditError(detail, cause === undefined ? undefined : { cause });
}
