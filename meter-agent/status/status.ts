import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Starts } from '../central-system/starts.ts';
import type { ChargePoints } from '../drivers/charge-points.ts';
import { learnToken } from '../ledger/token.ts';
import { startControl } from './control.ts';
import { Earnings } from './earnings.ts';
import { AnnouncedTopics } from './home-assistant/announced.ts';
import { noteOutages } from './outages.ts';
import { type Run, type SnapshotParts, snapshotOf } from './snapshotOf.ts';

export interface StatusParts extends Omit<SnapshotParts, 'earnings'> {
  chargePoints: ChargePoints;
  starts: Starts;
  onTakeover: (() => void) | undefined;
  log: Logger;
}

/**
 * The ways to see the agent's state: the owner's socket, the page, and Home Assistant. None may disturb the service of a
 * wallbox.
 */
export class Status {
  readonly #parts: StatusParts & SnapshotParts;
  readonly #servers: Server[] = [];
  readonly #brokers: { close(): Promise<void> }[] = [];
  #run: Run;
  #isLearning = false;

  constructor(parts: StatusParts) {
    this.#parts = { ...parts, earnings: new Earnings(parts.journal) };
    parts.ledger.updated.add((headAt) => this.#ledgerUpdated(headAt));
    this.#run = { startedAt: parts.nowSec(), page: null, headAt: null, seenAt: null, ocppPort: 0 };
  }

  async start(ocppPort: number): Promise<void> {
    this.#run = { ...this.#run, ocppPort };
    const { config, log } = this.#parts;
    await this.#open("the owner's socket", () => this.#startControl());
    if (config.status.enabled) await this.#open('the status page', () => this.#startPage());
    if (this.#run.page !== null) log.info({ page: this.#run.page }, 'status page');
    await this.#showInHomeAssistant();
  }

  async close(): Promise<void> {
    for (const broker of this.#brokers) await broker.close();
    for (const server of this.#servers) {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  }

  /** On the broker that the configuration names; what other brokers keep of before is taken away. */
  async #showInHomeAssistant(): Promise<void> {
    const { config, journal, connectors, log } = this.#parts;
    const { homeAssistant: options } = config;
    const announced = new AnnouncedTopics(journal);
    const former = announced.all().filter(({ broker }) => broker.url !== options?.url);
    if (former.length > 0) {
      const { Withdrawal } = await import('./home-assistant/withdrawal.ts');
      for (const kept of former) this.#brokers.push(new Withdrawal(kept, announced, log));
    }
    if (options === undefined) return;
    const { HomeAssistant } = await import('./home-assistant/home-assistant.ts');
    const snapshot = () => this.#snapshot();
    const setLent = connectors.setLent.bind(connectors);
    this.#brokers.push(new HomeAssistant({ options, announced, snapshot, setLent, log }));
  }

  /** Once a second. */
  tick(at: number): void {
    const { journal, ledger, link } = this.#parts;
    noteOutages(journal, { ledger: ledger.isAway, api: link.isAway }, at);
  }

  #ledgerUpdated(headAt: number): void {
    const { ledger, journal, nowSec, log } = this.#parts;
    this.#run = { ...this.#run, headAt, seenAt: nowSec() };
    if (this.#isLearning) return;
    this.#isLearning = true;
    learnToken(ledger, journal).catch((error: Error) => {
      this.#isLearning = false;
      log.debug({ detail: error.message.split('\n')[0] }, "the token's name is not known yet");
    });
  }

  async #open(what: string, start: () => Promise<Server>): Promise<void> {
    try {
      this.#servers.push(await start());
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#parts.log.warn({ detail }, `${what} could not be opened: wallboxes are served nevertheless`);
    }
  }

  #startControl(): Promise<Server> {
    const { config } = this.#parts;
    const { dataDir } = config;
    return startControl(dataDir, { ...this.#parts, dataDir, snapshot: () => this.#snapshot() });
  }

  async #startPage(): Promise<Server> {
    const { config, starts } = this.#parts;
    const { startPage } = await import('./page-server.ts');
    const server = await startPage({ config: config.status, starts, snapshot: () => this.#snapshot() });
    const { host } = config.status;
    const { port } = server.address() as AddressInfo;
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    this.#run = { ...this.#run, page: `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}/` };
    return server;
  }

  #snapshot() {
    return snapshotOf(this.#parts, this.#run);
  }
}
