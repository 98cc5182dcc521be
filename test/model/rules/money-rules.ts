import type * as calls from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, type Rule } from '../forecast.ts';
import {
  balanceOf,
  countNonce,
  earningsOf,
  FEE_BASIS_POINTS,
  MARKET,
  type Made,
  moveTokens,
  nonceOf,
  purseOf,
  type World,
} from '../world.ts';

/** Accounts with an unlimited approval: the drivers, from before the first step. */
export const hasApproved = (name: string): boolean => name.startsWith('driver');

export function deposit(world: World, call: calls.Deposit): Forecast {
  return forecastOf('deposit', [...deposited(call), ...fromSender(world, call)], () =>
    credit(world, call.sender, call),
  );
}

/** The permit is valid and the sender's own, so no approval is needed. */
export function depositWithPermit(world: World, call: calls.DepositWithPermit): Forecast {
  const rules = [...deposited(call), ...poor(world, call.sender, call.amount)];
  return forecastOf('depositWithPermit', rules, () => {
    world.permits.set(call.sender, (world.permits.get(call.sender) ?? 0n) + 1n);
    return credit(world, call.sender, call);
  });
}

export function depositWithAuthorization(world: World, call: calls.DepositWithAuthorization): Forecast {
  const rules: Rule[] = [
    ...deposited(call),
    ...poor(world, call.from, call.amount),
    ['ERC3009InvalidSignature', call.signer !== call.from],
  ];
  return forecastOf('depositWithAuthorization', rules, () => credit(world, call.from, call));
}

const deposited = (call: { account: string | null; amount: bigint }): Rule[] => [
  ['Account_ZeroAddress', call.account === null],
  ['Account_ZeroAmount', call.amount === 0n],
];

export const poor = (world: World, from: string, amount: bigint): Rule[] => [
  ['ERC20InsufficientBalance', balanceOf(world, from) < amount],
];

const fromSender = (world: World, { sender, amount }: calls.Deposit): Rule[] => [
  ['ERC20InsufficientAllowance', amount > 0n && !hasApproved(sender)],
  ...poor(world, sender, amount),
];

export function credit(
  world: World,
  from: string,
  to: { account: string | null; index: number; amount: bigint },
): Emitted[] {
  moveTokens(world, from, MARKET, to.amount);
  purseOf(world, to.account ?? '', to.index).free += to.amount;
  return [{ name: 'Deposited', args: { amount: to.amount } }];
}

/** A withdrawal needs enough money and a receiver. */
const spendable = (has: bigint, amount: bigint, to: string | null): Rule[] => [
  ['Account_ZeroAddress', to === null],
  ['Account_ZeroAmount', amount === 0n],
  ['Account_InsufficientBalance', amount > has],
];

export function withdraw(world: World, call: calls.Withdraw): Forecast {
  const purse = purseOf(world, call.sender, call.index);
  return forecastOf('withdraw', spendable(purse.free, call.amount, call.to), () => {
    purse.free -= call.amount;
    moveTokens(world, MARKET, call.to ?? '', call.amount);
    return [{ name: 'Withdrawn', args: { amount: call.amount } }];
  });
}

export function withdrawEarnings(world: World, call: calls.WithdrawEarnings): Forecast {
  const earnings = earningsOf(world, call.charger, call.sender);
  return forecastOf('withdrawEarnings', spendable(earnings.earned, call.amount, call.to), () => {
    earnings.earned -= call.amount;
    moveTokens(world, MARKET, call.to ?? '', call.amount);
    return [{ name: 'EarningsWithdrawn', args: { amount: call.amount } }];
  });
}

type Relayed = calls.WithdrawBySignature | calls.WithdrawEarningsBySignature;

const relayed = (world: World, call: Relayed): Rule[] => [
  ['Account_SignatureExpired', world.nowSec >= call.validUntil],
  ['Account_WrongRelayer', call.relayer !== null && call.relayer !== call.sender],
  ['Account_RelayFeeTooHigh', call.relayFee !== 0n && call.relayFee >= call.amount],
  ['InvalidAccountNonce', call.nonce !== nonceOf(world, call.account)],
  ['Account_InvalidSignature', call.signer !== call.account],
];

export function withdrawBySignature(world: World, call: calls.WithdrawBySignature): Forecast {
  const purse = purseOf(world, call.account, call.index);
  const rules = [...relayed(world, call), ...spendable(purse.free, call.amount, call.to)];
  return forecastOf('withdrawBySignature', rules, () => {
    purse.free -= call.amount;
    return [{ name: 'Withdrawn', args: { amount: call.amount } }, ...sendRelayed(world, call)];
  });
}

export function withdrawEarningsBySignature(world: World, call: calls.WithdrawEarningsBySignature): Forecast {
  const earnings = earningsOf(world, call.charger, call.account);
  const rules = [...relayed(world, call), ...spendable(earnings.earned, call.amount, call.to)];
  return forecastOf('withdrawEarningsBySignature', rules, () => {
    earnings.earned -= call.amount;
    return [{ name: 'EarningsWithdrawn', args: { amount: call.amount } }, ...sendRelayed(world, call)];
  });
}

function sendRelayed(world: World, call: Relayed): Emitted[] {
  countNonce(world, call.account);
  moveTokens(world, MARKET, call.to ?? '', call.amount - call.relayFee);
  return payRelay(world, call.sender, call.relayFee);
}

/** The sender of a signed message is paid into his purse 0. */
export function payRelay(world: World, sender: string, amount: bigint): Emitted[] {
  if (amount === 0n) return [];
  purseOf(world, sender, 0).free += amount;
  return [{ name: 'RelayFeePaid', args: { amount } }];
}

/** The host gets what a charge costs less the market's fee, which is rounded down; a forfeit has no fee. */
export function payHost(world: World, made: Made, cost: bigint, energyWh: number, forfeit = 0n): Emitted[] {
  const fee = (cost * FEE_BASIS_POINTS) / 10_000n;
  earn(world, made, cost - fee + forfeit, energyWh);
  if (fee === 0n) return [];
  purseOf(world, 'treasury', 0).free += fee;
  return [{ name: 'MarketFeePaid', args: { amount: fee } }];
}

export function earn(world: World, made: Made, amount: bigint, energyWh: number): void {
  const earnings = earningsOf(world, made.charger, made.host);
  earnings.earned += amount;
  earnings.soldWh += BigInt(energyWh);
  earnings.sessions += 1;
}
