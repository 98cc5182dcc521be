// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {ListingId, PurseId} from "./Ids.sol";
import {BookingTerms, Terms} from "./Terms.sol";

/// @notice The purse with the money, and its generation: `driver` 160, `purse` 32, `generation` 64.
type PurseRef is uint256;

/// @notice Who co-signs, when and where: `sessionKey` 160, `firstSlot` 32 (unix seconds / 900), `slotCount` 16,
/// `connector` 48 (see `Place`): with the terms' agent key it names the listing.
type Session is uint256;

/// @notice Token units, 64 bits each: `cap | unsignedCost | allowedCost | relayFee`. `unsignedCost` is the most that
/// may be paid above what was co-signed on the agent's word, open to challenge; up to `allowedCost` the agent's final
/// word is taken, unchallenged.
type Money is uint256;

/// @notice A booking as the driver agreed to it. The ledger stores only a hash of its id and state; callers pass the
/// fields in.
struct Booking {
    PurseRef purse;
    Session session;
    Money money;
    bytes32 startHash; // keccak256(start secret)
    Terms terms;
}

/// @notice Fields of an intent beside the booking: `relayer` 160 (may send it and earns the relay fee;
/// zero means anyone), `validUntil` 64 (unix seconds, at most 10 minutes ahead), 32 spare.
type IntentLimits is uint256;

using {driver, index, purseId, generation} for PurseRef global;
using {
    sessionKey,
    firstSlot,
    slotCount,
    startsAt,
    endsAt,
    opensAt,
    closesAt,
    freeUntil,
    noshowFrom
} for Session global;
using {listingId} for Booking global;
using {relayer, validUntil} for IntentLimits global;
using {cap, unsignedCost, allowedCost, relayFee} for Money global;

function driver(PurseRef p) pure returns (address) {
    return address(uint160(PurseRef.unwrap(p)));
}

function index(PurseRef p) pure returns (uint32) {
    return uint32(PurseRef.unwrap(p) >> 160);
}

/// @dev The stored key has the account above the index, so that it reads as `account << 32 | index`.
function purseId(PurseRef p) pure returns (PurseId) {
    return packPurseId(driver(p), index(p));
}

function packPurseId(address account, uint32 purse) pure returns (PurseId) {
    return PurseId.wrap((uint192(uint160(account)) << 32) | purse);
}

function generation(PurseRef p) pure returns (uint64) {
    return uint64(PurseRef.unwrap(p) >> 192);
}

function sessionKey(Session s) pure returns (address) {
    return address(uint160(Session.unwrap(s)));
}

function firstSlot(Session s) pure returns (uint256) {
    return uint32(Session.unwrap(s) >> 160);
}

function slotCount(Session s) pure returns (uint256) {
    return uint16(Session.unwrap(s) >> 192);
}

/// @dev A booking's moments in unix seconds; every window is half-open. They must equal protocol/slots.ts. Unchecked: slots
/// have 32 bits, terms 16 bits of minutes, and every booking was made for slots after 1970's first months, so that no
/// sum overflows and no difference is negative. Block time may be shifted by seconds, which does not matter for windows
/// of minutes.
function startsAt(Session s) pure returns (uint256) {
    unchecked {
        return s.firstSlot() * Arithmetic.SLOT_SEC;
    }
}

function endsAt(Session s) pure returns (uint256 unixSec) {
    (, unixSec, , ) = Arithmetic.moments(s.firstSlot(), s.slotCount(), 0, 0);
}

function opensAt(Session s, BookingTerms terms) pure returns (uint256 unixSec) {
    (, , unixSec, ) = Arithmetic.moments(s.firstSlot(), 0, terms.earlyStartSec(), 0);
}

function closesAt(Session s, BookingTerms terms) pure returns (uint256 unixSec) {
    (, , , unixSec) = Arithmetic.moments(s.firstSlot(), s.slotCount(), 0, terms.lateStopSec());
}

/// @notice Until when the driver cancels for nothing (section 3).
function freeUntil(Session s, BookingTerms terms, uint256 bookedAt) pure returns (uint256) {
    return Arithmetic.freeUntil(s.startsAt(), s.opensAt(terms), terms.cancelUntilSec(), bookedAt);
}

/// @notice From when the agent may claim that nobody came (section 3).
function noshowFrom(Session s, BookingTerms terms, uint256 bookedAt) pure returns (uint256) {
    unchecked {
        return Arithmetic.max(s.startsAt(), bookedAt) + terms.noshowTimeoutSec();
    }
}

/// @dev The listing follows from agent key and connector, so callers need not pass it in.
function listingId(Booking calldata booking) pure returns (ListingId) {
    return Hashing.ofListing(booking);
}

function relayer(IntentLimits limits) pure returns (address) {
    return address(uint160(IntentLimits.unwrap(limits)));
}

/// @dev The spare bits above are read too: if set, they give a time that no intent may have, so one signed intent
/// has one encoding.
function validUntil(IntentLimits limits) pure returns (uint256) {
    return IntentLimits.unwrap(limits) >> 160;
}

function cap(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m));
}

function unsignedCost(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m) >> 64);
}

function allowedCost(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m) >> 128);
}

function relayFee(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m) >> 192);
}
