import { RecordRefused, type RecordRule } from './refusal.ts';
import { type Scalar, Tokens } from './tokens.ts';
import { importRegisterOf, isNoLoss, pageOf, registerOf, timeOf } from './values.ts';

/** What a record states about one transaction. */
export interface MeterRecord {
  /** The exact bytes that the meter signed. */
  payload: Uint8Array;
  /** The section behind the payload, which nothing signs; undefined where only the payload was given. */
  signature: string | undefined;
  page: bigint;
  /** One character for each byte; undefined where there is none. */
  id: string | undefined;
  /** RI of the register that begins or ends here. */
  register: string | undefined;
  /** The register counts from zero in each transaction. */
  restarts: boolean;
  /** Millionths of a Wh; undefined where the record does not begin, or does not end, the transaction. */
  begin: bigint | undefined;
  end: bigint | undefined;
  /** Unix seconds at which a synchronised clock read begin and end. */
  times: number[];
}

const FIELDS = ['TM', 'TX', 'RV', 'RI', 'RU', 'EF', 'ST', 'CL'] as const;
type Field = (typeof FIELDS)[number];
type Reading = Partial<Record<Field, Scalar>>;

const isField = (key: string): key is Field => (FIELDS as readonly string[]).includes(key);

/** Of one reading only; all other fields are those of the reading before where they are left out. */
const OWN: readonly Field[] = ['RV', 'CL'];

/** TX: ended, ended at the charge point, from afar, after an error, after a loss of power. */
const ENDS = 'ELRAP';

/**
 * Reads a record, `OCMF|payload|signature` as text, or its payload alone as bytes.
 *
 * @throws RecordRefused naming the rule by which the record proves nothing.
 */
export function readRecord(given: string | Uint8Array): MeterRecord {
  const { payload, signature } = typeof given === 'string' ? sectionsOf(given) : { payload: given };
  const tokens = new Tokens(payload);
  const seen = new Set<string>();
  const readings: Reading[] = [];
  const head: { page?: bigint; id?: string } = {};
  tokens.list('{}', () => {
    const key = tokens.key();
    if (key === 'PG' || key === 'ID' || key === 'RD') once(seen, key);
    if (key === 'RD') tokens.list('[]', () => readings.push(readingOf(tokens, readings.at(-1))));
    else takeHead(head, key, tokens.value());
  });
  tokens.end();
  if (head.page === undefined || !seen.has('RD')) throw new RecordRefused('incomplete');
  const { page, id } = head;
  return { payload, signature, page, id, ...transactionOf(readings) };
}

/** A record's parts: the payload goes up to the last `|`. */
function sectionsOf(text: string): { payload: Uint8Array; signature: string } {
  const end = text.lastIndexOf('|');
  if (!text.startsWith('OCMF|') || end < 'OCMF|'.length) throw new RecordRefused('malformed', 'no OCMF|…|…');
  return { payload: Buffer.from(text.slice('OCMF|'.length, end), 'utf8'), signature: text.slice(end + 1) };
}

function once(seen: Set<string>, key: RecordRule): void {
  if (seen.has(key)) throw new RecordRefused(key, 'twice');
  seen.add(key);
}

function takeHead(head: { page?: bigint; id?: string }, key: string, value: Scalar | undefined): void {
  if (key === 'PG') head.page = pageOf(value);
  if (key !== 'ID') return;
  if (value?.isText !== true) throw new RecordRefused('ID', value?.text);
  head.id = value.text;
}

function readingOf(tokens: Tokens, before: Reading = {}): Reading {
  const reading: Reading = { ...before };
  for (const field of OWN) delete reading[field];
  const seen = new Set<string>();
  tokens.list('{}', () => {
    const key = tokens.key();
    const value = tokens.value();
    if (!isField(key)) return;
    if (value === undefined || (!value.isText && !OWN.includes(key)))
      throw new RecordRefused(key, value?.text);
    once(seen, key);
    reading[key] = value;
  });
  return reading;
}

type Transaction = Pick<MeterRecord, 'register' | 'restarts' | 'begin' | 'end' | 'times'>;

/**
 * The first register of imported energy counts. Between begin and end, an error of any of its readings is one of the
 * energy.
 */
function transactionOf(readings: readonly Reading[]): Transaction {
  const made: Transaction = {
    register: undefined,
    restarts: false,
    begin: undefined,
    end: undefined,
    times: [],
  };
  let error: RecordRule | undefined;
  for (const reading of readings) {
    if (!isCounted(made, reading)) continue;
    const kind = reading.TX?.text ?? '';
    const isBegin = kind === 'B';
    if (isBegin || (kind.length === 1 && ENDS.includes(kind))) {
      // What was wrong before the begin does not matter.
      take(made, reading, isBegin, isBegin ? undefined : error);
      error = undefined;
    } else if (made.end === undefined) error ??= errorOf(reading);
  }
  if (error !== undefined) throw new RecordRefused(error);
  return made;
}

function isCounted(made: Transaction, { RI }: Reading): boolean {
  if (made.register !== undefined) return made.register === RI?.text;
  const { isImport, restarts } = importRegisterOf(RI);
  made.restarts = restarts;
  return isImport;
}

function take(made: Transaction, reading: Reading, isBegin: boolean, before: RecordRule | undefined): void {
  made.register = reading.RI?.text;
  if (made.end !== undefined || (isBegin && made.begin !== undefined)) throw new RecordRefused('sequence');
  const error = before ?? errorOf(reading);
  if (error !== undefined) throw new RecordRefused(error);
  // A time that the meter itself calls wrong binds nothing.
  const timeSec = isWithoutError(reading) ? timeOf(reading.TM) : undefined;
  if (timeSec !== undefined) made.times.push(timeSec);
  made[isBegin ? 'begin' : 'end'] = registerOf(reading.RV, reading.RU);
}

const isWithoutError = ({ EF }: Reading): boolean => (EF?.text ?? '') === '';

/** What is wrong with a reading's energy. EF `t` says that its time alone is wrong, even where the meter failed (X). */
function errorOf(reading: Reading): RecordRule | undefined {
  const { EF, ST, CL, TX } = reading;
  if (!isWithoutError(reading) && EF?.text !== 't') return 'EF';
  if (ST?.text !== 'G') return 'ST';
  if (!isNoLoss(CL)) return 'CL';
  return TX?.text === 'X' && isWithoutError(reading) ? 'TX' : undefined;
}
