import type { AssuranceLevel, SessionState } from '../../../protocol/link.ts';
import { t } from '../app/words.ts';

/** States in which power may flow now or again. */
const UNDER_WAY: ReadonlySet<SessionState> = new Set([
  'WAITING_FOR_PLUG',
  'STARTING',
  'CHARGING',
  'PAUSED',
  'SUSPENDED_EV',
  'SUSPENDED_EVSE',
]);

export const isUnderWay = (state: SessionState | undefined): boolean =>
  state !== undefined && UNDER_WAY.has(state);

export const stateTitle = (state: SessionState): string => t(`charging.title.${state}`);

export const stateWords = (state: SessionState): string => t(`charging.explain.${state}`);

/** The assurance level of the energy so far, in words for the driver. */
export const assuranceWords = (level: AssuranceLevel): string => t(`charging.assurance.${level}`);
