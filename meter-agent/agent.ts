import type { Logger } from 'pino';
import { BackupSchedule } from './backup/schedule.ts';
import { CentralSystem } from './central-system/central-system.ts';
import { CommandRunner } from './central-system/command-runner.ts';
import { FailedDials } from './central-system/failed-dials.ts';
import { LocalAuthorization } from './central-system/local-authorization.ts';
import { RefusedCards } from './central-system/refused-cards.ts';
import { Starts } from './central-system/starts.ts';
import type { AgentConfig } from './config/config.ts';
import { Connectors } from './connectors/connectors.ts';
import { NoShowEvidence } from './connectors/no-show-evidence.ts';
import { Occupancy } from './connectors/occupancy.ts';
import { SessionSync } from './connectors/session-sync.ts';
import { Site } from './connectors/site.ts';
import { ChargePoints } from './drivers/charge-points.ts';
import type { NewDriver } from './drivers/driver.ts';
import { socketDriver } from './drivers/mqtt/mqtt-driver.ts';
import { OcppDriver } from './drivers/ocpp/ocpp-driver.ts';
import { MeterRecordVerifier } from './evidence/meter-record-verifier.ts';
import { Forwarding } from './forwarding/forwarding.ts';
import { JOURNAL_VERSION } from './journal/database.ts';
import { EvidenceBundles } from './journal/evidence-bundles.ts';
import { Journal } from './journal/journal.ts';
import { NoticeQueue } from './journal/notice-queue.ts';
import { Pruning } from './journal/pruning.ts';
import { SessionStore } from './journal/session-store.ts';
import { type AgentKey, agentKey } from './key/key.ts';
import { LedgerFollower } from './ledger/ledger-follower.ts';
import { ApiLink } from './link/api-link.ts';
import { EvidenceUploads } from './link/evidence-uploads.ts';
import { Handovers } from './link/handover.ts';
import { NoticeSender } from './link/notice-sender.ts';
import { Pairing } from './link/pairing.ts';
import { Recovery } from './link/recovery.ts';
import { Reports } from './link/reports.ts';
import { Requests } from './link/requests.ts';
import { Settlement } from './settlement/settlement.ts';
import { reportClosedBookings } from './status/closed-bookings.ts';
import { Status } from './status/status.ts';

const TICK_MS = 1_000;

export interface AgentOptions {
  log: Logger;
  /** Where the configuration was read: regular backups hold it too. */
  configFile?: string;
  /** Called when a "plugpact-agent run" wants the place of this one, which serves only until then. */
  onTakeover?: () => void;
  /** An unlocked key; default: the one in the data folder. */
  key?: AgentKey;
  /** The agent's clock in unix seconds; tests may replace it. */
  nowSec?: () => number;
  /** In addition to OCPP. */
  drivers?: readonly NewDriver[];
}

const realClockSec = (): number => Math.floor(Date.now() / 1000);

/**
 * The meter agent: its parts, from the bottom floor up. Each knows only parts above it in this list, and subscribes
 * to the events that they emit.
 */
