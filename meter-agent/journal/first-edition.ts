import type { DatabaseSync } from 'node:sqlite';
import { fromJson, toJson } from './json.ts';
import { sessionOf } from './session-schema.ts';

type State = Record<string, unknown>;

/** What the upgrade reads of a session of the ledger's first edition. */
interface FirstEdition extends State {
  phase: string;
  doneWh: number;
  transaction: { register: { creditedWh: number } } | null;
  lastReading: State | null;
  cosigned: State | null;
  plan: State & {
    limits: State & { tariff: State; firstUnsignedCost: bigint };
    times: State & { cancelBy: number };
  };
}

/** Note in the journal: bookings that the upgrade closed, to be exported and named to their host. */
export const CLOSED_NOTE = 'bookings closed by an upgrade';

const withOverstay = (reading: State | null): State | null => reading && { overstaySec: 0, ...reading };

function planOf({ limits, times, ...plan }: FirstEdition['plan']): State {
  const { firstUnsignedCost, tariff, ...otherLimits } = limits;
  const { cancelBy, ...otherTimes } = times;
  return {
    ...plan,
    sampleSec: 0,
    limits: {
      ...otherLimits,
      tariff: { ...tariff, discountBp: 0n },
      allowedCost: firstUnsignedCost,
      firstTrustMax: 0n,
    },
    times: { ...otherTimes, freeUntil: cancelBy },
  };
}

/** Its figures stay for the exports; it is over, since no call of the present ledger fits its booking. */
function closed({ plan, ...state }: FirstEdition): State {
  return {
    ...state,
    phase: 'ENDED',
    transaction: null,
    doneWh: state.doneWh + (state.transaction?.register.creditedWh ?? 0),
    pause: null,
    plan: planOf(plan),
    lastReading: withOverstay(state.lastReading),
    cosigned: withOverstay(state.cosigned),
    ...{ cableSeenAt: null, isWaived: false, endedSince: null, raisedCost: 0n },
  };
}

/**
 * Version 10 follows the ledger's second edition. Sessions of the first are kept for the exports and closed, never
 * guessed at; what was followed of that ledger is forgotten, so that the folder serves another market. Throws
 * `journal.session`.
 */
export function closeFirstEdition(db: DatabaseSync): void {
  const update = db.prepare('UPDATE sessions SET state = ?, ended = 1, event_id = ? WHERE id = ?');
  const newest = Number(db.prepare('SELECT coalesce(max(id), 0) AS id FROM events').get()?.id);
  const open: string[] = [];
  for (const { id, booking_id, state, ended } of db.prepare('SELECT * FROM sessions ORDER BY id').all()) {
    const session = sessionOf(closed(fromJson<FirstEdition>(String(state))));
    update.run(toJson(session), newest, id as number);
    if (ended === 0) open.push(String(booking_id));
  }
  if (open.length > 0) db.prepare('INSERT INTO notes VALUES (?, ?)').run(CLOSED_NOTE, toJson(open));
  db.exec(`
    UPDATE readings SET sent = 2 WHERE sent = 0;
    UPDATE bookings SET is_open = 0, is_lost = 0, block = -1;
    -- Exports name place and meter of former listings; none of them is served.
    UPDATE OR REPLACE listings SET block = -1;
    DELETE FROM notes WHERE key IN
      ('ledger', 'blocks', 'revoked', 'handovers', 'settlement actions under way', 'pairingCodes');
  `);
}
