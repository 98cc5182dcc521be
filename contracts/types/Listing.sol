// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashing} from "../libraries/Hashing.sol";
import {Terms} from "./Terms.sol";

/// @notice When the charger can be booked, in its local time: bit `weekday * 24 + hour` of the low 168 bits
/// (Monday = 0), then `utcOffset` 8 (signed quarter hours), `offsetChangesAt` 40 (unix seconds, 0 = never),
/// `utcOffsetAfter` 8 (signed quarter hours), 32 spare.
type WeeklyHours is uint256;

/// @notice Location and features of the charger: `h3Cell` 64, `resolution` 8 (7 to 9), `connectorStandard`
/// 8 and `powerType` 8 (both numbered as in protocol/connector.ts), rest spare.
type Location is uint256;

/// @notice The public, coarse description of a charger. Nothing of it is needed after the listing.
struct Place {
    bytes6 connector; // first bytes of keccak256(abi.encode(charge-point id, OCPP connector number))
    Location location;
    bytes32 placeCommitment; // keccak256(32-byte salt ‖ exact place), opened only to a booked driver
}

/// @notice Everything that a host publishes for one charger.
struct Listing {
    Terms terms;
    WeeklyHours weeklyHours;
    Place place;
    bytes meterKey; // x ‖ y (64 bytes) of the OCMF key in the hardware, or empty
}

/// @notice A listing's storage word: `commitment` 192 (hash of terms, hours, place), `version` 32, `status` 8,
/// 24 spare. Every change of the host raises the version, which is the nonce of the host's signatures.
type ListingWord is uint256;

/// @notice NONE was never listed; OPEN accepts bookings; CLOSED accepts none; REVOKED never opens again.
library ListingStatus {
    uint8 internal constant NONE = 0;
    uint8 internal constant OPEN = 1;
    uint8 internal constant CLOSED = 2;
    uint8 internal constant REVOKED = 3;
}

using {commitment, version, status} for ListingWord global;
using {mask, utcOffset, offsetChangesAt, utcOffsetAfter} for WeeklyHours global;
using {h3Resolution, cellResolution} for Location global;

function packListingWord(uint192 hash, uint256 version_, uint8 status_) pure returns (ListingWord) {
    return ListingWord.wrap(uint256(hash) | (version_ << 192) | (uint256(status_) << 224));
}

function commitment(ListingWord w) pure returns (uint192) {
    return uint192(ListingWord.unwrap(w));
}

function version(ListingWord w) pure returns (uint32) {
    return uint32(ListingWord.unwrap(w) >> 192);
}

function status(ListingWord w) pure returns (uint8) {
    return uint8(ListingWord.unwrap(w) >> 224);
}

function mask(WeeklyHours h) pure returns (uint168) {
    return uint168(WeeklyHours.unwrap(h));
}

function utcOffset(WeeklyHours h) pure returns (int8) {
    return int8(uint8(WeeklyHours.unwrap(h) >> 168));
}

function offsetChangesAt(WeeklyHours h) pure returns (uint40) {
    return uint40(WeeklyHours.unwrap(h) >> 176);
}

function utcOffsetAfter(WeeklyHours h) pure returns (int8) {
    return int8(uint8(WeeklyHours.unwrap(h) >> 216));
}

function h3Resolution(Location location) pure returns (uint8) {
    return uint8(Location.unwrap(location) >> 64);
}

/// @dev The resolution in the H3 index itself, bits 52 to 55.
function cellResolution(Location location) pure returns (uint8) {
    return uint8(Location.unwrap(location) >> 52) & 0xf;
}

/// @notice What the listing word commits to. 192 bits: too wide for a collision even if one party chooses both preimages.
function commitmentOf(bytes32 termsHash, WeeklyHours weeklyHours, bytes32 placeHash) pure returns (uint192) {
    bytes32 hash = Hashing.ofThree(termsHash, bytes32(WeeklyHours.unwrap(weeklyHours)), placeHash);
    return uint192(uint256(hash));
}
