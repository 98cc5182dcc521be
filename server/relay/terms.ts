import { type Address, erc20Abi } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { Tx } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import type { RelayServices, Terms } from './handIn.ts';
import { canPay, groupOf, type Party, partiesOf } from './parties.ts';
import { allowanceLeft, countCall, dayOf, ipKey, type Quota, takeAllowance } from './quotas.ts';
import type { RelayedCall } from './relayCall.ts';
import { scaledUp, tokenPriceOf } from './tokenPrice.ts';

const SETTING_DECIMALS = 18;

/** What a call that somebody hands in brings, and what it is counted by. */
export async function termsOf(services: RelayServices, call: RelayedCall, ip: string): Promise<Terms> {
  const { config, now, client, db, marketInfo } = services;
  const { functionName, args } = call;
  const parties = partiesOf(functionName, args);
  const allowance = groupOf(functionName);
  const limit = config.relay.allowances[allowance] ?? 0n;
  const day = dayOf(now());
  const [price, left, quotas] = await Promise.all([
    tokenPriceOf(client, config.relay, marketInfo().token.decimals, now()),
    allowanceLeft(db, allowance, day, limit),
    quotasOf(services, functionName, parties, ip, day),
  ]);
  return {
    means: {
      ...{ price, marginPercent: config.relay.marginPercent, allowance: left },
      fee: parties.reduce((sum, { fee }) => sum + fee, 0n),
      canPay: canPay(functionName),
    },
    allowance,
    async admit(tx: Tx, reserved: bigint) {
      await countCall(tx, quotas, day);
      if (reserved === 0n) return;
      if (!(await takeAllowance(tx, allowance, day, reserved, limit))) throw allowanceUsed(functionName);
    },
  };
}

/** The operator's own calls are counted by nothing. */
export const OWN_TERMS: Terms = {
  means: { price: undefined, marginPercent: 0, allowance: 2n ** 255n, fee: 0n, canPay: false },
  allowance: undefined,
  admit: async () => {},
};

/** In one order for all calls, so that two of them never wait for each other. */
async function quotasOf(
  services: RelayServices,
  functionName: string,
  parties: readonly Party[],
  ip: string,
  day: number,
): Promise<Quota[]> {
  const { config } = services;
  const { callsPerDay } = config.relay;
  const isFunded = groupOf(functionName) === 'sessions' || (await areFunded(services, parties));
  const accounts = [...new Set(parties.map(({ account }) => account.toLowerCase()))].sort();
  return [
    { name: 'day', countKey: 'all', limit: callsPerDay.all },
    ...(isFunded ? [] : [{ name: 'unfunded' as const, countKey: 'unfunded', limit: callsPerDay.unfunded }]),
    { name: 'ip', countKey: ipKey(ip, day, config.relayerKey!), limit: callsPerDay.ip },
    ...accounts.map((account) => ({
      ...{ name: 'account' as const, countKey: `account ${account}`, limit: callsPerDay.account },
    })),
  ];
}

/** Whether each account holds enough, in its wallet or its purse: keys can be made up, money cannot. */
async function areFunded(services: RelayServices, parties: readonly Party[]): Promise<boolean> {
  const { decimals } = services.marketInfo().token;
  const least = scaledUp(services.config.relay.fundedMin, SETTING_DECIMALS, decimals);
  const held = await Promise.all(parties.map(({ account, purse }) => holdingsOf(services, account, purse)));
  return held.every((amount) => amount >= least);
}

async function holdingsOf(
  { client, marketInfo }: RelayServices,
  account: Address,
  purse: number,
): Promise<bigint> {
  const { token, market } = marketInfo();
  const [inWallet, [inPurse]] = await Promise.all([
    client.readContract({
      ...{ address: token.address, abi: erc20Abi, functionName: 'balanceOf', args: [account] },
    }),
    client.readContract({
      ...{ address: market, abi: plugpactMarketAbi, functionName: 'purseOf', args: [account, purse] },
    }),
  ]);
  return inWallet + inPurse;
}

const allowanceUsed = (functionName: string): HttpProblem =>
  new HttpProblem(503, {
    code: 'relay.unpaid',
    value: functionName,
    rule: 'What the operator gives away for such calls in a day is used up.',
    remedy: 'Send the call from your own account, or try again tomorrow.',
    retry: 'later',
  });
