import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { Agent } from '../../../meter-agent/agent.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TARIFF, testTerms } from '../../support/market.ts';
import { StablePort } from '../../support/stable-port.ts';
import { knowLedger, REF } from './agent-fixture.ts';
import { ApiPeer } from './api-peer.ts';
import { type Booked, bookOn } from './booked.ts';
import { ReplayingChargePoint } from './replaying-charge-point.ts';
import { type Scope, silent, testConfig } from './start-agent.ts';

const CHILD = join(ROOT, 'test/meter-agent/fixtures/crash-child.ts');

const HOST = `0x${'77'.repeat(20)}` as const;
const AGENT = `0x${'99'.repeat(20)}` as const;

/** By energy alone, so that no reading is due while only the clock moves, and the stop is the end. */
const TERMS = testTerms(HOST, AGENT, {
  tariff: { ...TARIFF, pricePerKwh: 300_000n, pricePerHour: 0n, overstayPerHour: 0n, flatFee: 0n },
});
const TERMS_43_KW = { ...TERMS, metering: { ...TERMS.metering, maxPowerW: 43_000n } };

/** An agent that may kill itself once, and is started again each time that it is gone. */
export class Crashing {
  readonly dataDir: string;
  readonly #stable: StablePort;
  readonly api: ApiPeer;
  readonly booked: Booked;
  readonly publicKey: Hex;
  readonly chargePoint: ReplayingChargePoint;
  readonly readings = new Map<number, Reading>();
  readonly #config: string;
  readonly #cosigned = new Set<number>();
  #child: ChildProcess | undefined;
  #killAt: number;
  #isOver = false;
  #failed: unknown;
  isAwake = true;
  /** Of the booked slot. */
  readonly startSec: number;
  nowSec: number;
  kills = 0;

  static async begin(scope: Scope, killAt: number): Promise<Crashing> {
    const dataDir = scope.dir();
    knowLedger(dataDir);
    const api = new ApiPeer(REF);
    scope.onEnd(() => api.close());
    const stable = await StablePort.open();
    scope.onEnd(() => stable.close());
    const config = testConfig({ dataDir, market: REF.market, apiUrl: await api.listen() });
    const agent = new Agent(config, { log: silent });
    const firstSlot = Math.floor(Date.now() / 1000 / SLOT_SEC);
    const booked = bookOn(agent, { terms: toTermsStruct(TERMS_43_KW), firstSlot });
    const { publicKey } = agent.key.account;
    await agent.close();
    const file = join(dataDir, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    const crashing = new Crashing(scope, {
      dataDir,
      stable,
      api,
      booked,
      publicKey,
      config: file,
      killAt,
      startSec: firstSlot * SLOT_SEC,
    });
    await crashing.#spawn();
    return crashing;
  }

  private constructor(
    scope: Scope,
    made: Pick<Crashing, 'dataDir' | 'api' | 'booked' | 'publicKey'> & {
      stable: StablePort;
      config: string;
      killAt: number;
      startSec: number;
    },
  ) {
    this.dataDir = made.dataDir;
    this.#stable = made.stable;
    this.api = made.api;
    this.booked = made.booked;
    this.publicKey = made.publicKey;
    this.#config = made.config;
    this.#killAt = made.killAt;
    this.startSec = made.startSec;
    this.nowSec = made.startSec + 10;
    this.chargePoint = new ReplayingChargePoint(made.stable.port, () => this.nowSec, 5_000);
    this.api.onMessage = (message) => {
      if (message.type === 'reading') this.#hear(message.reading);
    };
    scope.onEnd(() => this.#kill());
    scope.onEnd(() => this.chargePoint.close());
  }

  /** The clock of all, charge point and agent, goes on. */
  async advance(seconds: number): Promise<void> {
    this.nowSec += seconds;
    await this.#until('the agent to know the time', async () => {
      const answer = await this.#tell({ nowSec: this.nowSec });
      return answer?.nowSec === this.nowSec;
    });
  }

  /** Waits for something that a killed agent may bring about only once it is back. */
  async until(what: string, look: () => unknown): Promise<void> {
    await this.#until(what, async () => Boolean(await look()));
  }

  /** Asks until a reply comes: a connection that is lost in between is a reply that is lost. */
  async ask(type: 'start' | 'stop'): Promise<void> {
    await this.#until(`the reply to ${type}`, async () => {
      if (!this.api.isLinked) return false;
      const hellos = this.api.of('hello').length;
      const isCut = async () => {
        await waitFor(
          'the connection to be lost',
          () => this.api.of('hello').length > hellos || this.#isOver,
        );
        return undefined;
      };
      const reply = await Promise.race([this.#ask(type), isCut()]);
      if (reply?.problem !== undefined) throw new Error(JSON.stringify(reply.problem));
      return reply !== undefined;
    });
  }

