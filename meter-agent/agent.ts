import type { Logger } from 'pino';
import type { FromAgent } from '../protocol/link.ts';
import type { Notice } from '../protocol/notices.ts';
import { CentralSystem } from './central-system/central-system.ts';
import { execute } from './central-system/commands.ts';
import { LocalAuthorization } from './central-system/local-authorization.ts';
import { Starts } from './central-system/starts.ts';
import type { AgentConfig } from './config/config.ts';
import { Connectors } from './connectors/connectors.ts';
import { NoShowEvidence } from './connectors/no-show-evidence.ts';
import { Occupancy } from './connectors/occupancy.ts';
import { SessionSync } from './connectors/session-sync.ts';
import { Site } from './connectors/site.ts';
import { ChargePoints, type NewDriver } from './drivers/charge-points.ts';
import { type MadeCall, madeCalls } from './drivers/driver.ts';
import { socketDriver } from './drivers/mqtt/options.ts';
import { OcppDriver } from './drivers/ocpp/ocpp-driver.ts';
import { MeterRecordVerifier } from './evidence/meter-record-verifier.ts';
import { forwardingOf } from './forwarding/forwarding.ts';
import { EvidenceBundles } from './journal/evidence-bundles.ts';
import { Journal } from './journal/journal.ts';
import { SessionStore } from './journal/session-store.ts';
import { type AgentKey, agentKey } from './key/key.ts';
import { LedgerFollower } from './ledger/ledger-follower.ts';
import { ApiLink } from './link/api-link.ts';
import { Handovers } from './link/handover.ts';
import { Pairing } from './link/pairing.ts';
import { Reports } from './link/reports.ts';
import { Requests } from './link/requests.ts';
import type { Command, Session } from './session/types.ts';
import { Settlement } from './settlement/settlement.ts';
import { Status } from './status/status.ts';

const TICK_MS = 1_000;
/** A box that gives power to nobody's tag is told to stop, at most so often. */
const REPEAT_STOP_SEC = 15;

export interface AgentOptions {
  log: Logger;
  /** An unlocked key; else the one in the data folder is taken. */
  key?: AgentKey;
  /** The agent's clock in unix seconds; the real one unless a test gives another. */
  nowSec?: () => number;
  /** Beside OCPP. */
  drivers?: readonly NewDriver[];
}

const realClockSec = (): number => Math.floor(Date.now() / 1000);

