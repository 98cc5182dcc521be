import type { DatabaseSync } from 'node:sqlite';
import { closeFirstEdition } from './first-edition.ts';
import { renameNotes, renameSessions, upgradeBookings, upgradeSessions } from './upgrades.ts';

/** Only ever appended to: one entry per version. */
export const MIGRATIONS: readonly (string | ((db: DatabaseSync) => void))[] = [
  `
  CREATE TABLE sessions (
    booking_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    secret TEXT,
    salt TEXT NOT NULL,
    tier TEXT NOT NULL DEFAULT 'agent-signed',
    ended INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    booking_id TEXT NOT NULL,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_booking ON events (booking_id, id);
  -- The keys are the rule: no seq is signed twice, and one final per booking.
  CREATE TABLE readings (
    booking_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    is_final INTEGER NOT NULL,
    reading TEXT NOT NULL,
    agent_signature TEXT,
    session_signature TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (booking_id, seq)
  ) STRICT;
  CREATE UNIQUE INDEX one_final ON readings (booking_id) WHERE is_final = 1;
  CREATE TABLE transactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    charge_point_id TEXT NOT NULL,
    connector_id INTEGER NOT NULL,
    id_tag TEXT NOT NULL,
    meter_start INTEGER NOT NULL,
    box_time TEXT NOT NULL,
    booking_id TEXT,
    is_owner INTEGER NOT NULL,
    stopped INTEGER NOT NULL DEFAULT 0,
    UNIQUE (charge_point_id, connector_id, id_tag, meter_start, box_time)
  ) STRICT;
  CREATE TABLE evidence (
    booking_id TEXT NOT NULL,
    line_number INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (booking_id, line_number)
  ) STRICT;
  CREATE TABLE listings (
    listing_id TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    block INTEGER NOT NULL,
    listing TEXT NOT NULL,
    PRIMARY KEY (listing_id, terms_hash)
  ) STRICT;
  CREATE TABLE bookings (
    booking_id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL,
    block INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    fact TEXT NOT NULL
  ) STRICT;
  CREATE INDEX open_bookings ON bookings (booking_id) WHERE is_open = 1;
  CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- The box's own name of a transaction (OCPP 2), beside the number that the agent gives.
  ALTER TABLE transactions ADD COLUMN box_transaction_id TEXT;
  CREATE INDEX named_transactions ON transactions (charge_point_id, box_transaction_id)
    WHERE box_transaction_id IS NOT NULL;
  `,
  `
  -- What was learnt from the ledger knows its blocks now: it is followed anew once.
  DELETE FROM notes WHERE key IN ('cursor', 'revoked');
  DELETE FROM bookings;
  DROP TABLE listings;
  CREATE TABLE listings (
    listing_id TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    block INTEGER NOT NULL,
    listing TEXT NOT NULL,
    PRIMARY KEY (listing_id, terms_hash, block)
  ) STRICT;
  ALTER TABLE bookings ADD COLUMN is_lost INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX lost_bookings ON bookings (booking_id) WHERE is_lost = 1;
  CREATE INDEX bookings_by_block ON bookings (block);
  `,
  `
  -- What was signed to be sent by the agent key's own gas, several of one nonce where one replaced another.
  CREATE TABLE sent_transactions (
    id INTEGER PRIMARY KEY,
    nonce INTEGER NOT NULL,
    booking_id TEXT NOT NULL,
    call TEXT NOT NULL,
    hash TEXT NOT NULL,
    raw TEXT NOT NULL,
    max_fee_per_gas TEXT NOT NULL,
    max_priority_fee_per_gas TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sent_by_nonce ON sent_transactions (nonce, id);
  `,
  `
  -- A message touches as few pages as can be, since each costs its part of the flush: events and lines are appended,
  -- whosesoever they are, and a session's state is written at milestones alone.
  CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    booking_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    -- The newest event that state knows: later ones are applied to it when it is read.
    event_id INTEGER NOT NULL DEFAULT 0,
    secret TEXT,
    salt TEXT NOT NULL,
    tier TEXT NOT NULL DEFAULT 'agent-signed',
    ended INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO visits (booking_id, state, secret, salt, tier, ended)
    SELECT booking_id, state, secret, salt, tier, ended FROM sessions ORDER BY rowid;
  DROP TABLE sessions;
  ALTER TABLE visits RENAME TO sessions;
  CREATE TABLE happenings (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL, event TEXT NOT NULL) STRICT;
  INSERT INTO happenings (session_id, event)
    SELECT s.id, e.event FROM events e JOIN sessions s USING (booking_id) ORDER BY e.id;
  DROP TABLE events;
  ALTER TABLE happenings RENAME TO events;
  CREATE INDEX events_of_session ON events (session_id);
  UPDATE sessions SET event_id = coalesce((SELECT max(id) FROM events WHERE session_id = sessions.id), 0);
  CREATE TABLE lines (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL, line TEXT NOT NULL) STRICT;
  INSERT INTO lines (session_id, line)
    SELECT s.id, e.line FROM evidence e JOIN sessions s USING (booking_id) ORDER BY e.booking_id, e.line_number;
  DROP TABLE evidence;
  ALTER TABLE lines RENAME TO evidence;
  CREATE INDEX evidence_of_session ON evidence (session_id);
  `,
  (db) => {
    upgradeSessions(db);
    upgradeBookings(db);
  },
  `
  -- What waits is asked for at every look at the ledger: years of readings are not gone through for it.
  CREATE INDEX unsigned_readings ON readings (agent_signature) WHERE agent_signature IS NULL;
  CREATE INDEX unsent_readings ON readings (sent) WHERE sent = 0;
  -- Until now those of ended sessions were never sent.
  UPDATE readings SET sent = 2 WHERE sent = 0 AND booking_id IN (SELECT booking_id FROM sessions WHERE ended = 1);
  `,
  `
  -- What a box said that its other central system has not heard yet.
  CREATE TABLE letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    charge_point_id TEXT NOT NULL,
    action TEXT NOT NULL,
    params TEXT NOT NULL,
    -- Of a start: the number that the agent gave the transaction.
    transaction_id INTEGER
  ) STRICT;
  CREATE INDEX letters_of_box ON letters (charge_point_id, id);
  `,
  (db) => {
    db.exec(`
      ALTER TABLE letters RENAME TO outbox;
      DROP INDEX letters_of_box;
      CREATE INDEX outbox_of_charge_point ON outbox (charge_point_id, id);
      ALTER TABLE sessions RENAME COLUMN tier TO assurance_level;
      ALTER TABLE transactions RENAME COLUMN box_time TO charge_point_time;
      ALTER TABLE transactions RENAME COLUMN box_transaction_id TO own_transaction_id;
      ALTER TABLE sent_transactions RENAME COLUMN call TO action;
    `);
    renameSessions(db);
    renameNotes(db);
  },
  (db) => {
    db.exec(`
      -- The newest raise of what a driver allows without a co-signature, in token units.
      CREATE TABLE allowances (booking_id TEXT PRIMARY KEY, cost TEXT NOT NULL, signature TEXT NOT NULL) STRICT;
    `);
    closeFirstEdition(db);
  },
  `
  -- Voltage, current, power and temperature as the charge point reported them, one line for each 10 s of a connector.
  CREATE TABLE measurements (
    -- Unix seconds, the beginning of the 10 s.
    at INTEGER NOT NULL,
    charge_point_id TEXT NOT NULL,
    connector_id INTEGER NOT NULL,
    measured TEXT NOT NULL,
    PRIMARY KEY (at, charge_point_id, connector_id)
  ) STRICT, WITHOUT ROWID;
  -- The evidence of a session whose lines were pruned: the hash that names its file. Empty where there is no file.
  ALTER TABLE sessions ADD COLUMN bundle_hash TEXT;
  CREATE INDEX unpruned_sessions ON sessions (id) WHERE ended = 1 AND bundle_hash IS NULL;
  `,
  `
  -- Digests count from here on: what an older version followed is not read a second time.
  UPDATE notes SET value = (
    SELECT json_group_array(json_set(block.value, '$.digest', '0x00000000000000000000000000000000'))
    FROM json_each(notes.value) AS block
  ) WHERE key = 'blocks';
  INSERT OR REPLACE INTO notes
    SELECT 'agreedBlock', json_extract(value, '$[#-1]') FROM notes WHERE key = 'blocks' AND json_array_length(value) > 0;
  `,
];
