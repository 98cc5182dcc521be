import type { ChargerSummary } from '../../../protocol/api.ts';
import { type Drawn, wholeOf } from '../generated/draw.ts';
import { positionOf } from '../generated/listings.ts';
import { tileAt, tilePath } from './tile-count.ts';

/** What is asked of a server: paths, in the order in which the load generator takes them. */
export interface Requests {
  box: string[];
  tileWarm: string[];
  /** Each one once. */
  tileCold: string[];
  quote: string[];
}

export interface RequestOptions {
  seed: number;
  /** Listings of which one is in the middle of what is asked. */
  listings: number;
  /** Boxes, warm tiles and quotes: so many different ones of each. */
  different: number;
  coldTiles: number;
}

const REQUEST = 9;
const DETAIL = 10;
const ZOOMS = [4, 14] as const;
/** The most that one page of a box holds. */
const PAGE = 500;
const WIDEST_DEGREES = 2;
const NARROWER = 0.6;
const NEED = 'energyWh=20000&limit=50&radiusKm=25&sort=cost';
const BY_SEC = 12 * 3_600;

/** Where people look: around listings, so that most look where most are. */
const around = ({ seed, listings }: RequestOptions, kind: number, subject: number) => {
  const drawn: Drawn = { seed, kind, subject };
  return { drawn, ...positionOf(seed, wholeOf(drawn, 0, 0, listings - 1)) };
};

const fixed = (value: number): string => value.toFixed(5);

/** A box around a position whose chargers all fit on one page, and nearly fill it where there are as many. */
async function boxPath(port: number, { latitude, longitude }: { latitude: number; longitude: number }) {
  for (let degrees = WIDEST_DEGREES; ; degrees *= NARROWER) {
    const [west, south] = [longitude - degrees, latitude - degrees];
    const [east, north] = [longitude + degrees, latitude + degrees];
    const path = `/api/v1/chargers?bbox=${[west, south, east, north].map(fixed)}&limit=${PAGE}`;
    const headers = { 'x-forwarded-for': `10.1.${Math.floor(Math.random() * 250)}.1` };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const { truncated } = (await response.json()) as { chargers: ChargerSummary[]; truncated: boolean };
    if (!truncated) return path;
  }
}

/** Different tiles, from the whole continent to a street. */
function tilePaths(options: RequestOptions, kind: number, count: number, taken: Set<string>): string[] {
  const paths: string[] = [];
  for (let subject = 0; paths.length < count && subject < 20 * count; subject++) {
    const { drawn, latitude, longitude } = around(options, kind, subject);
    const path = tilePath(tileAt(latitude, longitude, wholeOf(drawn, 1, ...ZOOMS)));
    if (taken.has(path)) continue;
    taken.add(path);
    paths.push(path);
  }
  return paths;
}

/** Chooses what is asked of this server. */
export async function chooseRequests(port: number, options: RequestOptions): Promise<Requests> {
  const { different, coldTiles } = options;
  const box: string[] = [];
  const quote: string[] = [];
  const by = Math.floor(Date.now() / 1_000) + BY_SEC;
  for (let subject = 0; subject < different; subject++) {
    const centre = around(options, REQUEST, subject);
    box.push(await boxPath(port, centre));
    const at = `latitude=${fixed(centre.latitude)}&longitude=${fixed(centre.longitude)}`;
    quote.push(`/api/v1/quotes?${at}&${NEED}&by=${by}`);
  }
  const taken = new Set<string>();
  const tileWarm = tilePaths(options, REQUEST, different, taken);
  return { box, quote, tileWarm, tileCold: tilePaths(options, DETAIL, coldTiles, taken) };
}
