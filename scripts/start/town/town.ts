import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Hex } from 'viem';
import { Agent } from '../../../meter-agent/agent.ts';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { ApiClient } from '../../client/api-client.ts';
import { listCharger } from '../../client/host.ts';
import { LedgerAccess } from '../../client/ledger-access.ts';
import { townHost } from '../../lib/local-accounts.ts';
import { waitFor } from '../../lib/wait.ts';
import { startControl } from '../../wallbox/control.ts';
import { wallboxOptions } from '../../wallbox/options.ts';
import { SimulatedWallbox } from '../../wallbox/simulated-wallbox.ts';
import { HOMES, type TownHome } from './homes.ts';

interface LocalWallbox {
  chargePointId: string;
  controlUrl: string;
}

/** Each wallbox has one. */
const CONNECTOR_ID = 1;
/** The card of those who live there. */
const OWNER_CARD = 'OWNER';

export interface TownOptions {
  /** Folder of the agent and the wallboxes. */
  dataDir: string;
  origin: string;
  rpcUrl: string;
  market: string;
  deployBlock: number;
  /** The server reads here which simulated wallboxes a page may plug in. */
  wallboxesFile: string;
}

/** Homes of a town in one process: one real agent, and a simulated wallbox for each home, over real sockets. */
export class Town {
  readonly api: ApiClient;
  readonly ledger: LedgerAccess;
  readonly #options: TownOptions;
  readonly #agent: Agent;
  readonly #wallboxes = new Map<string, SimulatedWallbox>();

  private constructor(options: TownOptions, ledger: LedgerAccess, agent: Agent) {
    this.api = new ApiClient(options.origin);
    this.ledger = ledger;
    this.#options = options;
    this.#agent = agent;
  }

  static async start(options: TownOptions): Promise<Town> {
    const api = new ApiClient(options.origin);
    const ledger = new LedgerAccess(api, await api.call('getConfig'));
    mkdirSync(options.dataDir, { recursive: true });
    const log: Logger = pino({ level: 'warn' });
    const agent = new Agent(agentConfig(options), { log });
    const port = await agent.start();
    const town = new Town(options, ledger, agent);
    await Promise.all(HOMES.map((home) => town.#startWallbox(home, port)));
    return town;
  }

  wallbox(chargePointId: string): SimulatedWallbox {
    const wallbox = this.#wallboxes.get(chargePointId);
    if (wallbox === undefined) throw new Error(`No home of this town has the wallbox ${chargePointId}.`);
    return wallbox;
  }

  /** Lists the homes that are not listed yet, then brings each into its condition. */
  async moveIn(): Promise<void> {
    for (const [index, home] of HOMES.entries()) await this.#list(index, home);
    for (const home of HOMES) this.#settleDown(home);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#wallboxes.values()].map((wallbox) => wallbox.stop()));
    await this.#agent.close();
  }

  /** Lets the page plug in a car at these homes too. */
  async showControls(): Promise<void> {
    const { wallboxesFile } = this.#options;
    const others = JSON.parse(readFileSync(wallboxesFile, 'utf8')) as LocalWallbox[];
    const own = await Promise.all(
      [...this.#wallboxes].map(async ([chargePointId, wallbox]) => {
        const { port } = await startControl(wallbox, 0);
        return { chargePointId, controlUrl: `http://127.0.0.1:${port}` };
      }),
    );
    writeFileSync(`${wallboxesFile}.new`, JSON.stringify([...others, ...own]));
    renameSync(`${wallboxesFile}.new`, wallboxesFile);
  }

  listingIdOf(chargePointId: string): Hex {
    return listingIdOf(this.#agent.key.account.address, connectorHash(chargePointId, CONNECTOR_ID));
  }

  async #startWallbox({ chargePointId, powerW }: TownHome, ocppPort: number): Promise<void> {
    const file = (name: string) => join(this.#options.dataDir, `${chargePointId}${name}`);
    const options = wallboxOptions({
      url: `ws://127.0.0.1:${ocppPort}`,
      id: chargePointId,
      'power-w': String(powerW),
      'car-wh': '200000',
      'state-file': file('.json'),
      'meter-key-file': file('.pem'),
    });
    const wallbox = new SimulatedWallbox(options);
    this.#wallboxes.set(chargePointId, wallbox);
    await wallbox.start();
  }

  async #list(index: number, home: TownHome): Promise<void> {
    const listingId = this.listingIdOf(home.chargePointId);
    const known = await this.api.call('getCharger', { params: { listingId } }).catch(() => undefined);
    if (known !== undefined) return;
    const code = await waitFor(`${home.chargePointId} to show its pairing code`, () => this.#codeOf(home));
    await listCharger(this.api, this.ledger, townHost(index), code, home);
  }

  /** Once the server knows it too. */
  async #codeOf({ chargePointId }: TownHome): Promise<string | undefined> {
    const offers = this.#agent.pairing.offers(this.#agent.ledger.listedIds());
    const code = offers.find(({ connector }) => connector.chargePointId === chargePointId)?.offer.code;
    const { local } = await this.api.call('getConfig');
    return code !== undefined && local?.pairingCodes.includes(code) ? code : undefined;
  }

  #settleDown({ chargePointId, condition }: TownHome): void {
    const wallbox = this.wallbox(chargePointId);
    if (condition === 'FAULTY') wallbox.fault('GroundFailure');
    if (condition === 'OFFLINE') void wallbox.stop();
    if (condition === 'OWNER_CHARGES' && wallbox.state(CONNECTOR_ID).transactionId === null) {
      wallbox.plug(CONNECTOR_ID);
      void wallbox.present(OWNER_CARD, CONNECTOR_ID);
    }
  }
}

function agentConfig({ dataDir, origin, rpcUrl, market, deployBlock }: TownOptions) {
  const chargePoints = HOMES.map(({ chargePointId, powerW, connectorStandard }) => {
    const powerType = powerW > 7_400 ? 'AC_3_PHASE' : 'AC_1_PHASE';
    return [
      chargePointId,
      { connectors: { [CONNECTOR_ID]: { maxPowerW: powerW, connectorStandard, powerType } } },
    ];
  });
  return parseConfig({
    ...{ rpcUrl, market, deployBlock, apiUrl: origin },
    ocpp: { host: '127.0.0.1', port: 0 },
    status: { enabled: false },
    dataDir: join(dataDir, 'agent'),
    confirmations: 1,
    chargePoints: Object.fromEntries(chargePoints),
    ownerIdTags: [OWNER_CARD],
  });
}
