import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent, type AgentOptions } from '../../../meter-agent/agent.ts';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import type { AgentConfig } from '../../../meter-agent/config/config.ts';
import { wallboxOptions } from '../../../scripts/wallbox/options.ts';
import { SimulatedWallbox } from '../../../scripts/wallbox/simulated-wallbox.ts';

export const silent = pino({ level: process.env.AGENT_LOG ?? 'silent' });

export function tempDir(): string {
  return mkdtempSync(join(tmpdir(), 'plugpact-agent-'));
}

type Ends = () => Promise<void> | void;

/** Things that a test started, ended in reverse order whatever happens. */
export class Scope {
  readonly #ends: Ends[] = [];

  onEnd(end: Ends): void {
    this.#ends.push(end);
  }

  dir(): string {
    const dir = tempDir();
    this.onEnd(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    this.#ends.length = 0;
  }
}

export function testConfig(change: Partial<AgentConfig> & { dataDir: string }): AgentConfig {
  return parseConfig({
    rpcUrl: 'http://127.0.0.1:1',
    market: `0x${'11'.repeat(20)}`,
    apiUrl: 'http://127.0.0.1:1',
    ocpp: { host: '127.0.0.1', port: 0, sampleIntervalSec: 1 },
    confirmations: 1,
    acceptUnknownChargePoints: true,
    ownerIdTags: ['OWNER'],
    status: { enabled: false },
    ...change,
  });
}

export async function startAgent(
  scope: Scope,
  config: AgentConfig,
  options: Partial<AgentOptions> = {},
): Promise<{ agent: Agent; port: number }> {
  const agent = new Agent(config, { log: silent, ...options });
  const port = await agent.start();
  let closed = false;
  const close = agent.close.bind(agent);
  agent.close = async () => {
    if (!closed) await close();
    closed = true;
  };
  scope.onEnd(() => agent.close());
  return { agent, port };
}

/** The simulated wallbox, in this process, over a real socket. */
export async function startWallbox(
  scope: Scope,
  port: number,
  change: Record<string, unknown> = {},
): Promise<SimulatedWallbox> {
  const dir = scope.dir();
  const chargePoint = new SimulatedWallbox(
    wallboxOptions({
      url: `ws://127.0.0.1:${port}`,
      id: 'CP1',
      'state-file': join(dir, 'box.json'),
      'meter-key-file': join(dir, 'meter.pem'),
      ...change,
    }),
  );
  scope.onEnd(() => chargePoint.stop());
  await chargePoint.start();
  return chargePoint;
}
