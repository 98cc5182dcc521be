-- A server database as version 0.1.0 leaves it, after its migrations 0001 to 0006, with one row in each table that
-- later migrations change or that only agents and people can fill.
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE "ledger" ("id" integer default 1 primary key, "chain_id" bigint not null, "genesis_hash" text not null, "market" text not null, "deploy_block" bigint not null, "indexed_to" bigint not null);
CREATE TABLE "ledger_blocks" ("number" bigint primary key, "hash" text not null, "timestamp" bigint not null);
CREATE TABLE "terms" ("terms_hash" text primary key, "from_block" bigint not null, "host" text not null, "agent_key" text not null, "tariff" text not null, "booking_terms" text not null, "metering" text not null, "meter_key_hash" text not null);
CREATE INDEX "terms_of_host" on "terms" ("host");
CREATE TABLE "listings" ("listing_id" text not null, "from_block" bigint not null, "until_block" bigint, "terms_hash" text not null, "weekly_hours" text not null, "connector" text not null, "location" text not null, "place_commitment" text not null, "meter_key" text not null, "version" bigint not null, "status" integer not null, "latitude_e6" integer, "longitude_e6" integer, "updated_at" bigint not null, constraint "listing_version" primary key ("listing_id", "from_block"));
CREATE INDEX "listings_on_map" on "listings" ("until_block", "latitude_e6", "longitude_e6");
CREATE INDEX "listings_of_terms" on "listings" ("terms_hash");
CREATE TABLE "bookings" ("booking_id" text not null, "from_block" bigint not null, "until_block" bigint, "listing_id" text not null, "terms_hash" text not null, "driver" text not null, "purse" bigint not null, "generation" text not null, "session_key" text not null, "first_slot" bigint not null, "slot_count" integer not null, "opens_at" bigint not null, "ends_at" bigint not null, "cap" text not null, "unsigned_cost" text not null, "first_unsigned_cost" text not null, "relay_fee" text not null, "start_hash" text not null, "reservation_status" text not null, "settlement_status" text not null, "state_head" text not null, "state_claim" text not null, "paid" text, "refunded" text, "energy_wh" bigint, "reading_measure" text, "reading_evidence_hash" text, "reading_registers_commitment" text, "booked_at" bigint not null, "booked_tx" text not null, "ended_at" bigint, "ended_tx" text, constraint "booking_version" primary key ("booking_id", "from_block"));
CREATE INDEX "bookings_of_listing" on "bookings" ("listing_id", "ends_at");
CREATE INDEX "bookings_of_driver" on "bookings" ("driver", "booked_at");
CREATE INDEX "bookings_opening" on "bookings" ("opens_at");
CREATE INDEX "bookings_ending" on "bookings" ("ends_at");
CREATE TABLE "account_moves" ("from_block" bigint not null, "log_index" integer not null, "kind" text not null, "account" text not null, "purse" bigint, "listing_id" text, "amount" text not null, "counterparty" text, "moved_at" bigint not null, "tx" text not null, constraint "account_move" primary key ("from_block", "log_index"));
CREATE INDEX "account_moves_of_account" on "account_moves" ("account");
CREATE TABLE "agents" ("agent_key" text primary key, "public_key" text not null, "seen_at" bigint not null);
CREATE TABLE "connectors" ("listing_id" text primary key, "agent_key" text not null, "status" text not null, "sent_at" bigint not null, "received_at" bigint not null, "health" text);
CREATE INDEX "connectors_by_age" on "connectors" ("received_at");
CREATE TABLE "readings" ("booking_id" text not null, "seq" bigint not null, "reading" text not null, "agent_signature" text not null, "session_signature" text, "received_at" bigint not null, constraint "reading_of_booking" primary key ("booking_id", "seq"));
CREATE TABLE "visits" ("booking_id" text primary key, "state" text not null, "power_w" integer not null, "detail" text not null, "at" bigint not null, "tier" text default 'agent-signed' not null);
CREATE TABLE "sign_in_nonces" ("nonce" text primary key, "expires_at" bigint not null);
CREATE TABLE "sessions" ("token_hash" text primary key, "address" text not null, "expires_at" bigint not null);
CREATE TABLE "notices" ("notice_id" text primary key, "listing_id" text not null, "booking_id" text, "to" text not null, "code" text not null, "text" text not null, "at" bigint not null);
CREATE INDEX "notices_of_listing" on "notices" ("listing_id", "at");
CREATE INDEX "notices_of_booking" on "notices" ("booking_id", "at");
CREATE TABLE "handovers" ("booking_id" text primary key, "sealed" text not null);

INSERT INTO "kysely_migration" VALUES
  ('0001-index', '2026-11-01T08:00:00.000Z'),
  ('0002-live', '2026-11-01T08:00:00.001Z'),
  ('0003-notices', '2026-11-01T08:00:00.002Z'),
  ('0004-handovers', '2026-11-01T08:00:00.003Z'),
  ('0005-health', '2026-11-01T08:00:00.004Z'),
  ('0006-tiers', '2026-11-01T08:00:00.005Z');
INSERT INTO "kysely_migration_lock" VALUES ('migration_lock', 0);
INSERT INTO "visits" VALUES ('0xb1', 'CHARGING', 7400, '', 1800000000, 'meter-signed');
INSERT INTO "visits" VALUES ('0xb2', 'SUSPENDED_EV', 0, 'The car takes no power.', 1800000000, 'agent-signed');
INSERT INTO "sessions" VALUES ('0xf1', '0xd1', 1800003600);
INSERT INTO "readings" VALUES ('0xb1', 3, '{"seq":3}', '0xa1', NULL, 1800000001);
INSERT INTO "notices" VALUES ('0xe1', '0x11', '0xb1', 'both', 'OCCUPIED', 'A car is still there.', 1800000002);
INSERT INTO "notices" VALUES ('0xe2', '0x11', '0xb1', 'driver', 'PAUSED_FRESH', 'The charge is paused: the ledger has not confirmed the booking yet.', 1800000003);
INSERT INTO "handovers" VALUES ('0xb1', '0x5ea1');
