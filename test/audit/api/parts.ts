import { factsOf } from '../../../audit/api/charger-facts.ts';
import type * as whole from '../../../audit/api/compare-api.ts';
import type * as ofAreas from '../../../audit/api/compare-areas.ts';
import type * as ofChargers from '../../../audit/api/compare-chargers.ts';
import type * as ofConfig from '../../../audit/api/compare-config.ts';
import type * as ofOcpi from '../../../audit/api/compare-ocpi.ts';
import type * as ofQuotes from '../../../audit/api/compare-quotes.ts';
import type * as ofRatings from '../../../audit/api/compare-ratings.ts';
import type * as ofStatistics from '../../../audit/api/compare-statistics.ts';
import type * as ofTiles from '../../../audit/api/compare-tiles.ts';
import { drawing, type Sample } from '../../../audit/api/drawing.ts';
import type { Discrepancy, Unverifiable } from '../../../audit/lib/discrepancy.ts';
import type { Load } from '../rules/vector-checks.ts';
import type { ComparedApi } from './lies.ts';

interface Found {
  discrepancies: Discrepancy[];
  unverifiable: Unverifiable[];
}

type Compare = (load: Load, compared: ComparedApi) => Promise<Found>;

/** Which searches, tiles and objects are asked for. */
const sampleOf = ({ source, around }: ComparedApi): Sample => ({
  draw: drawing(source.seed),
  around,
});

const only = (discrepancies: Discrepancy[]): Found => ({ discrepancies, unverifiable: [] });

/** The comparison with an API, and parts of it that are faster by themselves. */
export const PARTS = {
  whole: (load, { source, report }) =>
    load<typeof whole>('api/compare-api.ts').compareWithApi(report, source),
  config: async (load, { source, report }) => {
    const { compareConfig, compareEvents, compareHead } = load<typeof ofConfig>('api/compare-config.ts');
    const { discrepancies } = await compareConfig(source, report);
    const head = await compareHead(source);
    return only([...discrepancies, ...(await compareEvents(source)), ...head.discrepancies]);
  },
  chargers: async (load, { source, report }) => {
    const { compareChargers } = load<typeof ofChargers>('api/compare-chargers.ts');
    return only(await compareChargers(source, report, factsOf(report)));
  },
  areas: async (load, compared) => {
    const { source, report } = compared;
    const { compareAreas } = load<typeof ofAreas>('api/compare-areas.ts');
    return only(await compareAreas(source, report, factsOf(report), sampleOf(compared)));
  },
  quotes: async (load, compared) => {
    const { source, report } = compared;
    const { compareQuotes } = load<typeof ofQuotes>('api/compare-quotes.ts');
    const { differences, unverifiable } = await compareQuotes(source, report, sampleOf(compared));
    return { discrepancies: differences, unverifiable };
  },
  tiles: async (load, compared) => {
    const { source, report } = compared;
    const { compareTiles } = load<typeof ofTiles>('api/compare-tiles.ts');
    return only(await compareTiles(source, report, sampleOf(compared), true));
  },
  ocpi: async (load, compared) => {
    const { source, report } = compared;
    const { compareOcpi } = load<typeof ofOcpi>('api/compare-ocpi.ts');
    return only(await compareOcpi(source, report, factsOf(report), sampleOf(compared)));
  },
  statistics: async (load, { source, report }) => {
    const { compareStatistics } = load<typeof ofStatistics>('api/compare-statistics.ts');
    return only(await compareStatistics(source, report));
  },
  ratings: async (load, { source, report }) => {
    const { compareRatings } = load<typeof ofRatings>('api/compare-ratings.ts');
    return only(await compareRatings(source, report, factsOf(report)));
  },
} as const satisfies Record<string, Compare>;

export type Part = keyof typeof PARTS;

/** The module that has the part. */
export const entryOf = (part: Part): string => `api/compare-${part === 'whole' ? 'api' : part}.ts`;
