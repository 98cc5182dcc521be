import type { Address, Hex } from 'viem';
import type { FaultKind } from '../../protocol/faultKinds.ts';

/** What people tell about themselves and each other, and what is kept for them: each row belongs to an account. */
export interface PeopleTables {
  profiles: ProfilesTable;
  photos: PhotosTable;
  /** `bytes` are sealed by the account's devices: this server cannot read them. */
  vaults: { account: Address; version: number; bytes: Uint8Array; updatedAt: number };
  ratings: RatingsTable;
  messages: MessagesTable;
  /** The key to which messages for an account are sealed, with what proves that it is the account's. */
  messageKeys: { account: Address; publicKey: Hex; signature: Hex; createdAt: number };
  /** Public key of a booking's session key, of which the ledger has the address: messages for the driver are sealed to it. */
  driverKeys: { bookingId: Hex; driver: Address; publicKey: Hex };
  faultReports: FaultReportsTable;
  evidence: EvidenceTable;
  /** With whom a party of a booking shares its evidence. */
  evidenceShares: { bookingId: Hex; sharedBy: Address; account: Address; expiresAt: number };
  /** How a connector was at some time; `health` is JSON. For its host only. */
  connectorHistory: { listingId: Hex; at: number; status: string; health: string | null };
  /** Searches of a day (unix seconds / 86,400) in an H3 cell that found no charger. */
  demand: { day: number; cell: string; searchCount: number };
}

interface PhotosTable {
  account: Address;
  /** SHA-256 of `bytes`. */
  photoId: Hex;
  /** The charger that it shows; null where it shows something else. */
  listingId: Hex | null;
  contentType: string;
  width: number;
  height: number;
  bytes: Uint8Array;
  createdAt: number;
}

/** What a driver says of a finished booking, signed by the driver's account. */
interface RatingsTable {
  bookingId: Hex;
  listingId: Hex;
  driver: Address;
  stars: number;
  comment: string;
  signature: Hex;
  ratedAt: number;
}

/** A message between guest and host, sealed once for each of them. */
interface MessagesTable {
  bookingId: Hex;
  seq: number;
  sender: 'DRIVER' | 'HOST';
  toDriver: Hex;
  toHost: Hex;
  sentAt: number;
}

interface FaultReportsTable {
  faultId: Hex;
  listingId: Hex;
  bookingId: Hex;
  reporter: Address;
  kind: FaultKind;
  comment: string;
  reportedAt: number;
  resolvedAt: number | null;
}

interface EvidenceTable {
  bookingId: Hex;
  host: Address;
  /** SHA-256 of the salt and the bundle. */
  evidenceHash: Hex;
  /** The salt (32 bytes) and the bundle, packed by gzip. */
  bytes: Uint8Array;
  /** Unpacked. */
  sizeBytes: number;
  receivedAt: number;
}

interface ProfilesTable {
  account: Address;
  name: string;
  about: string;
  photoId: Hex | null;
  updatedAt: number;
  /** Hundredths of a percent, the number, and since when both are stated; null where none is. */
  vatBasisPoints: number | null;
  vatNumber: string | null;
  vatSince: number | null;
}
