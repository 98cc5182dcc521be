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

/** Whole tokens of demo money, and wei for gas, that one click gives. */
const DEMO_TOKENS = 100n;
const DEMO_WEI = parseEther('1');

const faucetBody = z.strictObject({ account: address });

/** Demo money, on the local ledger only. */
export function accountRoutes(services: Services): Router {
  const router = Router();
  router.post('/faucet', limitTo(services.limits.faucet), async (req, res) => {
    const { account } = parseBody(faucetBody, req);
    if (services.faucet === undefined) throw noFaucet();
    res.json({ transactionHash: await giveDemoMoney(services, services.faucet, account) });
  });
  return router;
}

/** Gas first, then money: once the transaction that comes back is mined, both are there. */
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
    rule: 'Demo money is given on the local ledger only, by a server that was given FAUCET_PRIVATE_KEY.',
    remedy: 'Bring money of this ledger’s token from elsewhere.',
  });
