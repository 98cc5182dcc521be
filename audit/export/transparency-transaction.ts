import { type ToolReading, toolRecordOf } from './transparency-payload.ts';

/** What a meter says of an identification that failed. */
const FAILED_LEVELS = new Set(['MISMATCH', 'INVALID', 'OUTDATED', 'UNKNOWN']);

/** TX of an end. */
const ENDS = new Set(['E', 'L', 'R', 'A', 'P']);

/**
 * Why S.A.F.E.'s transparency software (d556f1a) would not accept a transaction although each record of it is signed.
 *
 * @param records One with begin and end, or two.
 */
export function transactionRefusals(records: readonly string[]): string[] {
  const payloads = records.flatMap((record) => {
    const payload = toolRecordOf(record)?.payload;
    return typeof payload === 'object' ? [payload] : [];
  });
  // Of a record that it cannot read it says that alone. A whole record is a transaction where its page is one.
  const [first] = payloads;
  if (first === undefined || payloads.length < records.length) return [];
  if (payloads.length === 1 && !first.PG?.startsWith('T')) return [];
  const readings = withInherited(countedOf(payloads.flatMap(({ RD }) => RD)));
  const begins = readings.filter(({ TX }) => TX?.trim() === 'B');
  const ends = readings.filter(({ TX }) => ENDS.has(TX?.trim() ?? ''));
  const [begin, end] = [begins[0], ends[0]];
  if (begin === undefined || end === undefined || begins.length + ends.length > 2)
    return [
      `RI, TX: ${begins.length} begins and ${ends.length} ends that name a register of imported energy`,
    ];
  const levels = payloads.map(({ IL }) => (IL ?? '').trim());
  return [
    ...levels.filter((level) => FAILED_LEVELS.has(level)).map((level) => `IL ${level}: no identification`),
    ...stateRefusals(begin, end),
    ...valueRefusals(begin, end),
    ...timeRefusals(begin, end),
  ];
}

/** Of readings with compensated registers only these count; else those of imported energy. */
function countedOf(readings: readonly ToolReading[]): ToolReading[] {
  const compensated = readings.filter(({ RI }) => COMPENSATED.has(energyRegisterOf(RI)?.kind ?? 0));
  if (compensated.length > 0) return compensated;
  return readings.filter(({ RI }) => {
    const register = energyRegisterOf(RI);
    return register !== undefined && isImport(register.kind) && STORAGES.has(register.storage);
  });
}

const COMPENSATED = new Set([0x98, 0xb1, 0xb3, 0xc1, 0xc3]);
const STORAGES = new Set([0, 0x200, 0x255, 0xff]);

const isImport = (kind: number): boolean =>
  kind === 1 || kind === 0x98 || kind === 0x9e || (kind >= 0xb0 && kind <= 0xc7);

/** An OBIS code, A-B:C.D.E*F, of a meter of electrical energy. The software takes each group for hex. */
function energyRegisterOf(code: string | null | undefined): { kind: number; storage: number } | undefined {
  const found = /^([0-9a-f]*)-[0-9a-f]*:([0-9a-f]*)\.([0-9a-f]*)(?:\.[0-9a-f]*(?:[.*]([0-9a-f]*))?)?$/i.exec(
    code?.trim() ?? '',
  );
  if (found === null) return undefined;
  const [medium, kind, quantity, storage] = found.slice(1).map((group) => Number.parseInt(group || '0', 16));
  return medium === 1 && quantity === 8 ? { kind: kind ?? 0, storage: storage ?? 0 } : undefined;
}

/** ST and RU are those of the reading before where they are left out; nothing else is. */
function withInherited(readings: readonly ToolReading[]): ToolReading[] {
  let [ST, RU]: (string | null | undefined)[] = [];
  return readings.map((reading) => {
    [ST, RU] = [reading.ST ?? ST, reading.RU ?? RU];
    return { ...reading, ST, RU };
  });
}

function stateRefusals(begin: ToolReading, end: ToolReading): string[] {
  const refusals: string[] = [];
  for (const [name, reading] of Object.entries({ begin, end })) {
    if (reading.ST !== 'G') refusals.push(`ST ${reading.ST ?? 'left out'}: the ${name} is not in order`);
    if (reading.RU === undefined || reading.RU === null) refusals.push(`RU: the ${name} has no unit`);
    if (reading.EF?.includes('E')) refusals.push(`EF ${reading.EF}: the ${name} has an error`);
  }
  if (typeof end.EI === 'number' && end.EI !== begin.EI)
    refusals.push('EI: events lie between begin and end');
  return refusals;
}

/** As numbers, whatever their unit. */
const valueRefusals = ({ RV: begin }: ToolReading, { RV: end }: ToolReading): string[] =>
  Number.parseFloat(begin ?? '') <= Number.parseFloat(end ?? '')
    ? []
    : [`RV: from ${begin ?? 'nothing'} to ${end ?? 'nothing'}`];

function timeRefusals(begin: ToolReading, end: ToolReading): string[] {
  const [from, until] = [clockOf(begin.TM), clockOf(end.TM)];
  if (from.state === undefined) return ['TM: no state of the clock behind the time of the begin'];
  if (from.state === 'R' && until.state !== 'R') return ['TM: the begin is R, the end is not'];
  return from.at > until.at ? ['TM: the end is before the begin'] : [];
}

/** Milliseconds, NaN where the software reads none, and the letter behind. */
function clockOf(TM: string | null | undefined): { at: number; state: string | undefined } {
  const [time = '', state] = (TM ?? '').split(' ');
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d),(\d{3})([+-]\d\d)(\d\d)$/.exec(time);
  const at = parts === null ? Number.NaN : Date.parse(`${parts[1]}.${parts[2]}${parts[3]}:${parts[4]}`);
  return { at, state };
}
