import type { HostedHealth } from '../../../protocol/api.ts';
import { STALE_AFTER_SEC } from '../../../protocol/link.ts';
import { duration, whenOf } from '../app/units.ts';

/** Beyond this, times on the wallbox's records are no longer those of the visit. */
const CLOCK_TOLERANCE_SEC = 60;

export type HealthState = 'NEVER' | 'SILENT' | 'BOX_AWAY' | 'FAULTY' | 'WELL';

export interface HealthWords {
  state: HealthState;
  title: string;
  /** What to do about it, or since when it is so. */
  explain: string;
  /** Figures that the wallbox gave, with their units. */
  figures: string[];
  /** What should be put right though it works. */
  warnings: string[];
}

/** Complaints of OCPP in plain words; others are shown as the wallbox says them. */
const ERRORS: Record<string, string> = {
  ConnectorLockFailure: 'the plug does not lock',
  EVCommunicationError: 'it cannot talk to the car',
  GroundFailure: 'ground fault, current leaks to earth',
  HighTemperature: 'too hot inside',
  InternalError: 'internal error',
  OtherError: 'error without a cause',
  OverCurrentFailure: 'over-current',
  OverVoltage: 'voltage too high',
  PowerMeterFailure: 'its meter fails',
  PowerSwitchFailure: 'its power switch fails',
  ReaderFailure: 'its card reader fails',
  ResetFailure: 'it could not restart',
  UnderVoltage: 'voltage too low',
  WeakSignal: 'weak wireless signal',
};

export const errorWords = (code: string): string => (code in ERRORS ? `${ERRORS[code]} (${code})` : code);

/** How a charger is, for its host. */
export function healthWords(told: HostedHealth, nowSec: number): HealthWords {
  return { ...stateOf(told, nowSec), figures: figuresOf(told), warnings: warningsOf(told, nowSec) };
}

function stateOf(told: HostedHealth, nowSec: number): Pick<HealthWords, 'state' | 'title' | 'explain'> {
  const { receivedAt, linkedAt, status, health } = told;
  if (receivedAt === null) {
    return {
      state: 'NEVER',
      title: 'Not heard of yet',
      explain: 'Start the agent beside the wallbox: it reports within half a minute.',
    };
  }
  if (linkedAt === null || nowSec - receivedAt > STALE_AFTER_SEC) {
    return {
      state: 'SILENT',
      title: `Agent silent since ${whenOf(receivedAt, nowSec)}`,
      explain: 'Nobody can start a charge. Look at the machine beside your wallbox and at its network.',
    };
  }
  const online = `Agent online since ${whenOf(linkedAt, nowSec)}.`;
  if (status === 'UNKNOWN') {
    return { state: 'BOX_AWAY', title: 'The wallbox does not answer', explain: `${online} Is the box on?` };
  }
  if (status === 'OUTOFORDER' || status === 'INOPERATIVE') {
    const error = health?.lastError;
    const title = status === 'INOPERATIVE' ? 'Switched off at the wallbox' : 'Out of order';
    const cause = error === undefined ? '' : `: ${errorWords(error)}`;
    return { state: 'FAULTY', title: `${title}${cause}`, explain: `${online} No booking gets power now.` };
  }
  return { state: 'WELL', title: 'Works', explain: online };
}

function figuresOf({ health }: HostedHealth): string[] {
  if (health === null) return [];
  const { voltageV, temperatureC, firmware } = health;
  return [
    ...(voltageV === undefined ? [] : [`${voltageV}\u00a0V`]),
    ...(temperatureC === undefined ? [] : [`${temperatureC}\u00a0°C inside`]),
    ...(firmware === undefined ? [] : [`firmware ${firmware}`]),
    ...(isClockOff(health) || health.clockOffsetSec === undefined ? [] : ['clock right']),
  ];
}

const isClockOff = ({ clockOffsetSec = 0 }: { clockOffsetSec?: number | undefined }): boolean =>
  Math.abs(clockOffsetSec) > CLOCK_TOLERANCE_SEC;

function warningsOf({ health, status }: HostedHealth, nowSec: number): string[] {
  if (health === null) return [];
  const { clockOffsetSec = 0, lastError, lastErrorAt } = health;
  const warnings: string[] = [];
  if (isClockOff(health)) {
    const by = duration(Math.abs(clockOffsetSec));
    warnings.push(
      `Its clock is ${by} ${clockOffsetSec > 0 ? 'ahead' : 'behind'}: set its time server, or restart it.`,
    );
  }
  if (lastError !== undefined && status !== 'OUTOFORDER' && status !== 'INOPERATIVE') {
    const when = lastErrorAt === undefined ? '' : `, ${whenOf(lastErrorAt, nowSec)}`;
    warnings.push(`Last error: ${errorWords(lastError)}${when}`);
  }
  return warnings;
}
