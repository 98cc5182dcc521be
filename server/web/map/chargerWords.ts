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

export interface StatusWords {
  /** Names the CSS colour `--pp-status-<tone>`. */
  tone: 'free' | 'busy' | 'charging' | 'off';
  label: string;
  explain: string;
  Icon: typeof IconBolt;
}

const FREE = { tone: 'free', label: 'Available now', Icon: IconCircleCheck } as const;
const CHARGING = { tone: 'charging', label: 'Charging', Icon: IconBolt } as const;
const BOOKED = { tone: 'busy', label: 'Booked', Icon: IconCalendarClock } as const;
const BLOCKED = { tone: 'busy', label: 'In use', Icon: IconPlugConnectedX } as const;
const BROKEN = { tone: 'off', label: 'Out of order', Icon: IconTool } as const;
const SILENT = { tone: 'off', label: 'Not responding', Icon: IconHelpCircle } as const;

/** A status as label, colour and icon, never by colour alone. A charger without recent reports counts as silent. */
export function statusWords({
  status,
  freshness,
}: Pick<ChargerSummary, 'status' | 'freshness'>): StatusWords {
  if (freshness === 'OFFLINE') {
    return { ...SILENT, explain: 'Its agent has sent no report for more than ten minutes.' };
  }
  switch (status) {
    case 'AVAILABLE':
      return { ...FREE, explain: 'Nobody is plugged in, and it is not booked now.' };
    case 'CHARGING':
      return { ...CHARGING, explain: 'A booked car is charging.' };
    case 'RESERVED':
      return { ...BOOKED, explain: 'It is booked now. Later slots may be available.' };
    case 'BLOCKED':
      return { ...BLOCKED, explain: 'It is not available at the moment. Later slots may be.' };
    case 'INOPERATIVE':
    case 'OUTOFORDER':
      return { ...BROKEN, explain: 'The wallbox reports a fault.' };
    default:
      return { ...SILENT, explain: 'Its status is unknown.' };
  }
}

export const FRESHNESS_WORDS = {
  LIVE: 'live: its agent reported within the last 90 seconds',
  STALE: 'stale: its agent has been silent for more than 90 seconds',
  OFFLINE: 'offline: its agent has been silent for more than ten minutes',
} as const;

const CONNECTORS: Record<ConnectorStandard, string> = {
  UNKNOWN: 'Unknown plug',
  IEC_62196_T2: 'Type 2',
  IEC_62196_T1: 'Type 1',
  IEC_62196_T2_COMBO: 'CCS 2',
  IEC_62196_T1_COMBO: 'CCS 1',
  CHADEMO: 'CHAdeMO',
  DOMESTIC_F: 'Schuko',
  DOMESTIC_E: 'Type E socket',
  DOMESTIC_G: 'British socket',
  TESLA_S: 'Tesla',
};

export const connectorWords = (standard: ConnectorStandard): string => CONNECTORS[standard];

const POWERS: Record<PowerType, string> = {
  UNKNOWN: 'unknown current',
  AC_1_PHASE: 'AC, 1 phase',
  AC_2_PHASE: 'AC, 2 phases',
  AC_3_PHASE: 'AC, 3 phases',
  DC: 'DC',
};

export const powerTypeWords = (type: PowerType): string => POWERS[type];