/** The meter agent: joins wallboxes, sessions, ledger and API. Every rule stands in the part that it is about. */
export class Agent {
  readonly key: AgentKey;
  readonly journal: Journal;
  readonly ledger: LedgerFollower;
  readonly sessions: SessionStore;
  readonly connectors: Connectors;
  readonly pairing: Pairing;
  readonly noShowEvidence: NoShowEvidence;
  readonly handovers: Handovers;
  readonly starts: Starts;
  readonly #log: Logger;
  readonly #nowSec: () => number;
  readonly driver: ChargePoints;
  readonly #ocpp: OcppDriver;
  readonly #link: ApiLink;
  readonly #reports: Reports;
  readonly #settlement: Settlement;
  readonly #meterRecords: MeterRecordVerifier;
  readonly #status: Status;
  readonly #sessionSync: SessionSync;
  readonly #site: Site;
  readonly #occupancy: Occupancy;
  readonly #stopAskedAt = new Map<number, number>();
  #isLinking = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: AgentConfig, { log, key: given, nowSec = realClockSec, drivers = [] }: AgentOptions) {
    this.#log = log;
    this.#nowSec = nowSec;
    this.key = given ?? agentKey(config.dataDir);
    const { account } = this.key;
    this.journal = new Journal(config.dataDir);
    this.journal.onCommitFailed = (err) =>
      log.error({ err }, 'the journal is not on disk: nothing is answered');
    const evidence = new EvidenceBundles(this.journal, config.dataDir);
    this.sessions = new SessionStore(this.journal, evidence, {
      command: (session, wish) => void this.#execute(session, wish),
      notify: (session, notice, at) => this.#reports.notify(session, notice, at),
      readingMade: (session, reading) => {
        this.#reports.sign(reading);
        if (reading.isFinal) this.#meterRecords.finalReadingMade(session);
      },
      changed: (session) => {
        this.#reports.session(session);
        this.#site.review();
      },
    });
    this.connectors = new Connectors(config, this.journal);
    this.pairing = new Pairing(this.connectors, this.journal, account, nowSec);
    this.ledger = new LedgerFollower(
      config,
      account.address,
      this.journal,
      { onLedger: (t) => this.#onLedger(t) },
      log,
    );
    const { journal, ledger, connectors } = this;
    const { key, sessions, pairing } = this;
    this.noShowEvidence = new NoShowEvidence({ journal, sessions, connectors });
    const { noShowEvidence } = this;
    const notice = (said: Notice) => this.#reports.notice(said);
    this.#settlement = new Settlement({
      config,
      account,
      journal,
      ledger,
      noShowEvidence,
      notice,
      nowSec,
      log,
    });
    const { ownerIdTags } = config;
    this.#occupancy = new Occupancy({ journal, sessions, connectors });
    const startParts = { ledger, sessions, connectors, occupancy: this.#occupancy, ownerIdTags, nowSec };
    this.starts = new Starts({ ...startParts, privateKey: key.privateKey });
    const send = (message: FromAgent) => this.#link.send(message);
    this.handovers = new Handovers({ privateKey: key.privateKey, journal, ledger, send });
    this.#link = this.#newLink(config, log);
    const reportParts = { key, journal, ledger, sessions, connectors, pairing, nowSec, log };
    this.#reports = new Reports(reportParts, this.#link);
    this.#site = new Site({ ...reportParts, siteLimitA: config.siteLimitA });
    this.#meterRecords = new MeterRecordVerifier({ ...reportParts, reports: this.#reports });
    this.#sessionSync = new SessionSync({ ...reportParts, notice });
    const house = new LocalAuthorization(sessions, nowSec);
    const events = this.#newCentralSystem(config, house);
    const ocpp = new OcppDriver(config.ocpp, events, journal, forwardingOf(config, house, journal), log);
    this.#ocpp = ocpp;
    const sockets = config.mqtt === undefined ? [] : [socketDriver(config.mqtt)];
    this.driver = new ChargePoints({ events, memory: journal, log }, [() => ocpp, ...sockets, ...drivers]);
    const [driver, link, startByCode] = [this.driver, this.#link, (code: string) => this.starts.byCode(code)];
    const notices = () => this.#reports.notices;
    const noticesWaiting = () => this.#reports.noticesWaiting;
    const said = { notices, noticesWaiting };
    this.#status = new Status({ ...reportParts, ...said, config, driver, link, startByCode });
  }

  #newLink(config: AgentConfig, log: Logger): ApiLink {
    const { journal, ledger, sessions, starts, pairing } = this;
    const { account } = this.key;
    const [listed, nowSec] = [() => ledger.listedIds(), this.#nowSec];
    const { handovers } = this;
    const requests = new Requests({ journal, ledger, sessions, starts, pairing, handovers, listed, nowSec });
    const onRequest = requests.answer.bind(requests);
    const onNoticeTaken = (number: number) => this.#reports.noticeTaken(number);
    const onLinked = () => {
      this.#reports.sendAll();
      handovers.sendAll();
    };
    const listener = { onLinked, onRequest, onNoticeTaken };
    return new ApiLink(config.apiUrl, account, () => ledger.facts?.ref, listener, log);
  }

  #newCentralSystem(config: AgentConfig, localAuthorization: LocalAuthorization): CentralSystem {
    const { journal, sessions, connectors } = this;
    return new CentralSystem({
      config,
      journal,
      sessions,
      starts: this.starts,
      connectors,
      localAuthorization,
      nowSec: this.#nowSec,
      onConnectors: () => {
        this.#reports.connectorsChanged();
        this.#site.review();
      },
      onRecord: (session, record) => this.#meterRecords.recordReceived(session, record),
      onUnauthorized: (chargePointId, transactionId) => this.#stopUnauthorized(chargePointId, transactionId),
      onFault: (...fault) => this.#reports.fault(...fault),
    });
  }

  /** Starts everything; returns the port that wallboxes dial. */
  async start(): Promise<number> {
    const at = this.#nowSec();
    // Lines of before this start are gone; a session learns of the new one when its box dials in.
    for (const { plan } of this.sessions.all()) {
      this.sessions.apply(plan.bookingId, { type: 'connection', connected: false, at });
    }
    this.#meterRecords.resume(this.sessions.all());
    this.#reports.signWaiting();
    await this.driver.start();
    const { port } = this.#ocpp;
    await this.#status.start(port);
    if (this.ledger.facts !== undefined) this.#dial();
    this.ledger.start();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    return port;
  }

  /** Once: what is said on the line is signed for a ledger that must be known. */
  #dial(): void {
    if (this.#isLinking) return;
    this.#isLinking = true;
    this.#link.start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.ledger.close();
    this.#link.close();
    await this.#status.close();
    await this.driver.close();
    await this.#meterRecords.close();
    await this.journal.written();
    await this.#reports.close();
    this.journal.close();
  }

  /** Resolves when the meter's records that came so far are weighed. */
  recordsVerified(): Promise<void> {
    return this.#meterRecords.verified();
  }

  #tick(): void {
    const at = this.#nowSec();
    this.noShowEvidence.look(at);
    this.sessions.tick(at, (bookingId, error) =>
      this.#log.error({ bookingId, err: error }, 'a session cannot go on: the others do'),
    );
    this.#occupancy.tick(at);
    this.starts.tick(at);
    this.#site.review();
    this.#reports.tick(at);
    this.#status.tick(at);
  }

  async #execute(session: Session, wish: Command): Promise<void> {
    const { chargePointId, bookingId } = session.plan;
    const calls: MadeCall[] = [];
    const { asked, event } = await madeCalls.run(calls, execute, this.driver, session, wish);
    if (this.#isClosed) return;
    const { answer } = event;
    this.#log.info({ bookingId, chargePointId, asked, answer }, 'asked the wallbox');
    const at = this.#nowSec();
    this.sessions.apply(bookingId, { ...event, at }, [{ at, asked, answer, calls }]);
  }

  #stopUnauthorized(chargePointId: string, transactionId: number): void {
    const at = this.#nowSec();
    if (at - (this.#stopAskedAt.get(transactionId) ?? 0) < REPEAT_STOP_SEC) return;
    this.#stopAskedAt.set(transactionId, at);
    this.#log.warn({ chargePointId, transactionId }, 'power for a tag that may not have it: told to stop');
    void this.driver.remoteStop(chargePointId, transactionId);
  }

  #onLedger(headSec: number): void {
    const facts = this.ledger.facts;
    if (facts === undefined) return;
    this.#status.ledgerSeen(headSec);
    this.#dial();
    this.#sessionSync.look(facts, headSec);
    this.#reports.signWaiting();
    this.#reports.ledgerSeen();
    this.handovers.look(headSec);
    this.#settlement.look(headSec).catch((error: Error) => {
      if (!this.#isClosed)
        this.#log.error({ err: error }, 'publishing failed: tried again at the next block');
    });
  }
}
