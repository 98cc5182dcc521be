/** A pure function of the ledger's logs, and what is made of it for the map: following the ledger makes them again. */
export const DERIVED_TABLES: readonly string[] = [
  'account_moves',
  'bookings',
  'ledger',
  'ledger_blocks',
  'listings',
  'map_cells',
  'map_chargers',
  'map_dirty',
  'map_removed',
  'map_state',
  'terms',
];

/** True only while processes run, read again from elsewhere, or, of sign-ins, not to come back to life. */
export const PASSING_TABLES: readonly string[] = [
  'agent_links',
  'answered_requests',
  'cluster_messages',
  'deferred_indexes',
  'event_marks',
  'foreign_feeds',
  'foreign_locations',
  'pairing_offers',
  'processes',
  'request_counts',
  'sender_nonces',
  'sign_in_nonces',
  'sign_ins',
];

/** Everything else is in a backup: a table that somebody adds is not forgotten. */
export const isKept = (table: string): boolean =>
  !/^(?:kysely|sqlite)_/.test(table) && ![...DERIVED_TABLES, ...PASSING_TABLES].includes(table);
