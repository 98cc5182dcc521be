import { z } from 'zod';
import { scaleRoundedDown } from '../lib/decimal.ts';

/** Readings as OCMF writes them: omitted fields are as in the reading before (OCMF 1.4, "Reading"). */
const reading = z.object({
  TX: z.string().nullish(),
  RV: z.union([z.number(), z.string()]).nullish(),
  RI: z.string().nullish(),
  RU: z.string().nullish(),
  EF: z.string().nullish(),
  ST: z.string().nullish(),
});

const payload = z.object({
  PG: z.string().nullish(),
  ID: z.string().nullish(),
  RD: z.array(reading).min(1).max(1_000),
});

/** The contents of a record, in our units. */
export interface MeterRecordFacts {
  /** Number of the page in its own series: `T7` of transactions, `F7` of fiscal readings. */
  series: string;
  page: number;
  id: string;
  /** Total register in Wh, rounded down, at the begin and at the end, where the record has them. */
  beginWh: number | null;
  endWh: number | null;
  /** The meter itself reports that something is wrong: an error flag, or a status other than good. */
  isFaulty: boolean;
}

/** Total registers of imported energy: OBIS 1.8.0, and B0, B1 of the charging library (FNN). Not B2, B3, 98.8.0. */
const TOTAL_IMPORT = /^(?:[^:]*:)?0*(?:1|B0|B1)\.0*8\.0+(?:[.*].*)?$/;
const ENDS = new Set(['E', 'L', 'R', 'A', 'P']);
const DECIMALS: Record<string, number> = { Wh: 0, kWh: 3 };

/** Undefined for a text that is not a record which we can read. */
export function readRecord(record: string): MeterRecordFacts | undefined {
  try {
    const parsed = payload.parse(JSON.parse(record.slice('OCMF|'.length, record.lastIndexOf('|'))));
    const [, series = '', page = '0'] = /^([TF])(\d{1,15})$/.exec(parsed.PG ?? '') ?? [];
    return { series, page: Number(page), id: parsed.ID ?? '', ...registersOf(parsed.RD) };
  } catch {
    return undefined;
  }
}

function registersOf(entries: z.infer<typeof reading>[]) {
  const facts = { beginWh: null as number | null, endWh: null as number | null, isFaulty: false };
  let last: z.infer<typeof reading> = {};
  for (const entry of entries) {
    const given = Object.entries(entry).filter(([, value]) => value != null);
    // An error belongs to the reading that has it.
    last = { ...last, EF: '', ...Object.fromEntries(given) };
    if ((last.EF ?? '').trim() !== '' || (last.ST ?? 'G') !== 'G') facts.isFaulty = true;
    if (!TOTAL_IMPORT.test(last.RI ?? '') || entry.RV == null) continue;
    const decimals = DECIMALS[last.RU ?? ''];
    if (decimals === undefined) continue;
    const registerWh = Number(scaleRoundedDown(String(entry.RV), decimals));
    if (last.TX === 'B') facts.beginWh ??= registerWh;
    else if (ENDS.has(last.TX ?? '')) facts.endWh = registerWh;
  }
  return facts;
}