export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Logger;
  readonly #nowSec: () => number;
  readonly #newDrivers: readonly NewDriver[];
  readonly key: AgentKey;
  readonly chargePoints: ChargePoints;
  readonly journal: Journal;
  readonly sessions: SessionStore;
  readonly #pruning: Pruning;
  readonly ledger: LedgerFollower;
  readonly connectors: Connectors;
  readonly noShowEvidence: NoShowEvidence;
  readonly #occupancy: Occupancy;
  readonly #site: Site;
  readonly starts: Starts;
  readonly #centralSystem: CentralSystem;
  readonly #refusedCards: RefusedCards;
  readonly #commands: CommandRunner;
  readonly #settlement: Settlement;
  readonly meterRecords: MeterRecordVerifier;
  readonly #link: ApiLink;
  readonly #recovery: Recovery;
  readonly #noticeSender: NoticeSender;
  readonly pairing: Pairing;
  readonly #reports: Reports;
  readonly handovers: Handovers;
  readonly #evidenceUploads: EvidenceUploads;
  readonly #forwarding: Forwarding;
  readonly #backups: BackupSchedule;
  readonly #status: Status;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: AgentConfig, options: AgentOptions) {
    const { log, key, nowSec = realClockSec, drivers = [] } = options;
    this.#config = config;
    this.#log = log;
    this.#nowSec = nowSec;
    this.#newDrivers = drivers;
    this.key = key ?? agentKey(config.dataDir);
    const { account, privateKey } = this.key;
    const base = { config, account, key: this.key, privateKey, agentKey: account.address, nowSec, log };

    const chargePoints = new ChargePoints();
    const journal = new Journal(config.dataDir);
    journal.commitFailed.add((err) => log.error({ err }, 'the journal is not on disk: nothing is answered'));
    if (journal.upgradedFrom !== null) {
      const remedy = 'To go back to the older agent, restore a backup from before the upgrade.';
      log.info({ from: journal.upgradedFrom, to: JOURNAL_VERSION, remedy }, 'the journal was upgraded');
    }
    const notices = new NoticeQueue(journal, log);
    const bundles = new EvidenceBundles(journal, config.dataDir);
    const sessions = new SessionStore(journal, bundles, notices);
    this.#pruning = new Pruning({ config, journal, sessions, bundles, log });
    const ledger = new LedgerFollower(config, account.address, journal, log);

    const kept = { ...base, chargePoints, journal, notices, sessions, ledger };
    const connectors = new Connectors(config, journal);
    const noShowEvidence = new NoShowEvidence({ ...kept, connectors });
    const occupancy = new Occupancy({ ...kept, connectors });
    this.#site = new Site({ ...kept, connectors, siteLimitA: config.siteLimitA });
    new SessionSync({ ...kept, connectors });

    const starts = new Starts({ ...kept, connectors, occupancy, ownerIdTags: config.ownerIdTags });
    const localAuthorization = new LocalAuthorization({ ...kept, connectors });
    const failedDials = new FailedDials();
    const refusedCards = new RefusedCards({ ...kept, connectors, localAuthorization });
    const admitted = { starts, localAuthorization, failedDials, refusedCards };
    const centralSystem = new CentralSystem({ ...kept, connectors, ...admitted });
    this.#commands = new CommandRunner(kept);

    this.#settlement = new Settlement({ ...kept, noShowEvidence });
    const meterRecords = new MeterRecordVerifier({ ...kept, connectors, centralSystem });

    const link = new ApiLink(kept);
    this.#recovery = new Recovery({ ...kept, link });
    this.#noticeSender = new NoticeSender(notices, link);
    const pairing = new Pairing(connectors, journal, account, nowSec);
    this.#reports = new Reports({ ...kept, connectors, meterRecords, link, pairing });
    const handovers = new Handovers({ ...kept, link });
    new Requests({ ...kept, starts, pairing, handovers, link });

    this.#evidenceUploads = new EvidenceUploads(kept);
    this.#forwarding = new Forwarding({ ...kept, connectors, localAuthorization });
    reportClosedBookings(kept);
    this.#backups = new BackupSchedule({ ...kept, configFile: options.configFile });
    this.#status = new Status({
      ...kept,
      backups: this.#backups,
      onTakeover: options.onTakeover,
      connectors,
      starts,
      pairing,
      link,
      failedDials,
      refusedCards,
    });

    this.chargePoints = chargePoints;
    this.journal = journal;
    this.sessions = sessions;
    this.ledger = ledger;
    this.connectors = connectors;
    this.noShowEvidence = noShowEvidence;
    this.#occupancy = occupancy;
    this.starts = starts;
    this.#centralSystem = centralSystem;
    this.#refusedCards = refusedCards;
    this.meterRecords = meterRecords;
    this.#link = link;
    this.pairing = pairing;
    this.handovers = handovers;
  }

  /** Starts everything; returns the port for charge points. */
  async start(): Promise<number> {
    const { mqtt, ocpp: options } = this.#config;
    this.#centralSystem.resume();
    this.meterRecords.resume();
    this.#reports.resume();
    this.#evidenceUploads.resume();
    const parts = { events: this.#centralSystem, memory: this.journal, log: this.#log };
    const ocpp = new OcppDriver(options, this.#forwarding, parts);
    const sockets = mqtt === undefined ? [] : [socketDriver(mqtt, this.#nowSec)];
    await this.chargePoints.start([() => ocpp, ...sockets, ...this.#newDrivers], parts);
    await this.#status.start(ocpp.port);
    this.#link.start();
    this.ledger.start();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    return ocpp.port;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#commands.close();
    this.#settlement.close();
    this.#evidenceUploads.close();
    this.ledger.close();
    this.#link.close();
    await this.#status.close();
    await this.chargePoints.close();
    await this.meterRecords.close();
    await this.journal.written();
    await this.#reports.close();
    await this.#backups.close();
    this.journal.close();
  }

  #tick(): void {
    const at = this.#nowSec();
    this.noShowEvidence.tick(at);
    this.sessions.tick(at, (bookingId, error) =>
      this.#log.error({ bookingId, err: error }, 'a session failed: the others go on'),
    );
    this.#occupancy.tick(at);
    this.starts.tick(at);
    this.#refusedCards.tick(at);
    this.#site.review();
    this.#reports.tick(at);
    this.#recovery.tick(at);
    this.#noticeSender.tick(at);
    this.#backups.tick(at);
    this.#status.tick(at);
    this.#evidenceUploads.tick(at);
    this.#pruning.tick(at);
  }
}
