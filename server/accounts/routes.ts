import { Router } from 'express';
import { type Address, encodeFunctionData, type Hex, parseEther } from 'viem';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { local } from '../../protocol/api/relay.ts';
import type { Sender } from '../chain/sender.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';

/** What one request gives: demo money in whole tokens, gas in wei. */
const DEMO_TOKENS = 100n;
const DEMO_WEI = parseEther('1');

/** The faucet: demo money, on the local ledger only. */
export function accountRoutes(services: Services): Router {
  const router = Router();
  operate(router, local.giveDemoMoney, [limitTo(services.limits.faucet)], async ({ body }) => {
    if (services.faucet === undefined) throw noFaucet();
    return { transactionHash: await giveDemoMoney(services, services.faucet, body) };
  });
  return router;
}

/** Sends gas before money, so that the account has both once the returned transaction is mined. */
async function giveDemoMoney(
  { marketInfo }: Services,
  faucet: Sender,
  { account, gas = true }: { account: Address; gas?: boolean | undefined },
): Promise<Hex> {
  const { token } = marketInfo();
  if (gas) await faucet.send({ to: account, value: DEMO_WEI });
  const amount = DEMO_TOKENS * 10n ** BigInt(token.decimals);
  const data = encodeFunctionData({ abi: demoTokenAbi, functionName: 'mint', args: [account, amount] });
  return faucet.send({ to: token.address, data });
}

const noFaucet = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'faucet.unavailable',
    rule: 'Demo money is available on the local ledger only, from a server that has FAUCET_PRIVATE_KEY set.',
    remedy: 'Transfer tokens of this ledger to the account from another account.',
  });
