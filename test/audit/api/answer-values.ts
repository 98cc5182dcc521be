import { encodeTile } from '../../../server/http/mvt.ts';
import { decodeTile, type TileFeature } from '../../support/mvt.ts';

/** Fields of the agents, of the operator, of places, or of the time: the ledger says nothing of them. */
const NOT_OF_THE_LEDGER: readonly RegExp[] = [
  /^\/(chargers|quotes|tiles)\S* (\S*\.)?(status|freshness|agentPublicKey|live)$/,
  /^\/chargers\S* (truncated|cursor|summary\.\S*)$/,
  /^\/config (passkeyVerifier|depositAddresses|topUpUrl|rpcUrl|relayer|currencyRates|basemapStyleUrl|streets)/,
  /^\/config (imprint|privacy|foreignFeeds|local|walletConnect)/,
  /^\/ledger\/head (blockNumber|indexedTo|progress|verifiedTo)/,
  /^\/ledger\/permanent events\.\d+\.by$/,
  /^\/statistics liveChargers$/,
  /^\/tiles\/foreign/,
  /^\/tiles\S* \S*\.type$/,
  /^\/ocpi\S* (timestamp|status_code|status_message|type)$/,
  /^\/ocpi\S* data\.(\S*\.)?(country_code|party_id|city|country|time_zone|parking_type|currency)$/,
  /^\/ocpi\S* data\.(\S*\.)?(operator\.\S*|tariff_alt_text\.\S*|last_updated|status)$/,
];

export const isOfTheLedger = (path: string, field: readonly string[]): boolean =>
  !NOT_OF_THE_LEDGER.some((pattern) => pattern.test(`${path} ${field.join('.')}`));

/** Every value of an answer by its path; what is in a list of slots counts as one. */
export function leavesOf(value: unknown, path: string[] = []): { path: string[]; value: unknown }[] {
  const isSlots = /Slots$/.test(path.at(-1) ?? '');
  if (typeof value !== 'object' || value === null || isSlots) return [{ path, value }];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

/** Another value that the field could have. */
export function changed(value: unknown, random: number): unknown {
  if (value === null) return 1 + (random % 1_000);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return random % 5 === 0 ? null : value + 2 + (random % 99);
  if (Array.isArray(value)) return changedSlots(value, random);
  const text = String(value);
  if (/^\d+$/.test(text)) return String(BigInt(text) + 1n + BigInt(random % 1_000));
  if (!/^0x|^[0-9a-f]{15}$/.test(text)) return `${text}X`;
  const at = text.length - 1 - (random % Math.max(1, text.length - 2));
  const digit = text[at] === '7' ? '8' : '7';
  return text === '0x' ? '0x00' : text.slice(0, at) + digit + text.slice(at + 1);
}

/** A late slot goes: the early ones are the server's clock's, the latest ones beyond the ledger's. */
function changedSlots(slots: unknown[], random: number): unknown[] {
  const last = slots.at(-1);
  if (last === undefined) return [[9], [[9, 9]]][random % 2]!;
  if (!Array.isArray(last)) return slots.slice(0, -1);
  if (slots.length > 1) return slots.toSpliced(-2, 1);
  const [first, count] = last as [number, number];
  const behind = 5 + (random % 20);
  return [
    [first, count - behind - 1],
    [first + count - behind, behind],
  ];
}

const isTile = (path: string): boolean => path.startsWith('/tiles/');

/** An answer as an object, JSON or a tile. */
export function readAnswer(path: string, body: string): unknown {
  if (!isTile(path)) return JSON.parse(body);
  return decodeTile(Buffer.from(body, 'latin1'));
}

export function writeAnswer(path: string, whole: unknown): string {
  if (!isTile(path)) return JSON.stringify(whole);
  const layers = Object.entries(whole as Record<string, TileFeature[]>).map(([name, features]) => [
    name,
    features.map(({ properties, geometry }) => ({
      type: 1 as const,
      tags: properties,
      geometry: [[geometry[0]?.[0]?.x ?? 0, geometry[0]?.[0]?.y ?? 0] as [number, number]],
    })),
  ]);
  return Buffer.from(encodeTile(Object.fromEntries(layers), 4_096)).toString('latin1');
}

/** The answer with another value at a path. */
export function withValue(of: string, body: string, path: readonly string[], value: unknown): string {
  const whole = readAnswer(of, body);
  let part = whole as Record<string, unknown>;
  for (const name of path.slice(0, -1)) part = part[name] as Record<string, unknown>;
  part[path.at(-1)!] = value;
  return writeAnswer(of, whole);
}
