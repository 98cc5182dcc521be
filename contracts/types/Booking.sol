// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashing} from "../libraries/Hashing.sol";
import {ListingId, PurseId} from "./Ids.sol";
import {Measure} from "./Reading.sol";
import {Terms} from "./Terms.sol";

/// @notice The purse with the money, and its generation: `driver` 160, `purse` 32, `generation` 64.
type PurseRef is uint256;

/// @notice Who co-signs, when and where: `sessionKey` 160, `firstSlot` 32 (unix seconds / 900), `slotCount` 16,
/// `connector` 48 (see `Place`): with the terms' agent key it names the listing.
type Session is uint256;

/// @notice Token units, 64 bits each: `cap | unsignedCost | firstUnsignedCost | relayFee`.
type Money is uint256;

/// @notice A booking as the driver agreed to it. The ledger stores only its hash; callers pass the fields in.
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

/// @notice Phase and newest co-signed reading: `phase` 8, `flags` 8, `cosignedSeq` 32, `cosignedEnergyWh` 48,
/// `cosignedCost` 64 (token units), `claimedAt` 40, `challengedAt` 40 (unix seconds), 16 spare.
type StateHead is uint256;

/// @notice The claim on top: `seq` 32, `energyWh` 48, `beganAt` 40, `endedAt` 40 (unix seconds), `overstaySec` 32,
/// `bestProofWh` 48, 16 spare. Zero unless the agent alone claims more than was co-signed.
type StateClaim is uint256;

/// @notice State of a booking. Hashed together with the booking into the purse's tail.
struct BookingState {
    StateHead head;
    StateClaim claim;
}

/// @notice The open phases. Without a booking (FREE) the purse's tail is a generation.
library Phase {
    uint8 internal constant RESERVED = 1;
    uint8 internal constant CLAIMED = 2;
    uint8 internal constant CHALLENGED = 3;
}

/// @notice Flags of `StateHead`.
library Flag {
    uint8 internal constant ARRIVED = 1; // driver or session key declared to be there in time
    uint8 internal constant AGENT_ALONE = 2; // the claim holds more than what was co-signed
    uint8 internal constant NO_SHOW = 4; // the claim is that the driver did not come
    uint8 internal constant RAISED = 8; // a co-signed claim was raised once by the agent alone
}

/// @notice How a booking ended, in OCPI's ReservationStatus words (numbered in their order there).
library Outcome {
    uint8 internal constant CANCELED = 2;
    uint8 internal constant FAILED = 3;
    uint8 internal constant NO_SHOW = 4;
    uint8 internal constant FULFILLED = 5;
}

using {driver, index, purseId, generation} for PurseRef global;
using {sessionKey, firstSlot, slotCount} for Session global;
using {listingId} for Booking global;
using {relayer, validUntil} for IntentLimits global;
using {cap, unsignedCost, firstUnsignedCost, relayFee} for Money global;
using {
    phase,
    flags,
    cosignedSeq,
    cosignedEnergyWh,
    cosignedCost,
    claimedAt,
    challengedAt,
    withCosigned,
    withPhase,
    withFlags,
    withClaimedAt,
    withChallengedAt,
    has
} for StateHead global;
using {claimed, bestProofWh, withBestProofWh} for StateClaim global;

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

function firstUnsignedCost(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m) >> 128);
}

function relayFee(Money m) pure returns (uint256) {
    return uint64(Money.unwrap(m) >> 192);
}

function phase(StateHead h) pure returns (uint8) {
    return uint8(StateHead.unwrap(h));
}

function flags(StateHead h) pure returns (uint8) {
    return uint8(StateHead.unwrap(h) >> 8);
}

function cosignedSeq(StateHead h) pure returns (uint32) {
    return uint32(StateHead.unwrap(h) >> 16);
}

function cosignedEnergyWh(StateHead h) pure returns (uint48) {
    return uint48(StateHead.unwrap(h) >> 48);
}

function cosignedCost(StateHead h) pure returns (uint64) {
    return uint64(StateHead.unwrap(h) >> 96);
}

/// @dev The head with another newest co-signed reading; phase, flags and times are unchanged.
function withCosigned(StateHead h, Measure measure, uint256 cost) pure returns (StateHead) {
    uint256 word = StateHead.unwrap(h) & ~(((uint256(1) << 144) - 1) << 16);
    return StateHead.wrap(word | (measure.seq() << 16) | (measure.energyWh() << 48) | (cost << 96));
}

/// @dev The head with another phase and nothing else changed.
function withPhase(StateHead h, uint8 phase_) pure returns (StateHead) {
    return StateHead.wrap((StateHead.unwrap(h) & ~uint256(0xff)) | phase_);
}

/// @dev The head with other flags and nothing else changed.
function withFlags(StateHead h, uint8 flags_) pure returns (StateHead) {
    return StateHead.wrap((StateHead.unwrap(h) & ~uint256(0xff00)) | (uint256(flags_) << 8));
}

/// @dev The head, claimed at `claimedAt_` and not challenged.
function withClaimedAt(StateHead h, uint256 claimedAt_) pure returns (StateHead) {
    uint256 low = StateHead.unwrap(h) & ((uint256(1) << 160) - 1);
    return StateHead.wrap(low | (claimedAt_ << 160));
}

/// @dev The head, challenged at `challengedAt_`.
function withChallengedAt(StateHead h, uint256 challengedAt_) pure returns (StateHead) {
    uint256 low = StateHead.unwrap(h) & ((uint256(1) << 200) - 1);
    return StateHead.wrap(low | (challengedAt_ << 200));
}

function has(StateHead h, uint8 flag) pure returns (bool) {
    return h.flags() & flag != 0;
}

/// @dev The claim of a reading, with nothing proven yet. The word begins like the reading's, without `isFinal`.
function toClaim(Measure measure) pure returns (StateClaim) {
    return StateClaim.wrap(Measure.unwrap(measure) & ((uint256(1) << 192) - 1));
}

/// @dev The claimed quantities in the form of a reading.
function claimed(StateClaim c) pure returns (Measure) {
    return Measure.wrap(StateClaim.unwrap(c) & ((uint256(1) << 192) - 1));
}

function bestProofWh(StateClaim c) pure returns (uint256) {
    return uint48(StateClaim.unwrap(c) >> 192);
}

function withBestProofWh(StateClaim c, uint256 provenWh) pure returns (StateClaim) {
    return StateClaim.wrap((StateClaim.unwrap(c) & ((uint256(1) << 192) - 1)) | (provenWh << 192));
}

function claimedAt(StateHead h) pure returns (uint40) {
    return uint40(StateHead.unwrap(h) >> 160);
}

function challengedAt(StateHead h) pure returns (uint40) {
    return uint40(StateHead.unwrap(h) >> 200);
}
