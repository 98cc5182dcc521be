import { encodeFunctionData, erc20Abi, type Hex, parseAbi, parseSignature, type TypedDataDomain } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { type Booking, type IntentLimits, packLimits, toBookingStruct } from '../../../protocol/booking.ts';
import type { Call } from '../../../protocol/calls.ts';
import {
  type AuthorizationStruct,
  fundAndBookNonce,
  RECEIVE_WITH_AUTHORIZATION,
} from '../../../protocol/funding.ts';
import type { Ledger, Purse } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { accountError } from './accountError.ts';
import type { FundingWay } from './fundingWay.ts';
import { askFaucet, marketCall, sendOwn } from './send.ts';
import { signTyped, type Wallet } from './wallet.ts';

/** How long a signed transfer is valid. */
const VALID_SEC = 600n;

/** One signature that funds and books: the transfer's nonce is the digest of the booking's intent. */
export async function fundAndBookCall(
  wallet: Wallet,
  ledger: Ledger,
  domain: TypedDataDomain,
  order: {
    booking: Booking;
    limits: IntentLimits;
    listing: { weeklyHours: bigint; placeHash: Hex };
    value: bigint;
  },
): Promise<Call<'fundAndBook'>> {
  const { booking, limits, listing, value } = order;
  const nonce = fundAndBookNonce(ledger.ref, booking, limits);
  const transfer = { from: wallet.address, value, validAfter: 0n, validBefore: limits.validUntil };
  const signature = await signTyped(wallet, ledger, {
    domain,
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...transfer, to: ledger.ref.market, nonce },
  });
  const authorization: AuthorizationStruct = { ...transfer, signature };
  const { weeklyHours, placeHash } = listing;
  const args = [toBookingStruct(booking), weeklyHours, placeHash, packLimits(limits), authorization];
  return { functionName: 'fundAndBook', args };
}

export const fundingStep = {
  faucet: t('accounts.step.faucet'),
  approve: t('accounts.step.approve'),
  deposit: t('accounts.step.deposit'),
} as const;

/** What a wallet has, in token units and wei, and how it can pay. */
export interface Means {
  tokens: bigint;
  gas: bigint;
  funding: FundingWay;
}

/** The steps before the booking's own that bring `missing` token units into a purse. */
export function fundingSteps(missing: bigint, { tokens, gas, funding }: Means, isLocal: boolean): string[] {
  if (missing <= 0n) return [];
  const steps: Record<FundingWay['kind'], string[]> = {
    none: [],
    authorization: [],
    permit: [fundingStep.deposit],
    allowance: [fundingStep.approve, fundingStep.deposit],
  };
  const needed = steps[funding.kind];
  const isPoor = tokens < missing || (needed.length > 0 && gas === 0n);
  return [...(isPoor && isLocal ? [fundingStep.faucet] : []), ...needed];
}

interface Party {
  wallet: Wallet;
  ledger: Ledger;
  config: ConfigResponse;
}

/** Runs the steps that `fundingSteps` returned. */
export async function fundPurse(
  { wallet, ledger, config }: Party,
  { purse: { index: purse }, missing, steps }: { purse: Purse; missing: bigint; steps: readonly string[] },
  funding: FundingWay,
  progress: Progress,
): Promise<void> {
  const { market } = ledger.ref;
  const amount = exactMoney(missing, config.token);
  const moved: Record<string, string> = {
    [fundingStep.faucet]: t('errors.moved.given'),
    [fundingStep.approve]: t('errors.moved.approved', { amount }),
    [fundingStep.deposit]: t('errors.moved.deposited', { amount }),
  };
  const report = (name: string) => (change: Parameters<Progress>[1]) =>
    progress(name, change.phase === 'done' ? { ...change, moved: moved[name] ?? '' } : change);
  const paysGas = steps.includes(fundingStep.deposit);
  if (steps.includes(fundingStep.faucet)) {
    const wanted = paysGas ? { purse, gas: true } : { purse };
    await askFaucet(wallet, ledger, config, report(fundingStep.faucet), wanted);
  }
  if (!paysGas) return;
  const to = report(fundingStep.deposit);
  if (funding.kind === 'permit') {
    const data = await depositByPermit(wallet, ledger, funding.domain, purse, missing);
    await sendOwn(wallet, ledger, { to: market, data }, to);
    return;
  }
  const allow = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [market, missing] });
  await sendOwn(wallet, ledger, { to: ledger.token, data: allow }, report(fundingStep.approve));
  const data = marketCall('deposit', [wallet.address, purse, missing]);
  await sendOwn(wallet, ledger, { to: market, data }, to);
}

const NONCES = parseAbi(['function nonces(address) view returns (uint256)']);

const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const;

async function depositByPermit(
  wallet: Wallet,
  ledger: Ledger,
  domain: TypedDataDomain,
  purse: number,
  value: bigint,
): Promise<Hex> {
  const [nonce, { timestamp }] = await Promise.all([
    ledger.client.readContract({
      address: ledger.token,
      abi: NONCES,
      functionName: 'nonces',
      args: [wallet.address],
    }),
    ledger.client.getBlock(),
  ]);
  const deadline = timestamp + VALID_SEC;
  const message = { owner: wallet.address, spender: ledger.ref.market, value, nonce, deadline };
  const signature = await signTyped(wallet, ledger, {
    domain,
    types: { Permit: PERMIT },
    primaryType: 'Permit',
    message,
  } as never);
  const { r, s, v = 27n } = parseSignature(signature);
  return marketCall('depositWithPermit', [wallet.address, purse, value, deadline, Number(v), r, s]);
}

/** @throws PlugpactError `wallet.tooLittle`, `purse.tooLittle` where the account cannot pay and there is no faucet. */
export function requireTokens(
  missing: bigint,
  { tokens, funding }: Means,
  { local, token }: Pick<ConfigResponse, 'local' | 'token'>,
): void {
  const hasNone = funding.kind === 'none';
  if (local !== null || missing <= 0n || (!hasNone && tokens >= missing)) return;
  const value = t('accounts.has', { has: exactMoney(tokens, token), needs: exactMoney(missing, token) });
  throw hasNone ? accountError('purseTooLittle') : accountError('tooLittle', { value });
}
