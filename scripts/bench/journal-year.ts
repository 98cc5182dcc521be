import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Hex } from 'viem';
import { MeantTransactions } from '../../meter-agent/central-system/meant-transactions.ts';
import { MeterValues, type MeterValuesParts } from '../../meter-agent/central-system/meter-values.ts';
import type { Connectors } from '../../meter-agent/connectors/connectors.ts';
import type { Frame, MeterValue } from '../../meter-agent/drivers/charge-point-events.ts';
import { EvidenceBundles } from '../../meter-agent/journal/evidence-bundles.ts';
import { Journal } from '../../meter-agent/journal/journal.ts';
import { Pruning } from '../../meter-agent/journal/pruning.ts';
import { SessionStore } from '../../meter-agent/journal/session-store.ts';
import { Listeners } from '../../meter-agent/lib/listeners.ts';
import type { Plan } from '../../meter-agent/session/types.ts';

const DAY_SEC = 86_400;
const HOUR_SEC = 3_600;
const DAYS = 7;
/** Begins of a day's charges, in hours; each takes an hour. */
const CHARGES_AT = [10, 18];
const SAMPLE_SEC = 5;
const POWER_W = 11_000;
const FROM = 1_800_000_000 - (1_800_000_000 % DAY_SEC);
/** Messages of one commit: the number of pages that are used does not depend on it. */
const PER_COMMIT = 60;
/** After the last deadline of a session it is pruned. */
const PRUNED_AFTER_DAYS = 3;

const hex = (index: number, bytes = 32): Hex => `0x${index.toString(16).padStart(2 * bytes, '0')}`;
const TARIFF = { pricePerKwh: 300_000n, pricePerHour: 0n, overstayPerHour: 0n, flatFee: 0n };
const LIMITS = {
  tariff: { ...TARIFF, overstayReserve: 0n, discountBp: 0n },
  ...{ cap: 30_000_000n, unsignedCost: 1_500_000n, allowedCost: 1_500_000n, firstTrustMax: 500_000n },
};

function planOf(index: number, start: number): Plan {
  const [end, closes] = [start + 2 * HOUR_SEC, start + 2 * HOUR_SEC + 900];
  return {
    ...{ bookingId: hex(index), listingId: hex(1), chargePointId: 'WALLBOX-1', connectorId: 1 },
    ...{ driver: hex(0x33, 20), sessionKey: hex(0x22, 20), limits: LIMITS },
    ...{ maxPowerW: 2 * POWER_W, fullCurrentA: 32, sampleSec: SAMPLE_SEC },
    times: {
      ...{ opens: start - 900, start, end, closes, freeUntil: start - 900 },
      ...{ noShowFrom: start + 1_800, reportBy: closes + 2 * DAY_SEC },
    },
  };
}

/** A value of a meter that signs: its signature is as good as random. */
const signedValue = (registerWh: number): string => {
  const payload = { FV: '1.0', GI: 'PLUGPACT SIM', GS: '0123456789', PG: `T${registerWh}`, MV: 'Somebody' };
  const reading = {
    TM: '2027-01-15T08:00:00,000+0000 S',
    TX: 'C',
    RV: registerWh / 1_000,
    RI: '01-00:98.08.00*FF',
  };
  const text = JSON.stringify({
    ...payload,
    IS: true,
    IT: 'CENTRAL_1',
    ID: 'ABCDEFGHIJKLMNOPQRST',
    RD: [reading],
  });
  return `OCMF|${text}|${JSON.stringify({ SD: randomBytes(71).toString('hex') })}`;
};

