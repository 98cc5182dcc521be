import type { HostedHealth } from '../../../protocol/api.ts';
import { STALE_AFTER_SEC } from '../../../protocol/link.ts';
import { duration, whenOf } from '../app/units.ts';
import { t, tOf } from '../app/words.ts';

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
export function errorWords(code: string): string {
  const words = tOf(`listing.fault.${code}`);
  return words === undefined ? code : `${words} (${code})`;
}

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
      title: t('listing.health.never'),
      explain: t('listing.health.never.do'),
    };
  }
  if (linkedAt === null || nowSec - receivedAt > STALE_AFTER_SEC) {
    return {
      state: 'SILENT',
      title: t('listing.health.silent', { since: whenOf(receivedAt, nowSec) }),
      explain: t('listing.health.silent.do'),
    };
  }
  const online = t('listing.health.online', { since: whenOf(linkedAt, nowSec) });
  if (status === 'UNKNOWN') {
    return {
      state: 'WALLBOX_OFFLINE',
      title: t('listing.health.offline'),
      explain: `${online} ${t('listing.health.offline.do')}`,
    };
  }
  if (status === 'OUTOFORDER' || status === 'INOPERATIVE') {
    const error = health?.lastError;
    const title = t(status === 'INOPERATIVE' ? 'listing.health.off' : 'listing.health.broken');
    const cause = error === undefined ? '' : `: ${errorWords(error)}`;
    return {
      state: 'FAULTY',
      title: `${title}${cause}`,
      explain: `${online} ${t('listing.health.broken.do')}`,
    };
  }
  return { state: 'WELL', title: t('listing.health.well'), explain: online };
}

function figuresOf({ health }: HostedHealth, nowSec: number): string[] {
  if (health === null) return [];
  const { voltageV, temperatureC, firmware, forward } = health;
  return [
    ...(voltageV === undefined ? [] : [`${voltageV}\u00a0V`]),
    ...(temperatureC === undefined
      ? []
      : [t('listing.health.inside', { temperature: `${temperatureC}\u00a0°C` })]),
    ...(firmware === undefined ? [] : [t('listing.health.firmware', { version: firmware })]),
    ...(isClockOff(health) || health.clockOffsetSec === undefined ? [] : [t('listing.health.clock')]),
    ...(forward?.isOn ? [t('listing.health.forward', { since: whenOf(forward.since, nowSec) })] : []),
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
    warnings.push(t(clockOffsetSec > 0 ? 'listing.health.ahead' : 'listing.health.behind', { by }));
  }
  if (lastError !== undefined && status !== 'OUTOFORDER' && status !== 'INOPERATIVE') {
    const when = lastErrorAt === undefined ? '' : `, ${whenOf(lastErrorAt, nowSec)}`;
    warnings.push(t('listing.health.last', { error: `${errorWords(lastError)}${when}` }));
  }
  if (forward?.reason !== undefined && forward.reason !== 'NO_WALLBOX') {
    const since = whenOf(forward.since, nowSec);
    const reason = t(`listing.forward.${forward.reason}`);
    warnings.push(t('listing.health.away', { since, reason }));
  }
  return warnings;
}
