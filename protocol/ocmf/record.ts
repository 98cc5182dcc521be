import { JsonReader, type Scalar } from './json.ts';
import { type OcmfRule, refused } from './refusal.ts';
import { importRegister, isZero, page, register, time } from './values.ts';

/** When synchronised clocks must have read the meter, unix seconds. */
export interface RecordWindow {
  from: number;
  until: number;
}

/** What one record states about a transaction, by the rules of the ledger. */
export interface OcmfRecord {
  page: bigint;
  /** One character for each byte; undefined when there is none. */
  id: string | undefined;
  /** RI of the register that begins or ends here. */
  register: string | undefined;
  /** The register counts from zero in each transaction. */
  restarts: boolean;
  /** Millionths of a Wh; undefined when the record does not begin or end the transaction. */
  begin: bigint | undefined;
  end: bigint | undefined;
}

const ENTRY_KEYS = ['TM', 'TX', 'RV', 'RI', 'RU', 'EF', 'ST', 'CL'] as const;
type EntryKey = (typeof ENTRY_KEYS)[number];
type Entry = Partial<Record<EntryKey, Scalar>>;

/** These may be numbers; all others are texts. */
const NUMBERS: ReadonlySet<EntryKey> = new Set(['RV', 'CL']);

/** E: end; L, R, A, P: ended locally, remotely, after an error, after a power loss (OCMF 1.4, table "Reading"). */
const ENDS = new Set(['E', 'L', 'R', 'A', 'P']);

const CLOCK_TOLERANCE_SEC = 300;

/**
 * Reads the exact bytes that the meter signed, as contracts/ocmf/Ocmf.sol does.
 *
 * @throws OcmfRefusal with the rule that the ledger names.
 */
export function readOcmf(payload: Uint8Array, window: RecordWindow): OcmfRecord {
  const json = new JsonReader(payload);
  const reading = new RecordReading(window);
  const seen = new Set<string>();
  json.expect('{');
  do {
    const key = json.key();
    if (key === 'RD' || key === 'PG' || key === 'ID') once(seen, key);
    if (key === 'RD') readEntries(json, reading);
    else reading.take(key, json.value());
  } while (json.more('}'));
  json.requireEnd();
  if (!seen.has('RD') || !seen.has('PG')) throw refused('incomplete');
  return reading.record;
}

function once(seen: Set<string>, key: OcmfRule): void {
  if (seen.has(key)) throw refused(key);
  seen.add(key);
}

function readEntries(json: JsonReader, reading: RecordReading): void {
  let entry: Entry = {};
  json.expect('[');
  do {
    entry = readEntry(json, entry);
    reading.takeEntry(entry);
  } while (json.more(']'));
  reading.requireNoFault();
}

/** What a reading leaves out it has from the one before, except its value and its loss compensation. */
function readEntry(json: JsonReader, { RV: _value, CL: _loss, ...before }: Entry): Entry {
  const entry: Entry = { ...before };
  const seen = new Set<string>();
  json.expect('{');
  do {
    const key = json.key() as EntryKey;
    const value = json.value();
    if (!ENTRY_KEYS.includes(key)) continue;
    if (value === undefined || !(value.isString || NUMBERS.has(key))) throw refused(key);
    once(seen, key);
    entry[key] = value;
  } while (json.more('}'));
  return entry;
}

/** The readings of one record, one after the other. */
class RecordReading {
  readonly record: OcmfRecord = {
    page: 0n,
    id: undefined,
    register: undefined,
    restarts: false,
    begin: undefined,
    end: undefined,
  };
  readonly #window: RecordWindow;
  /** Why the energy since the begin does not count. */
  #fault: OcmfRule | undefined;

  constructor(window: RecordWindow) {
    this.#window = window;
  }

  /** A member of the payload beside RD. */
  take(key: string, value: Scalar | undefined): void {
    if (key === 'PG') this.record.page = page(value);
    if (key !== 'ID') return;
    if (value === undefined || !value.isString) throw refused('ID');
    this.record.id = value.text;
  }

  /** The first register of imported energy counts; between begin and end, an error of any reading is one of the energy. */
  takeEntry(entry: Entry): void {
    if (!this.#isCounted(entry.RI)) return;
    const kind = entry.TX?.text ?? '';
    const begins = kind === 'B';
    if (!begins && !ENDS.has(kind)) {
      if (this.record.end === undefined) this.#fault ??= faultOf(entry);
      return;
    }
    const { record } = this;
    record.register = entry.RI?.text;
    if (record.end !== undefined || (begins && record.begin !== undefined)) throw refused('sequence');
    // What was wrong before the begin does not matter.
    if (!begins) this.requireNoFault();
    this.#fault = faultOf(entry);
    this.requireNoFault();
    requireTimely(entry, this.#window);
    record[begins ? 'begin' : 'end'] = register(entry.RV, entry.RU);
  }

  requireNoFault(): void {
    if (this.#fault !== undefined) throw refused(this.#fault);
  }

  #isCounted(ri: Scalar | undefined): boolean {
    if (this.record.register !== undefined) return this.record.register === ri?.text;
    const { counts, restarts } = importRegister(ri);
    this.record.restarts = restarts;
    return counts;
  }
}

/** The rule that the energy of a reading breaks. EF `t` says that its time alone is wrong, even of a failure (X). */
function faultOf({ EF, ST, CL, TX }: Entry): OcmfRule | undefined {
  const error = EF?.text ?? '';
  if (error !== '' && error !== 't') return 'EF';
  if (ST?.text !== 'G') return 'ST';
  if (CL !== undefined && !isZero(CL)) return 'CL';
  return TX?.text === 'X' && error === '' ? 'TX' : undefined;
}

/** A time that the meter itself calls wrong binds nothing. */
function requireTimely({ EF, TM }: Entry, { from, until }: RecordWindow): void {
  if ((EF?.text ?? '') !== '') return;
  const timeSec = time(TM);
  if (timeSec === undefined) return;
  if (timeSec + CLOCK_TOLERANCE_SEC < from || timeSec > until + CLOCK_TOLERANCE_SEC) {
    throw refused('TM', TM?.text);
  }
}
