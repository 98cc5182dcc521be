import { encodeFunctionData, maxUint256 } from 'viem';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { TOKEN } from '../support/market.ts';
import { ACTORS, addressOf, DRIVERS, PURSES } from './actors.ts';
import type { Call } from './calls.ts';
import { CHARGERS } from './chargers.ts';
import { Ledger, transactionOf } from './ledger.ts';
import { FEE_BASIS_POINTS, MARKET, MONEY, WINDOWS, type World } from './world.ts';

/** A moment in 2033, so that every run of these tests happens at the same time. */
export const START_SEC = 2_000_000_000;
const GUARDIAN_ENDS_AT = START_SEC + 60 * 86_400;
const WEALTH = 2_000n * TOKEN;

/** Deploys a market with a guardian and a fee on a node where everybody may send, and gives people money. */
export async function deployLedger(rpcUrl: string): Promise<Ledger> {
  const account = localAccount('deployer');
  const settings = {
    ...MONEY,
    feeBasisPoints: FEE_BASIS_POINTS,
    feeTo: addressOf('treasury'),
    guardian: addressOf('guardian'),
    guardianEndsAt: BigInt(GUARDIAN_ENDS_AT),
  };
  const { chainId, market, token } = await deployMarket({
    rpcUrl,
    network: 'local',
    account,
    settings,
    windows: WINDOWS,
  });
  const ledger = new Ledger(rpcUrl, { chainId, market, token });
  await ledger.one('anvil_autoImpersonateAccount', [true]);
  await ledger.one('anvil_setNextBlockBaseFeePerGas', ['0x0']);
  for (const name of ACTORS) {
    const mint = { functionName: 'mint', args: [addressOf(name), WEALTH] } as const;
    const data = encodeFunctionData({ abi: demoTokenAbi, ...mint });
    await ledger.sendRaw(START_SEC - 100, transactionOf(account.address, token, data));
  }
  const approve = { functionName: 'approve', args: [market, maxUint256] } as const;
  const data = encodeFunctionData({ abi: demoTokenAbi, ...approve });
  for (const name of DRIVERS) {
    await ledger.sendRaw(START_SEC - 50, transactionOf(addressOf(name), token, data));
  }
  return ledger;
}

/** The model of that market before anything happened. */
export const newWorld = (): World => ({
  nowSec: START_SEC,
  guardianEndsAt: GUARDIAN_ENDS_AT,
  tokens: new Map([...ACTORS.map((name) => [name, WEALTH] as const), [MARKET, 0n]]),
  nonces: new Map(),
  permits: new Map(),
  purses: new Map(),
  listings: CHARGERS.map(() => ({ host: null, variant: 0, version: 0, status: 'NONE' as const })),
  earnings: new Map(),
  taken: CHARGERS.map(() => new Set<number>()),
  pausedUntil: 0,
  nextPauseFrom: 0,
  bookings: [],
  tried: 0,
  touched: new Set(),
});

/** What has happened before each run: the drivers have money, and all chargers but the last are listed. */
export function* firstSteps(): Generator<Call> {
  for (const account of DRIVERS) {
    for (const index of PURSES)
      yield { kind: 'deposit', sender: account, account, index, amount: 150n * TOKEN };
  }
  for (const [charger, { host, agent }] of CHARGERS.slice(0, -1).entries()) {
    const consent = { consentBy: agent, consentUntil: START_SEC + 300 };
    yield { kind: 'publish', sender: host, charger, host, variant: charger, ...consent, signer: null };
  }
}
