import type { Logger } from 'pino';
import type { FromAgent, Notice } from '../protocol/link.ts';
import { AgentDesk } from './central-system/central-system.ts';
import { grant } from './central-system/commands.ts';
import { House } from './central-system/local-authorization.ts';
import { Starts } from './central-system/starts.ts';
import type { AgentConfig } from './config/config.ts';
import { Connectors } from './connectors/connectors.ts';
import { Presence } from './connectors/no-show-evidence.ts';
import { Bays } from './connectors/occupancy.ts';
import { Serving } from './connectors/session-sync.ts';
import { Site } from './connectors/site.ts';
import { type NewDriver, Wallboxes } from './drivers/charge-points.ts';
import { type MadeCall, madeCalls } from './drivers/driver.ts';
import { socketDriver } from './drivers/mqtt/options.ts';
import { OcppCentral } from './drivers/ocpp/ocpp-driver.ts';
import { MeterJudge } from './evidence/meter-record-verifier.ts';
import { forwardingOf } from './forwarding/forwarding.ts';
import { Evidence } from './journal/evidence-bundles.ts';
import { Journal } from './journal/journal.ts';
import { Sessions } from './journal/session-store.ts';
import { type AgentKey, agentKey } from './key/key.ts';
import { Ledger } from './ledger/ledger-follower.ts';
import { Link } from './link/api-link.ts';
import { Handovers } from './link/handover.ts';
import { Pairing } from './link/pairing.ts';
import { Reports } from './link/reports.ts';
import { Requests } from './link/requests.ts';
import type { Session, Wish } from './session/types.ts';
import { Publisher } from './settlement/settlement.ts';
import { Status } from './status/status.ts';