  /** The newest reading holds so much, and the agent has taken the driver's signature under it. */
  async cosigned(energyWh: number): Promise<void> {
    await this.until(`${energyWh} Wh to be co-signed`, () => {
      const { seq = -1, energyWh: newestWh } = this.newest ?? {};
      const isSigned = this.#cosigned.has(seq);
      const { isIdle } = this.chargePoint;
      if (newestWh === energyWh && isSigned && isIdle) return true;
      throw new Error(
        `Reading ${seq} has ${newestWh} Wh, signed: ${isSigned}, charge point idle: ${isIdle}.`,
      );
    });
  }

  get newest(): Reading | undefined {
    return [...this.readings.values()].at(-1);
  }

  cosignNewest(): void {
    if (this.newest !== undefined) void this.#cosign(this.newest);
  }

  /** Ends the agent as its owner would; returns how many moments it had, if it was never killed. */
  async end(): Promise<string[]> {
    const answer = await this.#tell({});
    this.#isOver = true;
    await this.chargePoint.close();
    const child = this.#child;
    child?.kill('SIGTERM');
    await waitFor('the agent to end', () => child?.exitCode !== null || child.signalCode !== null);
    if (this.#failed !== undefined) throw this.#failed;
    return answer?.moments ?? [];
  }

  async #kill(): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async #until(what: string, look: () => Promise<boolean>): Promise<void> {
    await waitFor(
      what,
      () => {
        if (this.#failed !== undefined) return true;
        return look();
      },
      { pollMs: 20 },
    );
    if (this.#failed !== undefined) throw this.#failed;
  }

  #hear(reading: Reading): void {
    const { bookingId } = this.booked;
    if (reading.bookingId !== bookingId) return;
    const known = this.readings.get(reading.seq);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(reading)) {
      this.#failed = new Error(`Two readings of seq ${reading.seq} left the agent.`);
    }
    this.readings.set(reading.seq, reading);
    if (this.isAwake) void this.#cosign(reading);
  }

  async #cosign(reading: Reading): Promise<void> {
    const { bookingId, sessionKey } = this.booked;
    const signature = await signMessageOf(sessionKey, REF, 'Reading', reading);
    if (!this.api.isLinked) return;
    const reply = await this.api.ask({ type: 'cosign', bookingId, seq: reading.seq, signature });
    if (reply.problem !== undefined) this.#failed = new Error(JSON.stringify(reply.problem));
    this.#cosigned.add(reading.seq);
  }

  async #ask(type: 'start' | 'stop') {
    const { bookingId, sessionKey, secret } = this.booked;
    if (type === 'stop') {
      const signature = await signMessageOf(sessionKey, REF, 'Stop', { bookingId });
      return this.api.ask({ type, bookingId, signature });
    }
    const message = { bookingId, secret };
    const signature = await signMessageOf(sessionKey, REF, 'Start', message);
    const envelope = seal(this.publicKey, JSON.stringify({ ...message, signature }));
    return this.api.ask({ type, bookingId, envelope });
  }

  async #tell(message: object): Promise<{ nowSec: number; moments: string[] } | undefined> {
    const child = this.#child;
    if (child?.connected !== true) return undefined;
    return new Promise((resolve) => {
      const hear = (answer?: unknown) => {
        child.off('message', hear).off('exit', isGone);
        resolve(answer as { nowSec: number; moments: string[] } | undefined);
      };
      const isGone = () => hear();
      child.once('message', hear).once('exit', isGone);
      child.send(message, (error) => error !== null && hear());
    });
  }

  async #spawn(): Promise<void> {
    const args = [CHILD, this.#config, String(this.nowSec), String(this.#killAt)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await new Promise<void>((resolve, reject) => {
      child.once('message', ({ port }: { port: number }) => {
        this.#stable.target = port;
        resolve();
      });
      child.once('exit', (code, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error(`ended with ${code}`)),
      );
    });
    this.#child = child;
    const again = () => {
      if (this.#isOver) return;
      this.kills += 1;
      this.#stable.target = undefined;
      this.#killAt = 0;
      this.#spawn().catch((error: unknown) => {
        this.#failed = error;
      });
    };
    if (child.exitCode !== null || child.signalCode !== null) again();
    else child.once('exit', again);
  }
}