/** All that the agent asks for, on three phases. */
function sampleOf(registerWh: number, at: number): MeterValue {
  const noise = () => Math.random().toFixed(2).slice(1);
  const phases = ['L1', 'L2', 'L3'].flatMap((phase) => [
    { value: `${228 + (at % 5)}${noise()}`, measurand: 'Voltage', unit: 'V', phase },
    { value: `15${noise()}`, measurand: 'Current.Import', unit: 'A', phase },
    { value: `36${at % 90}${noise()}`, measurand: 'Power.Active.Import', unit: 'W', phase },
  ]);
  return {
    timestamp: new Date(at * 1_000).toISOString(),
    sampledValue: [
      { value: String(registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      ...phases,
      { value: `3${at % 9}${noise()}`, measurand: 'Temperature', unit: 'Celsius', location: 'Body' },
      { value: signedValue(registerWh), format: 'SignedData' },
    ],
  };
}

/** Nobody but the journal and the session sees the values: what else an agent does with them writes nothing. */
function meterValuesOf(
  parts: Pick<MeterValuesParts, 'journal' | 'sessions' | 'log' | 'nowSec'>,
): MeterValues {
  const connectors = { seeHealth() {}, find() {}, all: () => [] } as unknown as Connectors;
  const unseen = { stop() {}, isInTheWay: () => false, ofBooking() {} };
  const meant = new MeantTransactions({ ...parts, connectors });
  const recordReceived: MeterValuesParts['recordReceived'] = new Listeners();
  const ends = { unauthorized: unseen, idTags: unseen, unusable: unseen };
  return new MeterValues({
    ...parts,
    ...ends,
    connectors,
    meant,
    recordReceived,
  } as unknown as MeterValuesParts);
}

/** An agent's journal without its connections, at a time that it is told. */
class SimulatedAgent {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'plugpact-bench-year-'));
  readonly journal = new Journal(this.dataDir);
  readonly #sessions: SessionStore;
  readonly #meterValues: MeterValues;
  readonly #pruning: Pruning;
  #registerWh = 1_000_000;
  at = FROM;

  constructor() {
    const { journal, dataDir } = this;
    const bundles = new EvidenceBundles(journal, dataDir);
    const sessions = new SessionStore(journal, bundles, { add() {} });
    const log = pino({ level: 'warn' });
    this.#sessions = sessions;
    this.#meterValues = meterValuesOf({ journal, sessions, log, nowSec: () => this.at });
    this.#pruning = new Pruning({ config: { dataDir }, journal, sessions, bundles, log });
    // As agent and driver's device do.
    sessions.readings.add((_session, reading) => {
      const { bookingId, seq } = reading;
      const [agentSignature, sessionSignature] = [hex(0, 65), hex(1, 65)];
      journal.signReading(bookingId, seq, agentSignature);
      sessions.record(bookingId, { at: this.at, reading, agentSignature });
      journal.cosignReading(bookingId, seq, sessionSignature);
      const signed = sessions.get(bookingId)?.lastReading;
      if (signed == null) return;
      const event = { type: 'cosigned', ...signed, at: this.at } as const;
      sessions.apply(bookingId, event, [{ at: this.at, seq, sessionSignature }]);
    });
  }

  async charge(index: number): Promise<void> {
    const plan = planOf(index, this.at);
    const { bookingId, chargePointId, connectorId } = plan;
    const sessions = this.#sessions;
    const timestamp = new Date(this.at * 1_000).toISOString();
    sessions.open(plan);
    sessions.apply(bookingId, { type: 'connection', connected: true, at: this.at });
    sessions.apply(bookingId, { type: 'connectorStatus', status: 'Preparing', at: this.at });
    sessions.receiveStartSecret(bookingId, hex(9), 'ABCDEFGHIJKLMNOPQRST', this.at);
    const start = { chargePointId, connectorId, idTag: 'ABCDEFGHIJKLMNOPQRST', meterStart: this.#registerWh };
    const { id } = this.journal.openTransaction({ ...start, chargePointTime: timestamp }, bookingId, false);
    const began = { transactionId: id, meterStartWh: this.#registerWh, chargePointAt: null, at: this.at };
    sessions.apply(bookingId, { type: 'transactionStarted', ...began });
    for (let count = 1; count <= HOUR_SEC / SAMPLE_SEC; count++) {
      this.at += SAMPLE_SEC;
      this.#registerWh += Math.round((POWER_W * SAMPLE_SEC) / HOUR_SEC);
      const meterValue = [sampleOf(this.#registerWh, this.at)];
      const frame: Frame = [
        2,
        randomBytes(16).toString('hex'),
        'MeterValues',
        { connectorId, transactionId: id, meterValue },
      ];
      this.#meterValues.metered(chargePointId, connectorId, id, meterValue, frame);
      this.#tick();
      if (count % PER_COMMIT === 0) await this.#settled();
    }
    const stop = { transactionId: id, meterStopWh: this.#registerWh, chargePointAt: null, at: this.at };
    this.journal.closeTransaction(id);
    sessions.apply(bookingId, { type: 'transactionStopped', ...stop, reason: 'EVDisconnected' });
    sessions.apply(bookingId, { type: 'connectorStatus', status: 'Available', at: this.at });
    await this.#settled();
    sessions.apply(bookingId, { type: 'ledgerEnded', at: this.at });
    await this.#settled();
  }

  async waitUntil(at: number): Promise<void> {
    for (; this.at < at; this.at += 900) {
      this.#tick();
      await this.#settled();
    }
  }

  /** Of journal and evidence. */
  usedBytes(): number {
    const folder = join(this.dataDir, 'evidence');
    const files = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    return this.journal.usedBytes() + files;
  }

  end(): void {
    this.journal.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #tick(): void {
    this.#sessions.tick(this.at, (_bookingId, error) => {
      throw error;
    });
    this.#pruning.tick(this.at);
  }

  /** What is on disk has its consequences one turn later, and theirs are written after that. */
  async #settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await this.journal.written();
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/**
 * The disk space of a year at two hours of booked charging a day, in MB (10^6 bytes): what a simulated week leaves for
 * good, times the weeks of a year, and what waits for its pruning at the end of a day. The meter signs each value.
 */
export async function journalMbPerYear(): Promise<number> {
  const agent = new SimulatedAgent();
  try {
    for (let day = 0; day < DAYS; day++) {
      for (const [number, hour] of CHARGES_AT.entries()) {
        await agent.waitUntil(FROM + day * DAY_SEC + hour * HOUR_SEC);
        await agent.charge(1 + day * CHARGES_AT.length + number);
      }
    }
    const before = agent.usedBytes();
    await agent.waitUntil(FROM + (DAYS + PRUNED_AFTER_DAYS + 1) * DAY_SEC);
    const after = agent.usedBytes();
    return Math.ceil(((after * 365) / DAYS + before - after) / 1e6);
  } finally {
    agent.end();
  }
}