const TICK_MS = 1_000;
/** A box that gives power to nobody's tag is told to stop, at most so often. */
const INTRUDER_SEC = 15;

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
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly connectors: Connectors;
  readonly pairing: Pairing;
  readonly presence: Presence;
  readonly handovers: Handovers;
  readonly starts: Starts;
  readonly #log: Logger;
  readonly #nowSec: () => number;
  readonly driver: Wallboxes;
  readonly #ocpp: OcppCentral;
  readonly #link: Link;
  readonly #reports: Reports;
  readonly #publisher: Publisher;
  readonly #judge: MeterJudge;
  readonly #status: Status;
  readonly #serving: Serving;
  readonly #site: Site;
  readonly #bays: Bays;
  readonly #intruders = new Map<number, number>();
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
    const evidence = new Evidence(this.journal, config.dataDir);
    this.sessions = new Sessions(this.journal, evidence, {
      wish: (session, wish) => void this.#grant(session, wish),
      tell: (session, notice, at) => this.#reports.tell(session, notice, at),
      readingMade: (session, reading) => {
        this.#reports.sign(reading);
        if (reading.isFinal) this.#judge.conclude(session);
      },
      changed: (session) => {
        this.#reports.visit(session);
        this.#site.review();
      },
    });
    this.connectors = new Connectors(config, this.journal);
    this.pairing = new Pairing(this.connectors, this.journal, account, nowSec);
    this.ledger = new Ledger(
      config,
      account.address,
      this.journal,
      { onLedger: (t) => this.#onLedger(t) },
      log,
    );
    const { journal, ledger, connectors } = this;
    const { key, sessions, pairing } = this;
    this.presence = new Presence({ journal, sessions, connectors });
    const { presence } = this;
    const notice = (said: Notice) => this.#reports.notice(said);
    this.#publisher = new Publisher({ config, account, journal, ledger, presence, notice, nowSec, log });
    const { ownerIdTags } = config;
    this.#bays = new Bays({ journal, sessions, connectors });
    const startParts = { ledger, sessions, connectors, bays: this.#bays, ownerIdTags, nowSec };
    this.starts = new Starts({ ...startParts, privateKey: key.privateKey });
    const send = (message: FromAgent) => this.#link.send(message);
    this.handovers = new Handovers({ privateKey: key.privateKey, journal, ledger, send });
    this.#link = this.#newLink(config, log);
    const reportParts = { key, journal, ledger, sessions, connectors, pairing, nowSec, log };
    this.#reports = new Reports(reportParts, this.#link);
    this.#site = new Site({ ...reportParts, siteLimitA: config.siteLimitA });
    this.#judge = new MeterJudge({ ...reportParts, reports: this.#reports });
    this.#serving = new Serving({ ...reportParts, notice });
    const house = new House(sessions, nowSec);
    const desk = this.#newDesk(config, house);
    const ocpp = new OcppCentral(config.ocpp, desk, journal, forwardingOf(config, house, journal), log);
    this.#ocpp = ocpp;
    const sockets = config.mqtt === undefined ? [] : [socketDriver(config.mqtt)];
    this.driver = new Wallboxes({ desk, memory: journal, log }, [() => ocpp, ...sockets, ...drivers]);
    const [driver, link, startByCode] = [this.driver, this.#link, (code: string) => this.starts.byCode(code)];
    const notices = () => this.#reports.notices;
    const noticesWaiting = () => this.#reports.noticesWaiting;
    const said = { notices, noticesWaiting };
    this.#status = new Status({ ...reportParts, ...said, config, driver, link, startByCode });
  }

  #newLink(config: AgentConfig, log: Logger): Link {
    const { journal, ledger, sessions, starts, pairing } = this;
    const { account } = this.key;
    const [listed, nowSec] = [() => ledger.listedIds(), this.#nowSec];
    const { handovers } = this;
    const requests = new Requests({ journal, ledger, sessions, starts, pairing, handovers, listed, nowSec });
    const onRequest = requests.answer.bind(requests);
    const onNoticed = (number: number) => this.#reports.noticed(number);
    const onWelcome = () => {
      this.#reports.welcome();
      handovers.sendAll();
    };
    const listener = { onWelcome, onRequest, onNoticed };
    return new Link(config.apiUrl, account, () => ledger.facts?.ref, listener, log);
  }

  #newDesk(config: AgentConfig, house: House): AgentDesk {
    const { journal, sessions, connectors } = this;
    return new AgentDesk({
      config,
      journal,
      sessions,
      starts: this.starts,
      connectors,
      house,
      nowSec: this.#nowSec,
      onConnectors: () => {
        this.#reports.connectorsChanged();
        this.#site.review();
      },
      onRecord: (session, record) => this.#judge.hear(session, record),
      onIntruder: (chargePointId, transactionId) => this.#expel(chargePointId, transactionId),
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
    this.#judge.resume(this.sessions.all());
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
    await this.#judge.close();
    await this.journal.written();
    await this.#reports.close();
    this.journal.close();
  }

  /** Resolves when the meter's records that came so far are weighed. */
  judged(): Promise<void> {
    return this.#judge.settled();
  }

  #tick(): void {
    const at = this.#nowSec();
    this.presence.look(at);
    this.sessions.tick(at, (bookingId, error) =>
      this.#log.error({ bookingId, err: error }, 'a session cannot go on: the others do'),
    );
    this.#bays.tick(at);
    this.starts.tick(at);
    this.#site.review();
    this.#reports.tick(at);
    this.#status.tick(at);
  }

  async #grant(session: Session, wish: Wish): Promise<void> {
    const { chargePointId, bookingId } = session.plan;
    const calls: MadeCall[] = [];
    const { asked, event } = await madeCalls.run(calls, grant, this.driver, session, wish);
    if (this.#isClosed) return;
    const { answer } = event;
    this.#log.info({ bookingId, chargePointId, asked, answer }, 'asked the wallbox');
    const at = this.#nowSec();
    this.sessions.apply(bookingId, { ...event, at }, [{ at, asked, answer, calls }]);
  }

  #expel(chargePointId: string, transactionId: number): void {
    const at = this.#nowSec();
    if (at - (this.#intruders.get(transactionId) ?? 0) < INTRUDER_SEC) return;
    this.#intruders.set(transactionId, at);
    this.#log.warn({ chargePointId, transactionId }, 'power for a tag that may not have it: told to stop');
    void this.driver.remoteStop(chargePointId, transactionId);
  }

  #onLedger(headSec: number): void {
    const facts = this.ledger.facts;
    if (facts === undefined) return;
    this.#status.ledgerSeen(headSec);
    this.#dial();
    this.#serving.look(facts, headSec);
    this.#reports.signWaiting();
    this.#reports.ledgerSeen();
    this.handovers.look(headSec);
    this.#publisher.look(headSec).catch((error: Error) => {
      if (!this.#isClosed)
        this.#log.error({ err: error }, 'publishing failed: tried again at the next block');
    });
  }
}
