import type { ChargerSummary } from '../../../protocol/api.ts';

/** What a status comes to for a driver; names the CSS colours `--pp-status-<tone>` and `--pp-tint-<tone>`. */
export type Tone = 'free' | 'busy' | 'charging' | 'off';

const TONES: Partial<Record<ChargerSummary['status'], Tone>> = {
  AVAILABLE: 'free',
  CHARGING: 'charging',
  RESERVED: 'busy',
  BLOCKED: 'busy',
};

/** A charger without recent reports counts as silent. */
export const statusTone = ({ status, freshness }: Pick<ChargerSummary, 'status' | 'freshness'>): Tone =>
  freshness === 'OFFLINE' ? 'off' : (TONES[status] ?? 'off');
