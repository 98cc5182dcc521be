import { type NoticeVersion1, noticeOfVersion1 } from '../../protocol/linkVersion1.ts';
import type { PauseReason } from '../../protocol/session.ts';
import { speechIn } from '../words/speech.ts';
import type { HistoryEntry } from './history.ts';
import { noticeText } from './notice-text.ts';
import type { Snapshot } from './snapshot.ts';

/** Metrics of version 0.1 by their present names: both are exposed, for dashboards that use the former. */
export const FORMER_METRICS: Record<string, string> = {
  outbox_messages_waiting: 'letters_waiting',
  unsettled_sessions: 'visits_waiting',
};

const FORMER_PAUSES: Record<PauseReason, string> = {
  UNSIGNED: 'unsigned',
  UNCONFIRMED: 'fresh',
  METER_SILENT: 'silent',
  BOOKING_MISSING: 'missing',
  RECOVERING: 'recovering',
  SITE_LIMIT: 'site',
  ADJACENT_BOOKING: 'neighbour',
};

/** What programs read is the same in every language. */
const ENGLISH = speechIn('en');

/** A snapshot with the fields of version 0.1 beside those that replaced them, for scripts that read the former. */
export function withFormerNames(snapshot: Snapshot): object {
  const { queue, chargePoints, sessions, notices, token } = snapshot;
  return {
    ...snapshot,
    notices: notices.map((notice) => ({ ...notice, text: noticeText(notice, token, ENGLISH) })),
    queue: { ...queue, visits: queue.unsettledSessions, letters: queue.outboxMessages },
    chargePoints: chargePoints.map(({ connectors, ...chargePoint }) => ({
      ...chargePoint,
      connectors: connectors.map((connector) => ({ ...connector, hasPlace: connector.hasLocation })),
    })),
    sessions: sessions.map((session) => ({
      ...session,
      tier: session.assuranceLevel,
      pause: session.pauseReason === null ? 'none' : FORMER_PAUSES[session.pauseReason],
    })),
  };
}

/** An exported session with the field of version 0.1 beside the one that replaced it. */
export const entryWithFormerNames = (entry: HistoryEntry): HistoryEntry & { tier: string } => ({
  ...entry,
  tier: entry.assuranceLevel,
});

type Fields = Record<string, unknown>;

/** Adds a field under its present name where there is only the former one. */
function withPresent(
  fields: unknown,
  former: string,
  present: string,
  change = (value: unknown) => value,
): unknown {
  const known = fields as Fields;
  return present in known || !(former in known) ? known : { ...known, [present]: change(known[former]) };
}

const presentPause = (former: unknown): unknown =>
  Object.entries(FORMER_PAUSES).find(([, word]) => word === former)?.[0] ?? null;

function presentSession(session: Fields): unknown {
  const named = withPresent(session, 'tier', 'assuranceLevel');
  const paused = withPresent(named, 'pause', 'pauseReason', presentPause);
  // Older agents show one figure.
  return withPresent(withPresent(paused, 'energyWh', 'billedWh'), 'energyWh', 'meteredWh');
}

/** A snapshot of an agent of version 0.1, which may still run after an update, under the present names. */
export function withPresentNames(snapshot: unknown): unknown {
  const { queue, chargePoints, sessions, notices, ...rest } = snapshot as Fields &
    Record<'chargePoints' | 'sessions' | 'notices', Fields[]>;
  return {
    token: null,
    room: null,
    ...rest,
    notices: notices.map((notice) =>
      'params' in notice ? notice : noticeOfVersion1(notice as unknown as NoticeVersion1),
    ),
    queue: withPresent(withPresent(queue, 'visits', 'unsettledSessions'), 'letters', 'outboxMessages'),
    chargePoints: chargePoints.map((chargePoint) => ({
      ...chargePoint,
      connectors: (chargePoint.connectors as Fields[]).map((connector) =>
        withPresent(connector, 'hasPlace', 'hasLocation'),
      ),
    })),
    sessions: sessions.map((session) => presentSession(session)),
  };
}

export const entryWithPresentNames = (entry: HistoryEntry): HistoryEntry =>
  withPresent(entry, 'tier', 'assuranceLevel') as HistoryEntry;
