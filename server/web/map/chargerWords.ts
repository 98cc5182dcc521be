import {
  IconBolt,
  IconCalendarClock,
  IconCircleCheck,
  IconHelpCircle,
  IconPlugConnectedX,
  IconTool,
} from '@tabler/icons-react';
import type { ChargerSummary } from '../../../protocol/api.ts';
import type { ConnectorStandard, PowerType } from '../../../protocol/listing.ts';
import { t } from '../app/words.ts';
import { statusTone, type Tone } from './chargerTone.ts';

export interface StatusWords {
  /** Names the CSS colours `--pp-status-<tone>` and `--pp-tint-<tone>`. */
  tone: Tone;
  label: string;
  explain: string;
  Icon: typeof IconBolt;
}

type State = 'free' | 'charging' | 'booked' | 'blocked' | 'broken' | 'silent' | 'unknown';

const ICONS: Record<State, typeof IconBolt> = {
  free: IconCircleCheck,
  charging: IconBolt,
  booked: IconCalendarClock,
  blocked: IconPlugConnectedX,
  broken: IconTool,
  silent: IconHelpCircle,
  unknown: IconHelpCircle,
};

const STATES: Partial<Record<ChargerSummary['status'], State>> = {
  AVAILABLE: 'free',
  CHARGING: 'charging',
  RESERVED: 'booked',
  BLOCKED: 'blocked',
  INOPERATIVE: 'broken',
  OUTOFORDER: 'broken',
};

/** A status as label, colour and icon, never by colour alone. A charger without recent reports counts as silent. */
export function statusWords(charger: Pick<ChargerSummary, 'status' | 'freshness'>): StatusWords {
  const state = charger.freshness === 'OFFLINE' ? 'silent' : (STATES[charger.status] ?? 'unknown');
  return {
    tone: statusTone(charger),
    label: t(`map.status.${state}`),
    explain: t(`map.explain.${state}`),
    Icon: ICONS[state],
  };
}

export const FRESHNESS_WORDS = {
  LIVE: t('map.freshness.LIVE'),
  STALE: t('map.freshness.STALE'),
  OFFLINE: t('map.freshness.OFFLINE'),
} as const;

/** The plugs that a filter offers: of homes first. */
export const CONNECTORS = [
  'IEC_62196_T2',
  'IEC_62196_T1',
  'IEC_62196_T2_COMBO',
  'IEC_62196_T1_COMBO',
  'CHADEMO',
  'TESLA_S',
  'DOMESTIC_F',
  'DOMESTIC_E',
  'DOMESTIC_G',
] as const satisfies ConnectorStandard[];

export const connectorWords = (standard: ConnectorStandard): string => t(`map.connector.${standard}`);

export const powerTypeWords = (type: PowerType): string => t(`map.current.${type}`);
