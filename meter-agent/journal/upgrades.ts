import type { DatabaseSync } from 'node:sqlite';
import { currentCode, type NoticeVersion1, noticeOfVersion1 } from '../../protocol/linkVersion1.ts';
import { VOLTAGE_V } from '../drivers/driver.ts';
import { fromJson, toJson } from './json.ts';

type State = Record<string, unknown>;

/** Sessions of journals up to version 5: only what the upgrade reads. */
interface Version5 extends State {
  transaction: { register: { startWh: number; lastWh: number } } | null;
  billedUntil: number;
  plan: State & { sessionKey: string; maxPowerW: number };
  /** Before limits were in A. */
  pause?: 'none' | 'asked' | 'limited' | 'stopped';
}

/** Up to version 5, new fields had no migration: they are filled in once. */
export function upgradeSessions(db: DatabaseSync): void {
  const rows = db
    .prepare(
      `SELECT id, state, EXISTS (SELECT 1 FROM readings r WHERE r.booking_id = s.booking_id AND r.is_final = 1) AS is_final
       FROM sessions s`,
    )
    .all();
  const update = db.prepare('UPDATE sessions SET state = ? WHERE id = ?');
  for (const { id, state, is_final } of rows) {
    const upgraded = version6Of(fromJson<Version5>(String(state)), is_final === 1);
    update.run(toJson(upgraded), id as number);
  }
}

function version6Of({ pause = 'none', plan: oldPlan, ...state }: Version5, isFinalMade: boolean): State {
  const { transaction, billedUntil } = state;
  const plan = {
    // Session keys are unique: two sessions count as one driver's only where that is known.
    driver: oldPlan.sessionKey,
    fullCurrentA: Math.ceil(oldPlan.maxPowerW / (3 * VOLTAGE_V)),
    ...oldPlan,
  };
  const isPausedByStop = pause === 'stopped' && transaction !== null;
  return {
    registers: transaction && { beginWh: transaction.register.startWh, endWh: transaction.register.lastWh },
    flowedAt: billedUntil,
    meteredAt: billedUntil,
    current: {
      ...{ shareA: null, acceptedA: pause === 'limited' ? 0 : null },
      ...{ isUnsure: false, isRefused: isPausedByStop, isPausedByStop },
    },
    hold: pause === 'none' ? null : { reason: 'unsigned', since: billedUntil },
    told: {},
    isFinalMade,
    ...state,
    plan,
  };
}

/** Older journals do not know the time of a booking: there it counts from its slot's start. */
export function upgradeBookings(db: DatabaseSync): void {
  const update = db.prepare('UPDATE bookings SET fact = ? WHERE booking_id = ?');
  for (const { booking_id, fact } of db.prepare('SELECT booking_id, fact FROM bookings').all()) {
    update.run(toJson({ bookedAt: 0, ...fromJson<object>(String(fact)) }), booking_id as string);
  }
}

const PAUSE_REASONS: Record<string, string> = {
  unsigned: 'UNSIGNED',
  fresh: 'UNCONFIRMED',
  silent: 'METER_SILENT',
  missing: 'BOOKING_MISSING',
  site: 'SITE_LIMIT',
  neighbour: 'ADJACENT_BOOKING',
};

const SESSION_KEYS: Record<string, string> = {
  handedOverAt: 'startSecretReceivedAt',
  ready: 'authorizedStart',
  unseen: 'unmetered',
  hold: 'pause',
  neighbourUntil: 'adjacentBookingUntil',
  hindrance: 'blocked',
  trust: 'finality',
  told: 'notified',
};

const EVENT_TYPES: Record<string, string> = {
  readied: 'startAuthorized',
  handedOver: 'startSecretReceived',
  neighbour: 'adjacentBooking',
  hindered: 'blocked',
  unhindered: 'unblocked',
  crowded: 'connectorBusy',
  trust: 'finality',
};

const EVENT_KEYS: Record<string, string> = {
  ready: 'authorizedStart',
  isHere: 'isStartedByRfid',
  kind: 'reason',
  trust: 'finality',
  wish: 'command',
  boxAt: 'chargePointAt',
};

const renamed = (value: State, names: Record<string, string>): State =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [names[key] ?? key, inner]));

const optional = (value: unknown, names: Record<string, string>): unknown =>
  value == null ? value : renamed(value as State, names);

const pauseReason = (reason: unknown): unknown => PAUSE_REASONS[String(reason)] ?? reason;
const finality = (value: unknown): unknown => (value === 'fresh' ? 'unconfirmed' : value);

function withPauseReason(pause: unknown): unknown {
  return pause == null ? pause : { ...(pause as State), reason: pauseReason((pause as State).reason) };
}

/** `reason` in capitals, as it is sent. */
const withBlockReason = (blocked: unknown): unknown =>
  blocked == null
    ? blocked
    : { ...(blocked as State), reason: String((blocked as State).reason).toUpperCase() };

