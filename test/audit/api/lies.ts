import type { Hex } from 'viem';
import type { Around } from '../../../audit/api/slots.ts';
import type { ApiSource } from '../../../audit/api/source.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';
import type { Kept } from './lying-api.ts';
import type { ListedCharger } from './more-chargers.ts';
import type { ApiLie, RecordedApi } from './recorded-api.ts';

/** What an API is compared with, and the answers of one that is right. */
export interface ComparedApi {
  api: RecordedApi;
  source: ApiSource & { seed: number };
  report: AuditReport;
  around: Around;
  /** One whose agent reports, and one that is revoked. */
  chargers: Readonly<Record<'fast' | 'revoked', ListedCharger>>;
}

export interface QuoteRow {
  charger: { listingId: Hex };
  distanceM: number;
}

interface OcpiObject {
  id: string;
  evses: object[];
  tariff_alt_text: { text: string }[];
}

/** What lies read of the answers: each has some of it. */
export interface Body {
  token: object;
  indexedTo: number;
  events: { event: string }[];
  chargers: { listingId?: Hex }[];
  features: { geometry: object }[];
  takenSlots: number[];
  freeSlots: [first: number, count: number][];
  quotes: QuoteRow[];
  searchedRadiusM: number;
  data: OcpiObject[];
  daily: { completedSessions: number }[];
}

export type LieOf = (compared: ComparedApi) => ApiLie;
type IsPath = (path: string, compared: ComparedApi) => boolean;

export const jsonOf = (answer: Kept, value: object): Kept => ({
  ...answer,
  status: 200,
  body: JSON.stringify(value),
});

/** Changes the answers of these paths. */
export const at =
  (isIt: IsPath, change: (body: Body, compared: ComparedApi) => object): LieOf =>
  (compared) =>
  (answer, path) =>
    isIt(path, compared) ? jsonOf(answer, change(JSON.parse(answer.body), compared)) : answer;

export const answering =
  (isIt: IsPath, changed: Partial<Kept>): LieOf =>
  (compared) =>
  (answer, path) =>
    isIt(path, compared) ? { ...answer, ...changed } : answer;

export const starting =
  (start: string): IsPath =>
  (path) =>
    path.startsWith(start);

/** An id of nothing on the ledger. */
export const INVENTED: Hex = `0x${'ab'.repeat(32)}`;

/** What an API says wrong, or what it is compared with. */
export interface Plan {
  lie?: LieOf;
  /** Another report, as an audit of another ledger would have made it. */
  report?: (report: AuditReport) => AuditReport;
}

/** What is wrong, and codes that say so. */
export type Case = [what: string, says: string[], plan: Plan | LieOf];
