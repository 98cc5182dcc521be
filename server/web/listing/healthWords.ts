import type { HostedHealth } from '../../../protocol/api.ts';
import { type ForwardAwayReason, STALE_AFTER_SEC } from '../../../protocol/link.ts';
import { duration, whenOf } from '../app/units.ts';

/** With a larger clock error, the times in the wallbox's records do not match those of the session. */
const CLOCK_TOLERANCE_SEC = 60;

export type HealthState = 'NEVER' | 'SILENT' | 'WALLBOX_OFFLINE' | 'FAULTY' | 'WELL';

export interface HealthWords {
  state: HealthState;
  title: string;
  /** What to do, or since when. */
  explain: string;
  /** Figures reported by the wallbox, with their units. */
  figures: string[];
  /** Problems that the host should fix although the wallbox works. */
  warnings: string[];
}

/** Error codes of OCPP in words; other codes are shown as the wallbox reports them. */
const ERRORS: Record<string, string> = {
  ConnectorLockFailure: 'the plug does not lock',
  EVCommunicationError: 'no communication with the car',
  GroundFailure: 'ground fault, current leaks to earth',
  HighTemperature: 'too hot inside',
  InternalError: 'internal error',
  OtherError: 'other error',
  OverCurrentFailure: 'over-current',
  OverVoltage: 'voltage too high',
  PowerMeterFailure: 'meter failure',
  PowerSwitchFailure: 'power switch failure',
  ReaderFailure: 'card reader failure',
  ResetFailure: 'restart failed',
  UnderVoltage: 'voltage too low',
  WeakSignal: 'weak wireless signal',
};

export const errorWords = (code: string): string => (code in ERRORS ? `${ERRORS[code]} (${code})` : code);

/** Why the other central system is away, and what to do; a wallbox that is away is told as that. */
const FORWARD_REASONS: Record<Exclude<ForwardAwayReason, 'NO_WALLBOX'>, string> = {
  UNREACHABLE: 'the agent cannot reach it. Check that it runs, and its address.',
  UNKNOWN_HOST: 'its name is not known. Correct its address, or give the IP address.',
  TLS: 'its certificate or its TLS is not accepted. Check its address and certificate.',
  WRONG_PASSWORD: 'it refuses the password. Correct the password.',
  UNKNOWN_WALLBOX: 'it does not know the wallbox. Add it there, and check the address.',
  NOT_OCPP: 'what answers does not speak OCPP of this version. Check port and path.',
  HUNG_UP: 'it ends the connection at once. See its log.',
  NO_ANSWER: 'it accepts the connection and answers nothing. See its log.',
  BAD_ANSWER: 'it answers against the rules of OCPP. See its log.',
  PENDING: 'it has not accepted the wallbox yet. Accept it there.',
  REJECTED: 'it rejects the wallbox. Add the wallbox there.',
};

/** Health of a charger, in words for its host. */
export function healthWords(hosted: HostedHealth, nowSec: number): HealthWords {
  const figures = figuresOf(hosted, nowSec);
  return { ...stateOf(hosted, nowSec), figures, warnings: warningsOf(hosted, nowSec) };
}

function stateOf(hosted: HostedHealth, nowSec: number): Pick<HealthWords, 'state' | 'title' | 'explain'> {
  const { receivedAt, linkedAt, status, health } = hosted;
  if (receivedAt === null) {
    return {
      state: 'NEVER',
      title: 'No report yet',
      explain: 'Start the meter agent. It reports within half a minute.',
    };
  }
  if (linkedAt === null || nowSec - receivedAt > STALE_AFTER_SEC) {
    return {
      state: 'SILENT',
      title: `No report from the agent since ${whenOf(receivedAt, nowSec)}`,
      explain: 'Nobody can start a charge. Check the computer that the agent runs on and its network.',
    };
  }
  const online = `Agent online since ${whenOf(linkedAt, nowSec)}.`;
  if (status === 'UNKNOWN') {
    return {
      state: 'WALLBOX_OFFLINE',
      title: 'The wallbox does not respond',
      explain: `${online} Check that it is switched on.`,
    };
  }
  if (status === 'OUTOFORDER' || status === 'INOPERATIVE') {
    const error = health?.lastError;
    const title = status === 'INOPERATIVE' ? 'Switched off at the wallbox' : 'Out of order';
    const cause = error === undefined ? '' : `: ${errorWords(error)}`;
    return { state: 'FAULTY', title: `${title}${cause}`, explain: `${online} It cannot charge now.` };
  }
  return { state: 'WELL', title: 'Working', explain: online };
}

function figuresOf({ health }: HostedHealth, nowSec: number): string[] {
  if (health === null) return [];
  const { voltageV, temperatureC, firmware, forward } = health;
  return [
    ...(voltageV === undefined ? [] : [`${voltageV}\u00a0V`]),
    ...(temperatureC === undefined ? [] : [`${temperatureC}\u00a0°C inside`]),
    ...(firmware === undefined ? [] : [`firmware ${firmware}`]),
    ...(isClockOff(health) || health.clockOffsetSec === undefined ? [] : ['clock correct']),
    ...(forward?.isOn ? [`other central system connected since ${whenOf(forward.since, nowSec)}`] : []),
  ];
}

const isClockOff = ({ clockOffsetSec = 0 }: { clockOffsetSec?: number | undefined }): boolean =>
  Math.abs(clockOffsetSec) > CLOCK_TOLERANCE_SEC;

function warningsOf({ health, status }: HostedHealth, nowSec: number): string[] {
  if (health === null) return [];
  const { clockOffsetSec = 0, lastError, lastErrorAt, forward } = health;
  const warnings: string[] = [];
  if (isClockOff(health)) {
    const by = duration(Math.abs(clockOffsetSec));
    warnings.push(
      `Its clock is ${by} ${clockOffsetSec > 0 ? 'ahead' : 'behind'}. Set its time server, or restart it.`,
    );
  }
  if (lastError !== undefined && status !== 'OUTOFORDER' && status !== 'INOPERATIVE') {
    const when = lastErrorAt === undefined ? '' : `, ${whenOf(lastErrorAt, nowSec)}`;
    warnings.push(`Last error: ${errorWords(lastError)}${when}`);
  }
  if (forward?.reason !== undefined && forward.reason !== 'NO_WALLBOX') {
    const since = whenOf(forward.since, nowSec);
    warnings.push(`The other central system is away since ${since}: ${FORWARD_REASONS[forward.reason]}`);
  }
  return warnings;
}