function version9Of(state: State): State {
  const next = renamed(state, SESSION_KEYS);
  const notified = renamed((next.notified ?? {}) as State, { hold: 'pause', crowded: 'connectorBusy' });
  return {
    ...next,
    ...('authorizedStart' in next && {
      authorizedStart: optional(next.authorizedStart, { card: 'rfidUid' }),
    }),
    ...('blocked' in next && { blocked: withBlockReason(optional(next.blocked, { kind: 'reason' })) }),
    ...('finality' in next && { finality: finality(next.finality) }),
    pause: withPauseReason(next.pause),
    notified: { ...notified, ...('pause' in notified && { pause: pauseReason(notified.pause) }) },
  };
}

function version9EventOf(event: State): State {
  const renamedEvent = renamed(event, EVENT_KEYS);
  const next = event.type === 'hindered' ? (withBlockReason(renamedEvent) as State) : renamedEvent;
  return {
    ...next,
    type: EVENT_TYPES[String(event.type)] ?? event.type,
    ...('authorizedStart' in next && {
      authorizedStart: optional(next.authorizedStart, { card: 'rfidUid' }),
    }),
    ...('finality' in next && { finality: finality(next.finality) }),
  };
}

/** Version 9 names fields and events of sessions by the terms of docs/glossary.md. */
export function renameSessions(db: DatabaseSync): void {
  const updateState = db.prepare('UPDATE sessions SET state = ? WHERE id = ?');
  for (const { id, state } of db.prepare('SELECT id, state FROM sessions').all()) {
    updateState.run(toJson(version9Of(fromJson<State>(String(state)))), id as number);
  }
  const updateEvent = db.prepare('UPDATE events SET event = ? WHERE id = ?');
  for (const { id, event } of db.prepare('SELECT id, event FROM events').iterate()) {
    updateEvent.run(toJson(version9EventOf(fromJson<State>(String(event)))), id as number);
  }
}

type Change = (value: unknown) => unknown;

const PREFIXES: readonly (readonly [from: string, to: string])[] = [
  ['calls told ', 'settlement notices '],
  ['forward.said ', 'forwarding.state '],
  ['forward ', 'forwarding.transactions '],
  ['place:', 'location:'],
];

const NOTES: Record<string, string> = {
  strayStops: 'orphanStops',
  'calls under way': 'settlement actions under way',
  presence: 'noShowEvidence',
};

const METER_FLAGS: Record<string, string> = {
  unreadable: 'UNREADABLE',
  signature: 'SIGNATURE',
  id: 'ID_TAG',
  flagged: 'METER_ERROR',
  page: 'PAGINATION',
  noTotal: 'NO_TOTAL',
  register: 'REGISTER',
  missing: 'MISSING',
};

const withFlags: Change = (assurance) => {
  if (assurance === null) return null;
  const { flags, ...rest } = renamed(assurance as State, { doubts: 'flags' });
  return { ...rest, flags: (flags as string[]).map((flag) => METER_FLAGS[flag] ?? flag) };
};

const withActions: Change = (notified) => {
  const { calls, codes, ...rest } = notified as State & { calls: State[]; codes: string[] };
  return {
    ...rest,
    codes: codes.map(currentCode),
    actions: calls.map((call) => renamed(call, { call: 'action', stake: 'value' })),
  };
};

const withReportedKeys: Change = (connectors) =>
  (connectors as State[]).map((connector) => renamed(connector, { toldSpkiHex: 'reportedSpkiHex' }));

/** Notices that wait for the API: they keep their sentences. */
const withoutSentences: Change = (queue) => {
  const { waiting, ...rest } = queue as State & { waiting: { number: number; notice: NoticeVersion1 }[] };
  return {
    ...rest,
    waiting: waiting.map(({ number, notice }) => ({ number, notice: noticeOfVersion1(notice) })),
  };
};

function changeOf(key: string): Change | undefined {
  if (key === 'notices') return withoutSentences;
  if (key === 'connectors') return withReportedKeys;
  if (key.startsWith('assurance:')) return withFlags;
  return key.startsWith('calls told ') ? withActions : undefined;
}

function nameOf(key: string): string {
  const prefix = PREFIXES.find(([from]) => key.startsWith(from));
  return NOTES[key] ?? (prefix === undefined ? key : prefix[1] + key.slice(prefix[0].length));
}

/** Version 9 keeps some notes under another key, and some with renamed fields. */
export function renameNotes(db: DatabaseSync): void {
  const update = db.prepare('UPDATE notes SET key = ?, value = ? WHERE key = ?');
  for (const { key, value } of db.prepare('SELECT key, value FROM notes').all()) {
    const [name, change] = [nameOf(String(key)), changeOf(String(key))];
    const text = change === undefined ? String(value) : toJson(change(fromJson(String(value))));
    if (name !== key || change !== undefined) update.run(name, text, key as string);
  }
}
