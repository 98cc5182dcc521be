import { Router } from 'express';
import { type Address, encodeFunctionData, type Hex, parseEther } from 'viem';
import { z } from 'zod';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { address } from '../../protocol/schemas.ts';
import type { Sender } from '../chain/sender.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';

/** What one request gives: demo money in whole tokens, gas in wei. */
const DEMO_TOKENS = 100n;
const DEMO_WEI = parseEther('1');

const faucetBody = z.strictObject({ account: address });

/** The faucet: demo money, on the local ledger only. */
export function accountRoutes(services: Services): Router {
  const router = Router();
  router.post('/faucet', limitTo(services.limits.faucet), async (req, res) => {
    const { account } = parseBody(faucetBody, req);
    if (services.faucet === undefined) throw noFaucet();
    res.json({ transactionHash: await giveDemoMoney(services, services.faucet, account) });
  });
  return router;
}

/** Sends gas before money, so that the account has both once the returned transaction is mined. */
async function giveDemoMoney({ marketInfo }: Services, faucet: Sender, account: Address): Promise<Hex> {
  const { token } = marketInfo();
  await faucet.send({ to: account, value: DEMO_WEI });
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
