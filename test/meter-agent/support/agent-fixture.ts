import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { AgentOptions } from '../../../meter-agent/agent.ts';
import type { AgentConfig } from '../../../meter-agent/config/config.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import type { Limits } from '../../../meter-agent/session/money.ts';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { ScriptedChargePoint } from './scripted-charge-point.ts';
import { type Scope, startAgent, testConfig } from './start-agent.ts';

export const REF = { chainId: 31_337, market: `0x${'11'.repeat(20)}` } as const;
export const TAG = 'ABCDEFGHIJKLMNOPQRST';

/** 0.30 per kWh, and 5,000 Wh of trust from the start: where the clock is skipped, the meter could not speak. */
const LIMITS: Limits = {
  tariff: {
    pricePerKwh: 300_000n,
    pricePerHour: 0n,
    overstayPerHour: 0n,
    flatFee: 0n,
    overstayReserve: 0n,
    discountBp: 0n,
  },
  cap: 30_000_000n,
  unsignedCost: 1_500_000n,
  allowedCost: 1_500_000n,
  firstTrustMax: 500_000n,
};

/** A driver who trusts 100 Wh before the first co-signature. */
export const CAUTIOUS = { limits: { ...LIMITS, allowedCost: 30_000n } } as const;

/** A plan whose slot contains now. */
export function planNow(sessionKey: Hex, change: Partial<Plan> = {}): Plan {
  const start = Math.floor(Date.now() / 900_000) * 900;
  const times = { opens: start - 900, start, end: start + 3_600, closes: start + 4_500 };
  return {
    bookingId: `0x${'ab'.repeat(32)}`,
    listingId: `0x${'cd'.repeat(32)}`,
    chargePointId: 'CP1',
    connectorId: 1,
    driver: `0x${'88'.repeat(20)}`,
    sessionKey,
    limits: LIMITS,
    maxPowerW: 22_000,
    fullCurrentA: 32,
    sampleSec: 1,
    times: { ...times, freeUntil: start - 900, noShowFrom: start + 1_800, reportBy: start + 5_100 },
    ...change,
  };
}

/** Names the ledger in the journal, as if it had been reached before: from then on the agent works without it. */
export function knowLedger(dataDir: string): void {
  const journal = new Journal(dataDir);
  const windows = { reportSec: 600, challengeSec: 600, proofSec: 600 };
  const money = { firstTrustMax: 500_000n };
  journal.setNote('ledger', { ref: REF, windows, money, genesisHash: `0x${'00'.repeat(32)}` });
  journal.close();
}

/** An agent whose ledger and API are away, with one booking, and a scripted charge point that connected. */
export async function agentFixture(
  scope: Scope,
  options: {
    plan?: Partial<Plan>;
    answers?: Record<string, Record<string, unknown>>;
    /** Options of the scripted charge point's line. */
    client?: Record<string, unknown>;
    config?: Partial<AgentConfig>;
    log?: Logger;
    agent?: Partial<AgentOptions>;
  } = {},
) {
  const dataDir = scope.dir();
  knowLedger(dataDir);
  const config = testConfig({ dataDir, market: REF.market, ...options.config });
  let skippedSec = 0;
  const nowSec = () => Math.floor(Date.now() / 1000) + skippedSec;
  /** The agent's clock goes on at once: what a charge needs in time, a test does not. */
  const skip = (seconds: number) => {
    skippedSec += seconds;
  };
  const { agent, port } = await startAgent(scope, config, {
    nowSec,
    ...options.agent,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const sessionKey = privateKeyToAccount(generatePrivateKey());
  const plan = planNow(sessionKey.address, options.plan);
  agent.sessions.open(plan);
  const { bookingId } = plan;
  const chargePoint = new ScriptedChargePoint(port, 'CP1', options.answers, options.client);
  scope.onEnd(async () => void (await chargePoint.close()));
  await chargePoint.connect();
  /** As a start over the link does, once its checks have passed. */
  const handOver = () => {
    agent.sessions.apply(bookingId, { type: 'connection', connected: true, at: nowSec() });
    agent.sessions.receiveStartSecret(bookingId, generatePrivateKey(), TAG, nowSec());
  };
  const session = () => {
    const found = agent.sessions.get(bookingId);
    if (found === undefined) throw new Error('the session is gone');
    return found;
  };
  /** Co-signs the newest reading, as checked by the link before. */
  const cosign = () => {
    const { lastReading } = session();
    if (lastReading === null) throw new Error('nothing to co-sign');
    agent.sessions.apply(bookingId, { type: 'cosigned', ...lastReading, at: nowSec() });
  };
  return {
    agent,
    port,
    chargePoint,
    plan,
    bookingId,
    dataDir,
    config,
    handOver,
    session,
    cosign,
    nowSec,
    skip,
  };
}
