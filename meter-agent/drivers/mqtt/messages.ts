import type { SocketOptions } from '../../config/mqtt.ts';
import { scaleRoundedDown } from '../../lib/decimal.ts';
import { VOLTAGE_V } from '../driver.ts';

/** Whether the device switches itself off when its time is not renewed. */
export const stopsByItself = ({ switchOn }: SocketOptions): boolean =>
  switchOn.some((sent) => /\{seconds(\+\d+)?\}/.test(sent.payload));

export const withSeconds = (text: string, seconds: number): string =>
  text.replace(/\{seconds(?:\+(\d+))?\}/g, (_all, more) => String(seconds + Number(more ?? 0)));

/** The value at a path of a message, as text; undefined when there is none. */
export function valueAt(message: string, path: string | undefined): string | undefined {
  if (path === undefined) return message.trim();
  let at: unknown;
  try {
    at = JSON.parse(message);
  } catch {
    return undefined;
  }
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return ['string', 'number', 'boolean'].includes(typeof at) ? String(at) : undefined;
}

/** What a message of the device reports; undefined where it does not. */
export function valuesOf(options: SocketOptions, topic: string, text: string) {
  const { energy, power, state, availability } = options;
  const valueIn = (source: { topic: string; path?: string | undefined } | undefined) =>
    source?.topic === topic ? valueAt(text, source.path) : undefined;
  const available = valueIn(availability);
  return {
    isHere: available === undefined ? undefined : available === availability?.online,
    registerText: valueIn(energy),
    powerText: valueIn(power),
    isOn: { [state.whenOn]: true, [state.whenOff]: false }[valueIn(state) ?? ''],
  };
}

/** How much of a limit a socket can give: it is either on or off. */
export function partOf(limitA: number, maxPowerW: number): 'all' | 'none' | 'some' {
  if (limitA === 0) return 'none';
  return limitA >= Math.floor(maxPowerW / VOLTAGE_V) ? 'all' : 'some';
}

/** A meter's text in whole Wh, rounded down; undefined when it is not a number. */
export function energyWhOf(text: string, unit: SocketOptions['energy']['unit']): number | undefined {
  try {
    // A watt-minute is a sixtieth of a Wh; no meter has more than six digits after the point.
    const exact = scaleRoundedDown(text, unit === 'kWh' ? 9 : 6);
    const energyWh = Number(exact / (unit === 'Wmin' ? 60_000_000n : 1_000_000n));
    return Number.isSafeInteger(energyWh) ? energyWh : undefined;
  } catch {
    return undefined;
  }
}
